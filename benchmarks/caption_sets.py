"""How far the rules on pictures agree with other people's words for the same pictures.

`make bench ONLY=caption_sets ARGS="--language en FILE FILE FILE FILE FILE"`: five files with a caption a
line, line n of each of the same picture, as Multi30k's second task has them. No such set ships. One caption
is judged by what the four others say. Of those of which three or more name a child in plain words, the
share found is the recall; of those that are found, the share of which one or more do is the precision.
Nothing is asserted.
"""

import argparse
import html
import re
from pathlib import Path

from measured.word_lists import WORD_LISTS, named

from pipelines.evaluation import REACHED, judge
from pipelines.rules.packs import load_packs
from schemas.labelled import LabelledCaption
from schemas.policy import PicturePolicy

_YOUNG_ADULTS = re.compile(
    r"\bjungen?\s+(?:\w+[en]\s+)?(?:frau|mann|männer|mensch|leute|dame|erwachsene|person|paar|musiker|künstler|familie)",
    re.IGNORECASE,
)
"""In German the word for a boy is also an adjective, and sets are often in small letters."""
_OTHERS, _MOST = 4, 3


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs=_OTHERS + 1, type=Path, metavar="FILE")
    parser.add_argument("--language", choices=WORD_LISTS, required=True)
    asked = parser.parse_args()
    captions = [html.unescape(line) for file in asked.files for line in file.read_text("utf-8").splitlines()]
    pictures, left = divmod(len(captions), _OTHERS + 1)
    if left or not pictures:
        raise SystemExit("the files are to have one number of lines, a picture each")
    judged = judge(_lines(captions, asked.language), load_packs(), PicturePolicy())
    plain = [_YOUNG_ADULTS.sub("", caption) for caption in captions] if asked.language == "de" else captions
    says = named(_lines(plain, asked.language), WORD_LISTS[asked.language])
    others = [sum(says[place % pictures :: pictures]) - says[place] for place in range(len(says))]
    print(f"{pictures:,} pictures, {len(captions):,} captions\n{'':28}{'recall':>16}{'precision':>16}")
    _print("a word of the list", says, others)
    for number in range(1, len(REACHED)):
        surer = REACHED[: number + 1]
        _print(" + ".join(surer), [one.level in surer for one in judged], others)


def _lines(captions: list[str], language: str) -> list[LabelledCaption]:
    return [
        LabelledCaption(id=str(place), language=language, label="unclear", caption=caption)
        for place, caption in enumerate(captions)
    ]


def _print(name: str, found: list[bool], others: list[int]) -> None:
    """Shares, and of how many captions they are."""
    asked = [hit for hit, by in zip(found, others, strict=True) if by >= _MOST]
    right = [by >= 1 for hit, by in zip(found, others, strict=True) if hit]
    print(f"{name:28}{_share(asked):>16}{_share(right):>16}")


def _share(ones: list[bool]) -> str:
    return f"{sum(ones) / len(ones):.3f} of {len(ones)}" if ones else "none"


if __name__ == "__main__":
    main()

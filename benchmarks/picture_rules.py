"""How many captions the rules on pictures read in a second on one core, and how good they are beside a list.

`make bench ONLY=picture_rules` makes the packs ready and reads the labelled captions, repeated to
``--captions`` of them, as one batch of records with a picture each, several times; then ``--rows`` records, a
picture in every third, as a small split has them. CPU seconds of this process count, medians are printed.
Then, part by part, of each language that has one, a list of the plain words for children, boys and girls is
beside the rules: recall and precision, and the false alarms on lines made to mislead (`idiom`, `trap`).
Nothing is asserted.
"""

import argparse
import statistics
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pyarrow as pa
from measured.word_lists import WORD_LISTS, named

from pipelines.evaluation import Judged, judge, read_labelled, score
from pipelines.rules.circumstances import Circumstances
from pipelines.rules.packs import load_packs
from pipelines.rules.pictures import picture_signs
from schemas.fields import RECORDS
from schemas.policy import PicturePolicy
from schemas.signs import Level

LABELLED = Path(__file__).parent.parent / "examples/labelled_captions"
PARTS = ("seen", "unseen", "later")


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--captions", type=int, default=131_072)
    parser.add_argument("--rows", type=int, default=2_800)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    lines = [line for part in PARTS for file in _files(part) for line in read_labelled(file)]
    packs, policy = load_packs(), PicturePolicy()
    print(f"{len(lines):,} labelled captions, {len(packs.packs)} packs, {len(packs.rules):,} rules")
    start = time.process_time()
    for place in range(len(packs.packs)):
        packs.lexicon(place)
    print(f"{time.process_time() - start:.2f} CPU seconds to make all packs ready")
    texts = [(line.language, line.caption or line.alt_text or line.text) for line in lines]
    median = _median(texts, asked.captions, 1, asked.times)
    print(f"{asked.captions / median:,.0f} captions a second of one core (median of {asked.times})")
    median = _median([one for one in texts if one[0] in WORD_LISTS], asked.rows, 3, asked.times)
    print(f"{median:.3f} CPU seconds for a split of {asked.rows:,} rows (median of {asked.times})")
    for part in PARTS:
        judged = judge([line for file in _files(part) for line in read_labelled(file)], packs, policy)
        print(f"\n{part:10}{'rules':>24}{'word list':>24}{'false alarms on idioms and traps':>36}")
        for language, words in WORD_LISTS.items():
            here = [one for one in judged if one.line.language == language]
            found = named([one.line for one in here], words)
            listed = [
                replace(one, level=Level.WEAK if hit else Level.NONE)
                for one, hit in zip(here, found, strict=True)
            ]
            alarms = [score(_misleading(some), Level.WEAK).false_alarms for some in (here, listed)]
            print(f"{language:10}{_shown(here):>24}{_shown(listed):>24}{f'{alarms[0]} and {alarms[1]}':>36}")


def _files(part: str) -> list[Path]:
    return sorted(LABELLED.glob(f"{part}/*.jsonl"))


def _misleading(judged: list[Judged]) -> list[Judged]:
    return [one for one in judged if one.line.kind in {"idiom", "trap"}]


def _median(texts: list[tuple[str | None, str | None]], rows: int, every: int, times: int) -> float:
    """CPU seconds for so many records, of which one in ``every`` has a picture with a caption."""
    captions = islice(cycle(texts), rows)
    records = pa.Table.from_pylist(
        [
            {"language": language, "media": [] if place % every else [{"caption": text}]}
            for place, (language, text) in enumerate(captions)
        ],
        RECORDS,
    )
    packs, around = load_packs(), Circumstances.unknown(rows)
    spent = []
    for _ in range(times):
        start = time.process_time()
        picture_signs(records, around, packs, PicturePolicy())
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def _shown(judged: list[Judged]) -> str:
    one = score(judged, Level.WEAK)
    return f"R {one.recall:.3f} P {one.precision:.3f}"


if __name__ == "__main__":
    main()

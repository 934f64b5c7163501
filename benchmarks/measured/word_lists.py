"""Plain words for children, boys and girls in a list: what rules on pictures are compared with."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pipelines.rules.words import words_of
from schemas.labelled import LabelledCaption

WORD_LISTS = {
    "en": "child children kid kids baby babies toddler toddlers"
    " infant boy boys girl girls teen teens teenager teenagers",
    "de": "kind kinder kindern kindes baby babys kleinkind"
    " kleinkinder junge jungen jungs mädchen mädels teenager jugendliche",
    "fr": "enfant enfants bébé bébés garçon garçons fille filles"
    " fillette fillettes gamin gamins gamine ado ados adolescent",
    "es": "niño niños niña niñas bebé bebés"
    " chico chicos chica chicas adolescente adolescentes",
    "it": "bambino bambini bambina bambine bimbo bimbi"
    " bimba neonato ragazzo ragazzi ragazza ragazze adolescente",
    "nl": "kind kinderen baby baby's peuter kleuter"
    " jongen jongens meisje meisjes tiener tieners",
    "pl": "dziecko dzieci dziecka niemowlę chłopiec"
    " chłopcy chłopca dziewczynka dziewczynki nastolatek nastolatka",
    "ro": "copil copii copilul copiii bebeluș bebelușul băiat"
    " băieți băiatul fată fete fetiță fetița adolescent",
}  # fmt: skip
"""What anybody would write down first."""


def named(lines: Sequence[LabelledCaption], words: str) -> list[bool]:
    """Whether a word of the list stands in anything that was written about the picture."""
    listed = set(words_of(pa.array([words])).distinct.to_pylist())
    texts = [
        " ; ".join(filter(None, [
            line.alt_text, line.auto_alt_text, line.caption, line.text,
            *(value for values in line.metadata.values() for value in values),
        ]))
        for line in lines
    ]  # fmt: skip
    read = words_of(pa.array(texts, pa.string()))
    known = np.array([word in listed for word in read.distinct.to_pylist()])[read.word]
    return [bool(known[start:end].any()) for start, end in zip(read.starts, read.starts[1:], strict=False)]

"""What is seen of a picture, how much each thing weighs, and what it is about. Names are stored in packs."""

from enum import StrEnum


class Level(StrEnum):
    """How much one rule's evidence weighs."""

    NONE = "none"
    """No evidence: words that look like some and are not. They are taken out before other rules read."""
    WEAK = "weak"
    """Counts by the points that the policy gives its kind."""
    STRONG = "strong"
    """Enough by itself that a person has to look."""
    DECLARED = "declared"
    """The file itself says so: the record is removed."""


class Kind(StrEnum):
    """What a rule's evidence is about."""

    DECLARED = "declared"
    """A field made for it: PLUS, IPTC."""
    LIFE_STAGE = "life_stage"
    """A word for a minor: child, toddler, teenager."""
    YOUNG_PERSON = "young_person"
    """A word that is used of adults as well: girl, boy."""
    AGE = "age"
    """An age in years, months or weeks; a birthday; a year of birth."""
    SCHOOL = "school"
    """School, its grades and classes, nursery."""
    KINSHIP = "kinship"
    """Somebody's son, daughter, grandchild."""
    OCCASION = "occasion"
    """A feast or an activity of minors: a first communion, a school enrolment, a youth team."""
    SYMBOL = "symbol"
    """Emoji."""
    UNCERTAIN = "uncertain"
    """Negated, wished for, or only talked about."""
    TAGGED = "tagged"
    """An account of a known minor is tagged in the picture, or said to be depicted."""
    CAPTURE = "capture"
    """It was taken before its author was of age."""
    FACE = "face"
    """A face with a name: it shows a person, whoever that is."""
    LOOKALIKE = "lookalike"
    """Figures of speech, products, animals, places: no evidence."""
    CONTEXT = "context"
    """What a whole text is about, a sale or an animal: no evidence, but other rules ask for it."""


WEAK_POINTS: dict[Kind, int] = {
    Kind.YOUNG_PERSON: 2,
    Kind.AGE: 2,
    Kind.KINSHIP: 2,
    Kind.TAGGED: 2,
    Kind.CAPTURE: 2,
    Kind.SCHOOL: 1,
    Kind.OCCASION: 1,
    Kind.SYMBOL: 1,
    Kind.FACE: 1,
    Kind.UNCERTAIN: 0,
}
"""Points of weak evidence unless a policy says otherwise: enough alone (2), with another kind (1), never."""

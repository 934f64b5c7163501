"""What people read in place of names that programs use."""

from schemas.signs import Kind, Level

FIELDS = {
    "alt_text": "Alternative text",
    "auto_alt_text": "Alternative text by a machine",
    "caption": "Caption",
    "text": "Text of the record",
    "keywords": "Keywords in the file",
    "description": "Descriptions in the file",
    "people": "People described in the file",
}
LEVELS = {Level.NONE: "no evidence", Level.WEAK: "weak", Level.STRONG: "strong", Level.DECLARED: "declared"}
KINDS = {
    Kind.DECLARED: "declared in the file",
    Kind.LIFE_STAGE: "a word for a minor",
    Kind.YOUNG_PERSON: "a word for the young, adults as well",
    Kind.AGE: "an age",
    Kind.SCHOOL: "school",
    Kind.KINSHIP: "somebody's child",
    Kind.OCCASION: "an occasion of minors",
    Kind.SYMBOL: "an emoji",
    Kind.UNCERTAIN: "negated, wished for or talked about",
    Kind.TAGGED: "a known minor is tagged or depicted",
    Kind.CAPTURE: "taken before its author was of age",
    Kind.FACE: "a face with a name",
    Kind.LOOKALIKE: "a figure of speech",
    Kind.CONTEXT: "what the text is about",
}


def in_words(level: str, kind: str) -> str:
    """``strong: an age``; of a rule that is not installed, that."""
    if not level:
        return "not among the rules installed here"
    return f"{LEVELS[Level(level)]}: {KINDS[Kind(kind)]}"

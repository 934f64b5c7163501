"""How files write the ages of the people shown, and what of it is proven."""

PLUS, AGE = "plus:MinorModelAgeDisclosure", "Iptc4xmpExt:ModelAge"
VOCABULARY = "http://ns.useplus.org/ldf/vocab/"

MINOR = {
    PLUS: (
        "AG-A17", "AG-A16", "AG-A15", "AG-U14", " AG-A16\n", f"{VOCABULARY}AG-U14", f"https{VOCABULARY[4:]}AG-U14",
        "http://ns.useplus.org/LDF/ldf-XMPSpecification#AG-U14", "ag-u14", "Ag-A17", "AG-A14", "AG-A9",
        "AG-U14 (youngest)", "Age 14 or under",
    ),
    AGE: (
        "17", "0", "17 ", "007", "0017", "+9", "17.0", "17.", ".5", "9,41", "41, 9", "41;25;17", "9-12", "12 years",
        "age 12", "7yo", "\u0661\u0667", "\uff11\uff17", "\u096f", "\U0001d7d7",
    ),
}  # fmt: skip
ADULT = {
    PLUS: (
        "AG-A18", "AG-A21", "AG-A25", "ag-a25", f"{VOCABULARY}ag-a18", f"https{VOCABULARY[4:]}AG-A25",
        f"{VOCABULARY.upper()}AG-A25",
    ),
    AGE: ("18", "110", "+18", "0041", "41.0", "25, 41", "25;18", "\u0664\u0661"),
}  # fmt: skip
UNREAD = {
    PLUS: ("AG-A26", "AG-U18", "AG A", "25", "http://elsewhere.example/AG-A25", "adult", "n/a", "", " ", None),
    AGE: (
        "-1", "-9", "41.9", "111", "999", "41 years", "18 feet", "41-50", "1990-05-17", "adult", "x", "", None,
    ),
}  # fmt: skip
"""Neither a minor nor adults, and not written as unknown: nothing else assesses such a picture."""
UNKNOWN = {PLUS: ("AG-UNK", "ag-unk", f"{VOCABULARY}AG-UNK")}
"""Written as unknown: the picture is left to its words."""


def pairs(values):
    """Each property with each of its values."""
    return [(name, value) for name, held in values.items() for value in held]

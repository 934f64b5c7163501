"""Named changes of what ``screen`` made of a split, and all that the verifier must find of each.

Digests, references and sums follow a change, so that only the derivation can tell, or a comparison of the
objects with each other.
"""

from datetime import date
from functools import partial

import pyarrow as pa

from builders import account, at, medium, record
from schemas.outcomes import Reason
from schemas.policy import Policy
from schemas.release import release_schema
from schemas.vocabulary import Role

PICTURES = {"hill": "aa" * 32, "bridge": "bb" * 32, "unseen": "cc" * 32}
ACCOUNTS = [
    account(account_id="ana"),
    account(account_id="ben"),
    account(account_id="eve"),
    account(account_id="kid", birth_date=date(2012, 3, 1)),
]
ROWS = [
    record(record_id="s0", account_id="ana", text="mail ana@example.org"),
    record(record_id="s1", account_id="ben", text="Line 1", surface="comment", created_at=at("2024-04-05")),
    record(record_id="s2", account_id="ana", text="Line 2", others=[{"role": "mention", "account": "eve"}]),
    record(
        record_id="s3", account_id="ana", text="Line 3", surface="photo",
        media=[medium(sha256=PICTURES["hill"], alt_text="a hill", caption="seen by @ben"), medium(sha256=PICTURES["unseen"])],
    ),
    record(
        record_id="s4", account_id="ben", text=None, surface="photo",
        media=[medium(sha256=PICTURES["bridge"], alt_text="a bridge")],
    ),
    record(record_id="s5", account_id="kid", text="Line 5"),
]  # fmt: skip
"""Five are kept; the last is of somebody who was and is a minor."""
APPEARANCES = [
    *((name, Role.AUTHOR) for name in ("ana", "ben", "kid")),
    ("eve", Role.MENTION),
    *((name, Role.MEDIA) for name in PICTURES),
]
LAST_SUBJECT = 2**64 - 1

TEXT = "the source's text, but for what its masks cover"
MEDIA = "pictures of the source's row, in order, unchanged but for masks"
AUTHOR = "the footprint of its author"
EMPTY = "removed: no_own_content"
VOCABULARY = "a set of reasons of the vocabulary that fits the outcome"
POINTER = "a row of the footprint part, of role author"
POINTED_AT = "the counts of the ledger rows that point at it"
EACH_ONCE = "each of the 5 rows of the shard once"
ONE_KEPT = "1 rows, 1 kept, 0 removed, 0 quarantined"

RELEASED = "columns " + ", ".join(f"{f.name} {f.type}" for f in release_schema(Policy().release.columns))

DERIVED, STRUCTURE = {}, {}


def case(name, *expected, table=DERIVED):
    """A change, and all that is to be found: what is named, and what was expected there.

    In braces stand the number of the split and names of APPEARANCES: ``{eve}`` is the subject, ``{eve_row}`` its
    row of the footprint part.
    """

    def register(change):
        table[name] = change, set(expected)
        return change

    return register


structure = partial(case, table=STRUCTURE)
"""A change that shows without the source: the objects contradict each other."""


def row(number, expected):
    return f"split {{split}} row {number}", expected


def footprint_row(name, expected):
    return f"split {{split}} footprint row {{{name}_row}}", expected


def split(expected):
    return "split {split}", expected


@case("nothing changed")
@structure("nothing changed")
def _(_made):
    pass


# What is released is the source's, but for masks.


@case("two texts swapped", row(1, TEXT), row(2, TEXT))
def _(made):
    one, other = made.released(1), made.released(2)
    one["text"], other["text"] = other["text"], one["text"]


@case("a letter changed", row(1, TEXT))
def _(made):
    made.released(1)["text"] = "Lime 1"


@case("a letter changed beside a mask", row(0, TEXT))
def _(made):
    made.released(0)["text"] = "male ⟦email⟧"


@case("a mask over more than its kind", row(0, TEXT))
def _(made):
    made.released(0)["text"] = "⟦email⟧"


@case("a mask over words", row(1, TEXT))
def _(made):
    made.released(1)["text"] = "⟦number⟧ 1"
    made.add("masked", "number", 1)


@case("a text lost", row(1, TEXT))
def _(made):
    made.released(1)["text"] = None


@case("a month off", row(1, "the month of the source's created_at"))
def _(made):
    made.released(1)["created_month"] = "2024-03"


@case("another language", row(1, "the source's language"))
def _(made):
    made.released(1)["language"] = "fr"


@case("another surface", row(1, "the source's surface"))
def _(made):
    made.released(1)["surface"] = "post"


@case("a foreign picture", row(4, MEDIA))
def _(made):
    made.released(4)["media"][0]["sha256"] = PICTURES["hill"]


@case("a picture twice", row(4, MEDIA))
def _(made):
    made.released(4)["media"] *= 2
    made.add("pictures", "released", 1)


@case("a letter of a picture's words changed", row(4, MEDIA))
def _(made):
    made.released(4)["media"][0]["alt_text"] = "a ridge"


@case(
    "an unassessed picture released",
    row(3, "no picture of which nothing is written or declared, or not all was read"),
)
def _(made):
    unseen = {"sha256": PICTURES["unseen"], "mime": "image/jpeg", "alt_text": None, "caption": None}
    made.released(3)["media"].append(unseen)
    made.add("pictures", "released", 1)
    made.add("pictures", "withheld", -1)


@case("nothing left to release", row(4, EMPTY))
def _(made):
    made.released(4)["media"] = None
    made.add("pictures", "released", -1)
    made.add("pictures", "withheld", 1)


@case("a column more", ("{shard_object}", RELEASED))
def _(made):
    made.shard_schema = made.shard_schema.append(pa.field("account_id", pa.string()))
    for row in made.shard:
        row["account_id"] = "ana"


# Who appears: the ledger leads to each author, and nobody is missing from the footprint part.


@case("two rows lead to each other's author", row(0, AUTHOR), row(1, AUTHOR))
def _(made):
    one, other = made.ledger[0], made.ledger[1]
    one["footprint"], other["footprint"] = other["footprint"], one["footprint"]


@case("a mention missing", ("split {split} subject {eve} as mention", ONE_KEPT))
def _(made):
    made.forget(made.appearance("eve", Role.MENTION))


@case("a picture missing", ("split {split} subject {unseen} as media", ONE_KEPT))
def _(made):
    made.forget(made.appearance("unseen", Role.MEDIA))


@case("a mention counted as removed", ("split {split} subject {eve} as mention", ONE_KEPT))
def _(made):
    made.footprint[made.appearance("eve", Role.MENTION)] |= {"kept": 0, "removed": 1}


@case("a mention counted twice", ("split {split} subject {eve} as mention", ONE_KEPT))
def _(made):
    made.footprint[made.appearance("eve", Role.MENTION)]["rows"] = 2


@case(
    "somebody who does not appear", (f"split {{split}} subject {LAST_SUBJECT:x} as mention", "no appearance")
)
def _(made):
    # A mention: the gate before publication refuses a stranger in a role that is dropped.
    made.footprint.append({**made.footprint[0], "subject": LAST_SUBJECT, "role": Role.MENTION.value})


# What the list of splits counts.


@case("a surface miscounted", split("2 post rows of kept"), split("1 comment rows of kept"))
def _(made):
    made.tally("post", Reason.KEPT)["rows"] -= 1
    made.tally("comment", Reason.KEPT)["rows"] += 1


@case("a mask miscounted", split("1 masks: email"))
def _(made):
    made.add("masked", "email", 1)


@case("a released picture miscounted", split("2 pictures: released"))
def _(made):
    made.add("pictures", "released", 1)


@case("a picture that nobody judged", split("3 pictures: standing"))
def _(made):
    made.add("pictures", "no_sign", -1)


# What shows without the source.


@structure(
    "a code that nobody knows", row(5, "a reason code of the vocabulary"),
    footprint_row("kid", POINTED_AT),
    split("0 rows of removed: minor_account, as in the ledger"),
    split("1 rows of a reason code 30 that nobody knows, as in the ledger"),
)  # fmt: skip
def _(made):
    made.ledger[5]["reason"] = 30


@structure("a reason that nobody knows", row(5, VOCABULARY))
def _(made):
    made.ledger[5]["reasons"] |= 1 << 30


@structure("a kept row with a reason", row(1, VOCABULARY))
def _(made):
    made.ledger[1]["reasons"] = Reason.AGE_UNKNOWN.bit


@structure("not the first reason", row(5, "as primary reason the first in precedence of its reasons"))
def _(made):
    made.ledger[5]["reasons"] |= Reason.OBJECTION.bit


@structure("reasons of two stages", row(5, "reasons of one stage"))
def _(made):
    made.ledger[5]["reasons"] |= Reason.NO_OWN_CONTENT.bit


@structure(
    "a removed row with a place", row(5, "a place in the shard if, and only if, it is kept"), split(EACH_ONCE)
)
def _(made):
    made.ledger[5]["place"] = 0


@structure("one place for two rows", split(EACH_ONCE))
def _(made):
    made.ledger[1]["place"] = made.ledger[0]["place"]


@structure("an author beyond the footprint part", row(5, POINTER), footprint_row("kid", POINTED_AT))
def _(made):
    made.ledger[5]["footprint"] = len(made.footprint)


@structure("an author who is a picture", row(5, POINTER), footprint_row("kid", POINTED_AT))
def _(made):
    made.ledger[5]["footprint"] = made.appearance("hill", Role.MEDIA)


@structure("a rule that there is not", row(5, "indices into the version's list of rules"))
def _(made):
    made.ledger[5]["rules"] = [2**16 - 1]


@structure("a role that nobody knows", footprint_row("eve", "a role of the vocabulary"))
def _(made):
    made.footprint[made.appearance("eve", Role.MENTION)]["role"] = max(Role) + 1


@structure(
    "a subject twice",
    (f"split {{split}} footprint row {len(APPEARANCES)}", "rows sorted by subject and role, each once"),
)
def _(made):
    made.footprint.append(made.footprint[-1])


@structure(
    "more fates than rows",
    footprint_row("eve", "at least one row, and kept + removed + quarantined within it"),
)
def _(made):
    made.footprint[made.appearance("eve", Role.MENTION)]["removed"] = 1


@structure("an author counted as removed", footprint_row("ana", POINTED_AT))
def _(made):
    made.footprint[made.appearance("ana", Role.AUTHOR)] |= {"kept": 2, "removed": 1}


@structure(
    "a reason miscounted",
    split("1 rows of removed: minor_account, as in the ledger"),
    split("0 rows of removed: minor_at_posting, as in the ledger"),
)
def _(made):
    made.tally("post", Reason.MINOR_ACCOUNT)["reason"] = Reason.MINOR_AT_POSTING.code

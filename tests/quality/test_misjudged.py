"""Who must not appear in kept rows and does, counted without asking the rules."""

import pyarrow as pa
import pytest

from pipelines.quality.misjudged import Judge
from schemas.flags import Flag
from schemas.outcomes import Reason
from schemas.plans import TallyEntry
from schemas.policy import Policy
from schemas.profile import MISJUDGED
from schemas.tables import FOOTPRINT, LOOKUP, TAKEDOWN
from schemas.vocabulary import PERSON_ROLES, Role, surface_set

ALL = 0xFFFF


def but(**clear):
    """Surfaces no objection covers, role by role: all, but for the roles that are named."""
    return [clear.get(role.name.lower(), ALL) for role in PERSON_ROLES]


# subject -> (flags, surfaces no objection covers: in every role, or role by role)
ACCOUNTS = {
    10: (Flag.ADULT_NOW, ALL),
    20: (Flag.ADULT_NOW, 0),
    30: (Flag.ADULT_NOW, surface_set(["post"])),
    40: (Flag.ADULT_NOW, surface_set(["message"])),  # which strict does not use
    50: (Flag.ACTIVE, ALL),
    60: (Flag.ACTIVE, 0),
    70: (Flag.ADULT_NOW, but(author=0)),
    80: (Flag.ADULT_NOW, but(tag=0, mention=0)),
    90: (Flag.ADULT_NOW, but(tag=surface_set(["post"]))),
}
STRICT, META = Policy(), Policy(preset="meta-2025")
KEEPING = Policy(third_party={"objected": {"tag": "keep", "mention": "drop"}, "unknown": {"mention": "drop"}})


def judge(policy, accounts=ACCOUNTS):
    rows = [
        {"hash": subject, "account_id": f"a{subject}", "subject": subject, "flags": int(flags),
         "clear": [clear] * len(PERSON_ROLES) if isinstance(clear, int) else clear, "adult_from": None}
        for subject, (flags, clear) in reversed(accounts.items())
    ]  # fmt: skip
    takedowns = [{"type": "media", "form": "0f" * 32, "subject": 77}]
    return Judge(
        pa.Table.from_pylist(rows, schema=LOOKUP), pa.Table.from_pylist(takedowns, schema=TAKEDOWN), policy
    )


def footprint(*rows):
    """(subject, role, kept) of a part; five more rows of each were removed."""
    return pa.Table.from_pylist(
        [
            {
                "subject": subject,
                "role": int(role),
                "rows": kept + 5,
                "kept": kept,
                "removed": 5,
                "quarantined": 0,
            }
            for subject, role, kept in rows
        ],
        schema=FOOTPRINT,
    )


def tally(**kept):
    """Rows kept by surface; two more of each were removed."""
    return tuple(
        TallyEntry(surface=surface, reason=reason.code, rows=rows)
        for surface, number in kept.items()
        for reason, rows in ((Reason.KEPT, number), (Reason.OBJECTION, 2))
        if rows
    )


POSTS = tally(post=20)
CASES = {
    "an adult nobody objected for": (STRICT, (10, Role.AUTHOR, 3), POSTS, {}),
    "an objector": (STRICT, (20, Role.AUTHOR, 3), POSTS, {"kept_objected": 3}),
    "an objector of whom one row was kept": (STRICT, (20, Role.AUTHOR, 1), POSTS, {"kept_objected": 1}),
    "an objector of whom nothing was kept": (STRICT, (20, Role.AUTHOR, 0), POSTS, {}),
    "an objector to other surfaces": (STRICT, (30, Role.AUTHOR, 3), POSTS, {}),
    "an objector to the one surface kept": (STRICT, (30, Role.AUTHOR, 3), tally(photo=20), {"kept_objected": 3}),
    "one with more rows than the other surfaces keep": (
        STRICT, (30, Role.AUTHOR, 5), tally(photo=20, post=3), {"kept_objected": 2},
    ),
    "one to whom a surface that is not used is left": (
        STRICT, (40, Role.AUTHOR, 3), tally(post=20, message=9), {"kept_objected": 3},
    ),
    "one not proven adult": (STRICT, (50, Role.AUTHOR, 3), POSTS, {"kept_minor": 3}),
    "one not proven adult, where posts ask an age": (META, (50, Role.AUTHOR, 3), POSTS, {"kept_minor": 3}),
    "one not proven adult, where chats ask none": (META, (50, Role.AUTHOR, 3), tally(ai_interaction=3), {}),
    "one with more rows than the chats that were kept": (
        META, (50, Role.AUTHOR, 3), tally(ai_interaction=1, post=2), {"kept_minor": 2},
    ),
    "both": (STRICT, (60, Role.AUTHOR, 3), POSTS, {"kept_objected": 3, "kept_minor": 3}),
    "nobody the accounts name": (STRICT, (15, Role.AUTHOR, 3), POSTS, {"kept_unknown_account": 3}),
    "nobody, beyond the last account": (STRICT, (2**64 - 1, Role.AUTHOR, 3), POSTS, {"kept_unknown_account": 3}),
    "an objector who is only mentioned": (STRICT, (20, Role.MENTION, 3), POSTS, {}),
    "an objector who is mentioned, where that is dropped": (
        KEEPING, (20, Role.MENTION, 3), POSTS, {"kept_objected": 3},
    ),
    "an objector who is tagged": (STRICT, (20, Role.TAG, 3), POSTS, {"kept_objected": 3}),
    "an objector who is tagged, where that is kept": (KEEPING, (20, Role.TAG, 3), POSTS, {}),
    "an objector as an author who is tagged": (STRICT, (70, Role.TAG, 3), POSTS, {}),
    "an objector as an author": (STRICT, (70, Role.AUTHOR, 3), POSTS, {"kept_objected": 3}),
    "an objector to tags who is the author": (STRICT, (80, Role.AUTHOR, 3), POSTS, {}),
    "an objector to tags who is tagged": (STRICT, (80, Role.TAG, 3), POSTS, {"kept_objected": 3}),
    "one tagged in more rows than the other surfaces keep": (
        STRICT, (90, Role.TAG, 5), tally(photo=20, post=3), {"kept_objected": 2},
    ),
    "a minor who is tagged": (STRICT, (50, Role.TAG, 3), POSTS, {}),
    "nobody the accounts name, tagged": (STRICT, (15, Role.TAG, 3), POSTS, {"kept_unknown_account": 3}),
    "nobody the accounts name, mentioned": (STRICT, (15, Role.MENTION, 3), POSTS, {}),
    "nobody the accounts name, mentioned, where that is dropped": (
        KEEPING, (15, Role.MENTION, 3), POSTS, {"kept_unknown_account": 3},
    ),
    "a picture": (STRICT, (15, Role.MEDIA, 3), POSTS, {}),
    "a picture that was taken down": (STRICT, (77, Role.MEDIA, 3), POSTS, {"kept_taken_down": 3}),
    "an account with the subject of one": (STRICT, (77, Role.MENTION, 3), POSTS, {}),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "row", "split", "expected"), CASES.values(), ids=CASES)
def test_who_must_not_be_kept_is_counted(policy, row, split, expected):
    nobody = dict.fromkeys(MISJUDGED, 0)
    assert judge(policy).misjudged(footprint(row), split) == nobody | expected


def test_rows_of_a_part_add_up():
    part = footprint((10, Role.AUTHOR, 9), (20, Role.AUTHOR, 2), (40, Role.AUTHOR, 3), (77, Role.AUTHOR, 4))
    found = judge(STRICT).misjudged(part, POSTS)
    assert found == dict.fromkeys(MISJUDGED, 0) | {"kept_objected": 5, "kept_unknown_account": 4}


def test_minors_share_what_was_kept_where_no_age_is_asked():
    part = footprint((50, Role.AUTHOR, 3), (60, Role.AUTHOR, 4))
    assert judge(META).misjudged(part, tally(ai_interaction=5, post=9))["kept_minor"] == 2


def test_without_accounts_everybody_is_unknown():
    part = footprint((10, Role.AUTHOR, 9))
    assert judge(STRICT, {}).misjudged(part, POSTS)["kept_unknown_account"] == 9
    assert set(judge(STRICT).misjudged(footprint(), ()).values()) == {0}

"""The judgement of a batch: SQL over ``account``, ``need`` and the rows themselves."""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.lineage.verify.session import run
from pipelines.lineage.verify.takedowns import name_content
from schemas.outcomes import Reason
from schemas.vocabulary import OTHER_ROLES, SURFACE_OF_LABEL, Role, Visibility

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from schemas.policy import Policy

_GIVEN = (
    Reason.MALFORMED, Reason.TAKEDOWN, Reason.OBJECTION,
    Reason.THIRD_PARTY_OBJECTION, Reason.THIRD_PARTY_UNKNOWN, Reason.ACCOUNT_UNKNOWN,
     Reason.ACCOUNT_INACTIVE, Reason.ACCOUNT_KIND_EXCLUDED,
    Reason.MINOR_ACCOUNT, Reason.MINOR_AT_POSTING, Reason.AGE_UNKNOWN,
    Reason.POSTING_DATE_UNKNOWN, Reason.NOTICE_PENDING, Reason.SURFACE_EXCLUDED, Reason.REGION_EXCLUDED,
    Reason.NOT_PUBLIC, Reason.VISIBILITY_UNKNOWN,
)  # fmt: skip
"""The reasons that are derived; of those of the content only a declared minor is."""
_UNKNOWN_SURFACE = 1 << 15
"""The bit of a surface nobody knows: only an objection to every surface covers it."""


def load_policy(session: "DuckDBPyConnection", policy: "Policy") -> None:
    """Fill the relations ``need``, what each surface needs, and ``action``, which roles drop a row."""
    rules = [(label, SURFACE_OF_LABEL[label].bit, rule) for label, rule in policy.surfaces.items()]
    needs = ("public", "adult_now", "adult_at_posting", "notice", "region")
    table = {
        "surface": pa.array([label for label, _, _ in rules], pa.string()),
        "bit": pa.array([bit for _, bit, _ in rules], pa.int32()),
        "used": pa.array([rule.use for _, _, rule in rules], pa.bool_()),
        **{need: pa.array([getattr(rule, need) for _, _, rule in rules], pa.bool_()) for need in needs},
    }
    session.register("need", pa.table(table))
    tables = {"objected": policy.third_party.objected, "unknown": policy.third_party.unknown}
    drops = {
        f"drops_{name}": [getattr(actions, label) == "drop" for label in OTHER_ROLES]
        for name, actions in tables.items()
    }
    roles = [Role[label.upper()].value for label in OTHER_ROLES]
    session.register("action", pa.table({"label": OTHER_ROLES, "role": roles, **drops}))


def judge_batch(session: "DuckDBPyConnection", batch: pa.Table) -> None:
    """Fill the relations ``batch`` and ``judged``: what must become of each of its rows.

    ``batch`` has the columns of a canonical record, created_at without zone, and ``n``.
    """
    session.register("batch", batch)
    name_content(session, batch)
    parameters = {
        **{reason.label: reason.bit for reason in _GIVEN},
        "visibilities": [visibility.value for visibility in Visibility],
        "unknown_surface": _UNKNOWN_SURFACE,
        "digits": _digits(),
    }
    run(session, "judged", parameters)


@cache
def _digits() -> str:
    """Decimal digits beyond ASCII; every zero is followed by its one to nine.

    Unicode has them in its first two planes alone; the others take longer to look through than all else.
    """
    every = map(chr, range(0x80, 0x20000))
    return "".join(character for character in every if unicodedata.decimal(character, None) is not None)

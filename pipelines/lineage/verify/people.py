"""Who appears in the rows of a split: its footprint part, derived again."""

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.lineage.verify.faults import CAP, Faults
from pipelines.lineage.verify.session import pads, run
from schemas.identifiers import normalise
from schemas.vocabulary import IdentifierType, Role

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.lineage.verify.accounts import Terms

LAW = 10
"""Whoever is missing from a footprint cannot be found again, and so not erased."""
_ROLES = {role.value: role.name.lower() for role in Role}


def check_batch_people(session: "DuckDBPyConnection", name: str, terms: "Terms", faults: Faults) -> None:
    """Add the people of ``batch`` to ``appearance``; compare each author with the ledger's pointer."""
    find_strangers(session, terms)
    run(
        session,
        "appearance",
        {**pads(terms.lineage_key), "author": Role.AUTHOR.value, "media": Role.MEDIA.value},
    )
    found = run(session, "wrong_author", {"cap": CAP})
    for n, nobody, _ in found:
        expected = "no footprint: the row has no author" if nobody else "the footprint of its author"
        faults.add("author", f"{name} row {n}", LAW, expected=expected, found="another row of it, or none")
    faults.add_rest("author", LAW, found)


def find_strangers(session: "DuckDBPyConnection", terms: "Terms") -> None:
    """Fill the relation ``stranger``: whom ``batch`` names and no account is."""
    ids = [row[0] for row in run(session, "stranger_ids")]
    normal = [normalise(IdentifierType.ACCOUNT, value) for value in ids]
    strangers = {"id": pa.array(ids, pa.string()), "normal": pa.array(normal, pa.string())}
    session.register("stranger_id", pa.table(strangers))
    run(session, "person", {**pads(terms.lineage_key), "platform": terms.platform})


def check_appearances(session: "DuckDBPyConnection", name: str, faults: Faults) -> None:
    """Compare ``appearance`` with the split's ``footprint``."""
    found = run(session, "wrong_appearance", {"cap": CAP})
    for subject, role, expected, held, _ in found:
        who = f"{name} subject {subject} as {_ROLES.get(role, role)}"
        faults.add("appearance", who, LAW, expected=_counts(expected), found=_counts(held))
    faults.add_rest("appearance", LAW, found)


def _counts(counts: list[int | None]) -> str:
    if counts[0] is None:
        return "no appearance"
    return "{} rows, {} kept, {} removed, {} quarantined".format(*counts)

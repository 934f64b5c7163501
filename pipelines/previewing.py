"""What objections would come to before they are recorded: whom they meet, what of a version they touch."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.hashing.shares import shared_hashing
from pipelines.lineage.parts import footprint_part, split_rows
from pipelines.matching import (
    Pseudonyms,
    account_codes,
    carried_pseudonyms,
    coverage,
    identified_rows,
)
from schemas.identifier_columns import normal_forms, subjects
from schemas.identifiers import target_message
from schemas.model import Model
from schemas.vocabulary import IdentifierType, Role

if TYPE_CHECKING:
    from pipelines.corpus.chain import Version
    from pipelines.corpus.store import Store
    from pipelines.eligibility import EligibilityKeys
    from schemas.snapshots import RegistrySnapshot


class Touched(Model):
    """What of a version is about the accounts that would be covered."""

    version: int
    splits: int
    """In which they occur: these are computed anew."""
    splits_of_version: int
    rows: int
    """That they wrote."""
    kept: int
    """Of those, rows that the version keeps: the most that would go."""
    others: int
    """Kept rows of anybody in which they are mentioned, tagged or otherwise named, by account and role."""


@dataclass(frozen=True)
class Preview:
    """Whom objections meet in a source, and what of a version that touches; None: none is published."""

    matched: int
    """Objections that meet an account."""
    unmatched: int
    """Objections that meet none; they are recorded all the same, and meet one that comes later."""
    takedowns: int
    """Of records and pictures: whether a record has that name no preview tells."""
    accounts: int
    """That would be covered, those reached through a person included."""
    touched: Touched | None


def preview(
    accounts: Iterable[pa.RecordBatch],
    proposed: "RegistrySnapshot",
    platform: str,
    keys: "EligibilityKeys",
    store: "Store",
    version: "Version | None",
) -> Preview:
    """Match objections against the accounts of a source, and their subjects against a version's footprints.

    ``proposed.objections``: one row for each objection, not deduplicated.

    Raises:
        BadInput: an object of the version is damaged.
    """
    rows = identified_rows(accounts)
    codes, ids = account_codes(rows)
    with shared_hashing(len(rows)) as hashing:
        pseudonyms = partial(hashing, keys.registry)
        matched = _matched(rows, codes, ids, proposed, platform, pseudonyms)
        covered = coverage(rows, codes, ids, proposed, platform, pseudonyms)
        wanted = np.flatnonzero(covered.live.any(axis=1))
        forms = normal_forms(IdentifierType.ACCOUNT, ids, pa.nulls(len(ids), pa.string()))
        named = hashing(
            (keys.lineage,),
            target_message(IdentifierType.ACCOUNT, platform, ""),
            [forms[place] for place in wanted.tolist()],
        )
    takedowns = len(proposed.objections) - proposed.objections.column("sealed").null_count
    return Preview(
        matched=matched,
        unmatched=len(proposed.objections) - takedowns - matched,
        takedowns=takedowns,
        accounts=len(wanted),
        touched=None if version is None else _touched(store, version, subjects(named)),
    )


def _matched(
    rows: pa.Table,
    codes: npt.NDArray[np.int64],
    ids: pa.StringArray,
    proposed: "RegistrySnapshot",
    platform: str,
    pseudonyms: Pseudonyms,
) -> int:
    """Objections whose target some account carries."""
    found = 0
    for kind in IdentifierType:
        of_kind = pc.equal(proposed.objections.column("type"), kind.value)
        if pc.any(of_kind).as_py():
            _, carried = carried_pseudonyms(kind, rows, codes, ids, platform, pseudonyms)
            met = pc.and_(of_kind, pc.is_in(proposed.objections.column("pseudonym"), value_set=carried))
            found += pc.sum(met).as_py()
    return found


def _touched(store: "Store", version: "Version", wanted: npt.NDArray[np.uint64]) -> Touched:
    value_set = pa.array(wanted, pa.uint64())
    splits = split_rows(store, version)
    in_splits = rows = kept = others = 0
    for split in splits:
        part = footprint_part(store, split)
        part = part.filter(pc.is_in(part.column("subject"), value_set))
        of_author = pc.equal(part.column("role"), Role.AUTHOR.value)
        author = part.filter(of_author)
        in_splits += len(part) > 0
        rows += pc.sum(author.column("rows")).as_py() or 0
        kept += pc.sum(author.column("kept")).as_py() or 0
        others += pc.sum(part.filter(pc.invert(of_author)).column("kept")).as_py() or 0
    return Touched(
        version=version.number,
        splits=in_splits,
        splits_of_version=len(splits),
        rows=rows,
        kept=kept,
        others=others,
    )

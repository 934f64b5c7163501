"""Every row of a split: what must become of it, what became of it, and what was released of it."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.lineage.verify.batches import batch_of, unreadable_batch
from pipelines.lineage.verify.faults import CAP, Faults, describe
from pipelines.lineage.verify.judge import judge_batch
from pipelines.lineage.verify.people import check_appearances, check_batch_people
from pipelines.lineage.verify.reviews import check_queue, name_pictures
from pipelines.lineage.verify.row_groups import RowGroup, joined, whole
from pipelines.lineage.verify.session import run
from pipelines.lineage.verify.source import (
    Source,
    Undecodable,
    as_split,
    digest_of_split,
    is_damaged,
    rows_of,
)
from pipelines.lineage.verify.split_keys import check_split_key
from schemas.fields import LANGUAGE_FORM, MIME_FORM, SHA256_FORM
from schemas.outcomes import Reason, Stage
from schemas.vocabulary import SURFACE_OF_LABEL

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.lineage.verify.accounts import Terms
    from pipelines.lineage.verify.parts import Part

_STANDING = sum(reason.bit for reason in Reason if reason.stage is not Stage.CONTENT)
_DECLARED = Reason.MINOR_IMAGE_DECLARED
_PICTURE = _DECLARED.bit | Reason.MINOR_IMAGE_SUSPECTED.bit
_REFUSED = Reason.REVIEW_REFUSED
_CONTENT = {
    "declared": describe(_DECLARED.code, _DECLARED.bit),
    "undeclared": "no declared minor: no picture declares one",
    "picture": "no reason about pictures: the record has none",
    "refused": describe(_REFUSED.code, _REFUSED.bit),
    "unrefused": "no refusal by a person: none of its pictures was refused",
    "unexpired": "no expiry: none of its pictures waited in vain",
    "undecided": "no reason that no rule decides yet",
    "text": "another reason than no_own_content: text is left to release",
}
_NAMED = (_DECLARED, _REFUSED, Reason.REVIEW_EXPIRED, Reason.NO_OWN_CONTENT)
_RELEASED = {
    "text": (7, "the source's text, but for what its masks cover"),
    "language": (7, "the source's language"),
    "surface": (7, "the source's surface"),
    "created_month": (7, "the month of the source's created_at"),
    "media": (7, "pictures of the source's row, in order, unchanged but for masks"),
    "unassessed": (2, "no picture of which nothing is written or declared, or not all was read"),
    "withheld": (2, "every picture of the row: the policy withholds none"),
    "empty": (2, describe(Reason.NO_OWN_CONTENT.code, 0)),
}


def check_rows(
    session: "DuckDBPyConnection", source: Source, split: dict[str, Any], part: "Part", terms: "Terms"
) -> Faults:
    """Derive every row of a split again and compare it with ledger, footprint and shard."""
    name, faults = _name(split), Faults()
    metadata = source.file(split["path"])[1].metadata
    groups = range(split["first_row_group"], split["first_row_group"] + split["row_groups"])
    if groups.stop > metadata.num_row_groups:
        found = f"{metadata.num_row_groups} in the source"
        faults.add("source", name, 1, expected=f"{groups.stop} row groups or more", found=found)
        return faults
    rows = [metadata.row_group(group).num_rows for group in groups]
    digest = digest_of_split(source, as_split(split))
    if sum(rows) != split["rows"] or digest != split["split_digest"]:
        expected = f"a source of {split['rows']} rows with digest {split['split_digest']}"
        faults.add("source", name, 3, expected=expected, found=f"{sum(rows)} rows with digest {digest}")
        return faults
    run(session, "counters")
    session.register("footprint", part.footprint)
    for together in joined(metadata, groups):
        faults.absorb(_check_groups(session, source, split, together, part, terms))
    check_appearances(session, name, faults)
    check_split_key(session, source, split, terms, faults)
    _check_counts(session, split, faults)
    return faults


def _check_groups(
    session: "DuckDBPyConnection",
    source: Source,
    split: dict[str, Any],
    places: list[RowGroup],
    part: "Part",
    terms: "Terms",
) -> Faults:
    """Row groups as one batch; each by itself where one of them may not be readable."""
    ledgers = [part.ledger.slice(place.offset, place.rows) for place in places]
    if len(places) > 1 and not any(map(_is_unreadable, ledgers)):
        tables = whole(source, split["path"], places)
        if tables:
            faults = Faults()
            table = pa.concat_tables(tables)
            ledger = part.ledger.slice(places[0].offset, len(table))
            batch = batch_of(table, ledger, part, places[0].offset)
            _check_batch(session, split, batch, terms, faults)
            return faults
    faults = Faults()
    for place, ledger in zip(places, ledgers, strict=True):
        faults.absorb(_check_group(session, source, (split, place, ledger), part, terms))
    return faults


def _check_group(
    session: "DuckDBPyConnection",
    source: Source,
    at: tuple[dict[str, Any], RowGroup, pa.Table],
    part: "Part",
    terms: "Terms",
) -> Faults:
    split, (group, offset, _), ledger = at
    faults, done = Faults(), 0
    # What a row group says counts only once all of it has been decoded.
    session.begin()
    try:
        for table in rows_of(source, split["path"], group):
            batch = batch_of(table, ledger.slice(done, len(table)), part, offset + done)
            _check_batch(session, split, batch, terms, faults)
            done += len(table)
    except Undecodable:
        damaged = True
    else:
        damaged = _is_unreadable(ledger) and is_damaged(source, split["path"], group)
    if not damaged:
        session.commit()
        return faults
    session.rollback()
    session.register("batch", unreadable_batch(ledger, offset))
    _count(session, terms)
    return _check_unreadable(_name(split), ledger, offset)


def _check_batch(
    session: "DuckDBPyConnection", split: dict[str, Any], batch: pa.Table, terms: "Terms", faults: Faults
) -> None:
    judge_batch(session, batch)
    if len(terms.reviews) or split["queue_rows"]:
        name_pictures(session, batch, terms)
    if split["queue_rows"]:
        check_queue(session, _name(split), faults)
    _check_verdicts(session, _name(split), terms, faults)
    _check_released(session, _name(split), terms, faults)
    check_batch_people(session, _name(split), terms, faults)
    _count(session, terms)


def _is_unreadable(ledger: pa.Table) -> bool:
    """Whether the ledger says so of every row; not of none."""
    return bool(pc.all(pc.equal(ledger.column("reason"), Reason.UNREADABLE.code), min_count=1).as_py())


def _check_unreadable(name: str, ledger: pa.Table, offset: int) -> Faults:
    faults, reason = Faults(), Reason.UNREADABLE
    for row, entry in enumerate(ledger.to_pylist(), offset):
        fate = (entry["reason"], entry["reasons"], entry["place"], entry["footprint"])
        if fate != (reason.code, reason.bit, None, None):
            expected, found = describe(reason.code, reason.bit), describe(entry["reason"], entry["reasons"])
            faults.add("verdict", f"{name} row {row}", 2, expected=expected, found=found)
    return faults


def _check_verdicts(session: "DuckDBPyConnection", name: str, terms: "Terms", faults: Faults) -> None:
    policy = terms.policy
    parameters = {
        "standing": _STANDING,
        "picture": _PICTURE,
        "undecided": Reason.RIGHTS_RESERVED.bit,
        **{reason.label: reason.bit for reason in _NAMED},
        "text_counts": "text" in policy.release.columns,
        "removes": policy.pictures.unassessed == "remove",
        "cap": CAP,
    }
    found = run(session, "wrong_verdict", parameters)
    for n, wrong, expected_bits, code, reason, reasons, _ in found:
        expected = _CONTENT.get(wrong) or describe(code, expected_bits)
        if wrong == "reasons" and code is None:
            expected = "no reason of eligibility: kept, or a reason of its content"
        faults.add("verdict", f"{name} row {n}", 2, expected=expected, found=describe(reason, reasons))
    faults.add_rest("verdict", 2, found)


def _check_released(session: "DuckDBPyConnection", name: str, terms: "Terms", faults: Faults) -> None:
    unassessed = terms.policy.pictures.unassessed
    parameters = {
        **_release(terms),
        "language_form": LANGUAGE_FORM,
        "every_picture": unassessed != "withhold",
        "assessed": unassessed != "keep",
        "cap": CAP,
    }
    found = run(session, "wrong_release", parameters)
    for n, wrong, _ in found:
        law, expected = _RELEASED[wrong]
        shown = "a row of the shard without" if wrong == "empty" else "something else in the shard"
        faults.add("release", f"{name} row {n}", law, expected=expected, found=shown)
    faults.add_rest("release", 7, found)


def _release(terms: "Terms") -> dict[str, Any]:
    """What the policy releases, and in which form."""
    return {
        "columns": list(terms.policy.release.columns),
        "kinds": list(terms.policy.release.mask),
        "mime_form": MIME_FORM,
        "sha256_form": SHA256_FORM,
    }


def _count(session: "DuckDBPyConnection", terms: "Terms") -> None:
    run(session, "counted", {**_release(terms), "surfaces": list(SURFACE_OF_LABEL)})


def _check_counts(session: "DuckDBPyConnection", split: dict[str, Any], faults: Faults) -> None:
    pictures = {entry["name"]: entry["count"] for entry in split["pictures"]}
    verdicts = sum(pictures.get(name, 0) for name in ("declared", "suspected", "no_sign", "unassessed"))
    rows = [("row", entry["surface"], entry["reason"], entry["rows"]) for entry in split["tally"]]
    rows += [("mask", entry["name"], 0, entry["count"]) for entry in split["masked"]]
    rows += [("picture", "released", 0, pictures.get("released", 0)), ("picture", "standing", 0, verdicts)]
    what, name, reason, amount = zip(*rows, strict=True)
    told = {"what": what, "name": name, "reason": pa.array(reason, pa.uint8()), "amount": amount}
    session.register("told", pa.table(told))
    for kind, label, code, expected, found in run(session, "wrong_count"):
        words = f"{label} rows of {describe(code, 0)}" if kind == "row" else f"{kind}s: {label}"
        faults.add("counts", _name(split), 1, expected=f"{expected} {words}", found=f"{found}")


def _name(split: dict[str, Any]) -> str:
    return f"split {split['split']}"

"""Records and pictures that are taken down: opened from the snapshot, and found again among the rows.

Sealing and normal forms are shared (schemas.takedowns); which rows they hit is a join in SQL.
"""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.lineage.verify.faults import CAP
from pipelines.lineage.verify.session import pads, run
from schemas.errors import ConfigurationError
from schemas.identifiers import media_form, scope_of
from schemas.takedowns import record_form, unseal
from schemas.vocabulary import TakedownType

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

    from pipelines.lineage.verify.accounts import Terms
    from pipelines.lineage.verify.faults import Faults

LAW = 6
_TYPES = pa.array([kind.value for kind in TakedownType])
_FORM = pa.schema([("n", pa.int64()), ("type", pa.string()), ("form", pa.string())])


def derive_takedowns(
    session: "DuckDBPyConnection",
    objections: pa.Table,
    terms: "Terms",
    target_key: "Callable[[], bytes] | None",
    faults: "Faults",
) -> None:
    """Fill the relation ``taken_down`` from a SNAPSHOT table: type, form, and subject of a picture.

    A target that cannot be opened, or is not the one that its pseudonym says, is a fault.

    Raises:
        ConfigurationError: there are takedowns, and no key or another one.
    """
    is_takedown = pc.or_(
        pc.is_in(objections.column("type"), value_set=_TYPES), pc.is_valid(objections.column("sealed"))
    )
    rows = objections.filter(is_takedown).to_pylist()
    opened = [_opened(row, terms, target_key) for row in rows]
    if rows and not any(row["form"] is not None for row in opened):
        raise _no_key("another key, or none")
    names = ("type", "scope", "form", "held", "purposes", "here")
    types = (pa.string(), pa.string(), pa.string(), pa.binary(), pa.uint16(), pa.bool_())
    session.register(
        "opened",
        pa.table(
            {
                name: pa.array([row[name] for row in opened], kind)
                for name, kind in zip(names, types, strict=True)
            }
        ),
    )
    first, *further = terms.registry_keys
    run(session, "named_target", pads(first))
    for key in further:
        run(session, "rewrapped", pads(key))
    found = run(session, "wrong_takedown", {"cap": CAP})
    for kind, is_open, _ in found:
        expected = "the target that its pseudonym says" if is_open else "a target that the target key opens"
        faults.add("takedown", f"a {kind} of the snapshot", LAW, expected=expected, found="another, or none")
    faults.add_rest("takedown", LAW, found)
    run(session, "taken_down", {**pads(terms.lineage_key), "purposes": terms.policy.purpose_set()})
    session.unregister("opened")
    session.execute("DROP TABLE written")


def name_content(session: "DuckDBPyConnection", rows: pa.Table) -> None:
    """Fill the relation ``content_form``: what names each of the rows, or a picture in it, by its ``n``."""
    forms: set[tuple[int, str, str]] = set()
    if has_takedowns(session):
        columns = (rows.column(name).to_pylist() for name in ("n", "record_id", "media"))
        for n, record_id, media in zip(*columns, strict=True):
            forms.update((n, kind.value, form) for kind, form in _names(record_id, media))
    columns_of = list(zip(*sorted(forms), strict=True)) or [(), (), ()]
    arrays = [pa.array(column, field.type) for column, field in zip(columns_of, _FORM, strict=True)]
    session.register("content_form", pa.table(arrays, _FORM))


def has_takedowns(session: "DuckDBPyConnection") -> bool:
    """Whether anything is taken down: otherwise no row need be asked for its names."""
    ((targets,),) = session.execute("SELECT count(*) FROM taken_down").fetchall()
    return bool(targets)


def rows_taken_down(session: "DuckDBPyConnection") -> str:
    """SHA-256 over the numbers of the rows in ``content_form`` that are taken down."""
    numbers = [row[0] for row in run(session, "rows_taken_down")]
    return hashlib.sha256(np.array(numbers, "<i8").tobytes()).hexdigest()


def _opened(row: dict[str, Any], terms: "Terms", target_key: "Callable[[], bytes] | None") -> dict[str, Any]:
    known = {kind.value: kind for kind in TakedownType}
    kind, form, scope, here = known.get(row["type"]), None, "", False
    if kind is not None and row["sealed"] is not None:
        if target_key is None:
            raise _no_key("none")
        for platform in (terms.platform, *terms.policy.registry.other_platforms):
            form = unseal(target_key(), kind, platform, row["sealed"])
            if form is not None:
                scope, here = (
                    scope_of(kind, platform),
                    scope_of(kind, platform) == scope_of(kind, terms.platform),
                )
                break
    return {**row, "held": row["pseudonym"], "form": form, "scope": scope, "here": here}


def _names(
    record_id: str | None, media: list[dict[str, Any] | None] | None
) -> list[tuple[TakedownType, str]]:
    names = [] if record_id is None else [(TakedownType.RECORD, record_form(record_id))]
    for medium in filter(None, media or ()):
        if medium["sha256"] is not None:
            names.append((TakedownType.MEDIA, media_form(medium["sha256"])))
        # A path inside an export names another file in the next one.
        if medium["uri"] is not None and "://" in medium["uri"]:
            names.append((TakedownType.RECORD, record_form(medium["uri"])))
    return names


def _no_key(found: str) -> ConfigurationError:
    return ConfigurationError(
        "target key",
        expected="the key that opens the takedowns of the version's snapshot",
        found=found,
        remedy="point keys.target in optout.yaml at it, or check what needs no key with --structure-only",
    )

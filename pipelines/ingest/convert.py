"""Rows as a reader gives them -> rows of a canonical table. Column by column; nothing is dropped.

A row that does not conform keeps its place. A record loses everything but ``defect``; an account keeps what
says who it is, and of the rest what can be read: a row that vanished would take its objection, and what
speaks against the account, along (docs/adr/0007-malformed-accounts.md).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.ingest.batch import BROKEN, Batch, Path, below, values_at
from pipelines.ingest.cells import FAULTS, Cast, cast_of, text
from pipelines.ingest.limits import MAX_ITEMS
from schemas.errors import ConfigurationError
from schemas.fields import ACCOUNTS, RECORDS, Field, arrow_schema
from schemas.source import AccountEntry, Each, Entry, FieldMapping, Listed, Scalar
from schemas.source_checks import parse_path

Faults = dict[int, str]
"""Row -> the field that is wrong; the first fault of a row counts."""

_WHO = ("account_id", "platform", "person_id", "region", "identifiers")
"""What says who an account is. ``region`` is how its telephone numbers are read."""


@dataclass(frozen=True)
class Scope:
    """The values a mapping reads: a batch of rows, or the items of an ``each``."""

    rows: int
    batch: Batch | None = None
    items: Sequence[Any] = ()

    def at(self, path: Path) -> list[Any]:
        """One value for each row."""
        if self.batch is not None:
            return values_at(self.batch, path)
        return below(self.items, path) if path else list(self.items)


@dataclass(frozen=True)
class Converter:
    """An entry of source.yaml made ready: what each field of the table is made of."""

    entry: Entry
    platform: str

    def convert(self, batch: Batch, file: str) -> pa.RecordBatch:
        """The canonical rows of a batch, in its order; ``file`` is what defects name."""
        entry = self.entry
        schema = ACCOUNTS if isinstance(entry, AccountEntry) else RECORDS
        arrays: dict[str, pa.Array] = {}
        wrong: dict[str, Faults] = {}
        for field in entry.TABLE:
            inner = wrong[field.name] = {}
            arrays |= _columns(Scope(batch.rows, batch), entry.fields, (field,), entry, inner)
        if "platform" in schema.names:
            arrays["platform"] = pa.repeat(pa.scalar(self.platform), batch.rows)
        unnamed = np.flatnonzero(arrays[entry.REQUIRED].is_null().to_numpy(zero_copy_only=False)).tolist()
        faults: Faults = {}
        for found in (batch.defects, *wrong.values(), dict.fromkeys(unnamed, entry.REQUIRED)):
            faults = {**found, **faults}
        nobody = vague = set(faults)
        if schema is ACCOUNTS:
            nobody = {*batch.defects, *unnamed}
            vague = nobody.union(*(found for name, found in wrong.items() if name in _WHO))
        columns = [_without(arrays[name], nobody if name in _WHO else vague) for name in schema.names[:-1]]
        defects = _defects(batch, file, faults, schema.field("defect").type)
        return pa.RecordBatch.from_arrays([*columns, defects], schema=schema)


def _without(column: pa.Array, rows: set[int]) -> pa.Array:
    """The column, null in these rows."""
    if not rows:
        return column
    places = np.arange(len(column))
    return column.take(pa.array(places, mask=np.isin(places, list(rows))))


def check_constants(entry: Entry, subject: str) -> None:
    """Cast every constant once, so that a wrong one is an error before a file is opened."""
    faults: Faults = {}
    empty = Batch(1, [0], lambda _: [None])
    _columns(Scope(1, empty), entry.fields, entry.TABLE, entry, faults)
    for field in faults.values():
        raise ConfigurationError(
            f"{subject}: {field}",
            expected="a constant that the field's type takes",
            found="one that cannot be cast",
            remedy="write dates as 2001-12-31 and instants as 2001-12-31T00:00:00Z",
        )


def _columns(
    scope: Scope,
    mapping: Mapping[str, FieldMapping],
    table: Sequence[Field],
    entry: Entry,
    faults: Faults,
) -> dict[str, pa.Array]:
    arrays = {}
    for field in table:
        mapped = mapping.get(field.name)
        if mapped is None:
            arrays[field.name] = pa.nulls(scope.rows, field.arrow_type)
        elif isinstance(mapped, Scalar):
            arrays[field.name] = _scalars(scope, mapped, field, entry, faults)
        else:
            arrays[field.name] = _lists(scope, mapped, field, entry, faults)
    return arrays


def _scalars(scope: Scope, mapped: Scalar, field: Field, entry: Entry, faults: Faults) -> pa.Array:
    is_list = pa.types.is_list(field.type)
    cast = partial(_texts, mapped.separator) if is_list else cast_of(mapped, field)
    if mapped.source is None:
        return _constant(scope, mapped, field, cast, faults)
    values = scope.at(_path(mapped.source, entry))
    if mapped.empty == "absent" or (mapped.empty is None and entry.format.type == "csv"):
        values = [None if value == "" else value for value in values]
    if cast is text and all(value is None or value.__class__ is str for value in values):
        with suppress(UnicodeEncodeError):
            return pa.array(values, field.type)
    try:
        found = [None if value is None else cast(value) for value in values]
    except FAULTS:
        lenient = mapped.values is None and mapped.otherwise is None
        found = [
            _one(value, cast, row, None if lenient else field, faults) for row, value in enumerate(values)
        ]
    return pa.array(found, field.type)


def _constant(scope: Scope, mapped: Scalar, field: Field, cast: Cast, faults: Faults) -> pa.Array:
    # A value map is for what files hold; a constant is written in the canonical vocabulary.
    plain = cast_of(Scalar.model_validate({"constant": mapped.constant}), field) if mapped.values else cast
    value = _one(mapped.constant, plain, 0, field, faults)
    return pa.repeat(pa.scalar(value, field.type), scope.rows)


def _one(value: Any, cast: Cast, row: int, field: Field | None, faults: Faults) -> Any:  # noqa: ANN401
    if value is None:
        return None
    try:
        return cast(value)
    except FAULTS:
        if field is not None or value is BROKEN:
            faults.setdefault(row, field.name if field is not None else "row:unreadable")
        return None


def _texts(separator: str | None, value: Any) -> list[str]:  # noqa: ANN401
    if isinstance(value, str) and separator is not None:
        return [piece.strip() for piece in value.split(separator) if piece.strip()]
    values = value if isinstance(value, list) else [value]
    if len(values) > MAX_ITEMS:
        msg = "too many items"
        raise ValueError(msg)
    return [text(one) for one in values if one is not None]


@dataclass(frozen=True)
class _Part:
    """Elements of one list mapping: their structs, and the row each belongs to, ascending."""

    parents: np.ndarray
    elements: pa.StructArray
    present: np.ndarray
    """Rows whose list exists, be it empty."""


def _lists(scope: Scope, mapped: Each | Listed, field: Field, entry: Entry, faults: Faults) -> pa.Array:
    parts = [
        _each(scope, one, field, entry, faults)
        if isinstance(one, Each)
        else _single(scope, one, field, entry, faults)
        for one in (mapped.list if isinstance(mapped, Listed) else (mapped,))
    ]
    parents = np.concatenate([part.parents for part in parts])
    order = np.argsort(parents, kind="stable")
    elements = pa.concat_arrays([part.elements for part in parts])
    counts = np.bincount(parents, minlength=scope.rows)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    present = np.logical_or.reduce([part.present for part in parts])
    return pa.ListArray.from_arrays(
        pa.array(offsets), elements.take(pa.array(order)), type=field.arrow_type, mask=pa.array(~present)
    )


def _single(
    scope: Scope, mapping: Mapping[str, FieldMapping], field: Field, entry: Entry, faults: Faults
) -> _Part:
    """One element for each row; none where everything but its constants is null."""
    inner: Faults = {}
    arrays = _columns(scope, mapping, field.children, entry, inner)
    for row, name in inner.items():
        faults.setdefault(row, f"{field.name}.{name}")
    kept = np.zeros(scope.rows, dtype=bool)
    for name, mapped in mapping.items():
        if not isinstance(mapped, Scalar) or mapped.source is not None:
            kept |= arrays[name].is_valid().to_numpy(zero_copy_only=False)
    parents = np.flatnonzero(kept)
    return _Part(parents, _struct(arrays, field, scope.rows).take(pa.array(parents)), kept)


def _each(scope: Scope, mapped: Each, field: Field, entry: Entry, faults: Faults) -> _Part:
    """One element for each item that is not null."""
    parents: list[int] = []
    items: list[Any] = []
    present = np.zeros(scope.rows, dtype=bool)
    for row, value in enumerate(scope.at(_path(mapped.each, entry))):
        if value is None:
            continue
        found = _items(value, mapped.separator)
        if found is None or len(found) > MAX_ITEMS:
            faults.setdefault(row, field.name)
            continue
        present[row] = True
        parents.extend([row] * len(found))
        items.extend(found)
    inner: Faults = {}
    arrays = _columns(Scope(len(items), items=items), mapped.fields, field.children, entry, inner)
    for item, name in inner.items():
        faults.setdefault(parents[item], f"{field.name}.{name}")
    return _Part(np.array(parents, dtype=np.int64), _struct(arrays, field, len(items)), present)


def _items(value: Any, separator: str | None) -> list[Any] | None:  # noqa: ANN401
    if isinstance(value, str) and separator is not None:
        return [piece.strip() for piece in value.split(separator) if piece.strip()]
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [value] if isinstance(value, dict) else None


def _struct(arrays: Mapping[str, pa.Array], field: Field, rows: int) -> pa.StructArray:
    schema = arrow_schema(field.children)
    struct = pa.StructArray.from_arrays([arrays[name] for name in schema.names], fields=list(schema))
    assert len(struct) == rows  # noqa: S101 - a list that lost an element would be worse than a crash
    return struct


def _path(source: str, entry: Entry) -> Path:
    """The steps of a path. A CSV column's name is one step, whatever is in it."""
    if entry.format.type == "csv" and source != ".":
        return (source,)
    return parse_path(source)


def _defects(batch: Batch, file: str, faults: Faults, kind: pa.DataType) -> pa.Array:
    found: list[dict[str, Any] | None] = [None] * batch.rows
    for row, name in faults.items():
        found[row] = {"file": file, "position": batch.positions[row], "field": name}
    return pa.array(found, kind)

"""What can be checked of source.yaml before a file is opened; each error names the key."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from schemas.faults import Place, unknown
from schemas.fields import TIMESTAMP, Field
from schemas.vocabulary import BirthPrecision

if TYPE_CHECKING:
    from schemas.source import Each, Listed, Scalar

    Mapped: TypeAlias = Scalar | Each | Listed

PathCheck = Callable[..., None]
"""Takes a path and whether it stands outside every `each`; ValueError if it cannot be read."""

ALL = -1
"""The step of a path that stands for every item of a list: ``[*]``."""
UNIX = ("unix_s", "unix_ms", "unix_us")
_STEP = re.compile(r"""\.?(?:([^.\[\]"*]+)|\[(\d+)\]|\[(\*)\]|\["([^"]+)"\])""")


def parse_path(text: str) -> tuple[str | int, ...]:
    """The steps of a path: ``a.b[0]["c.d"].e[*]``; ``.`` has none. ValueError if it is no path."""
    if text == ".":
        return ()
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None or (position == 0 and text[0] == "."):
            msg = f'{text!r} is not a path such as a.b[0].c, x[*].y or ["a.b"]'
            raise ValueError(msg)
        name, index, every, quoted = step.groups()
        steps.append(ALL if every else int(index) if index is not None else name or quoted)
        position = step.end()
    return tuple(steps)


def check_zone(name: str) -> None:
    """ValueError unless ``name`` is a zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"zone: {name!r} is not in the IANA time zone database of this machine"
        raise ValueError(msg) from error


def check_path(kind: str, text: str, *, top: bool, many: bool) -> None:
    """ValueError if ``text`` cannot be read from files of this kind.

    ``top``: outside every ``each``; ``many``: where a list is wanted.
    """
    if kind == "csv":
        if not top and text != ".":
            msg = f"from: {text!r}: inside `each`, a CSV cell has only the item itself, written `.`"
            raise ValueError(msg)
    elif not parse_path(text) and top:
        msg = "from: `.` is the item of an `each`; outside one, name a path"
        raise ValueError(msg)
    elif ALL in parse_path(text) and not many:
        msg = f"from: {text!r} is a list, and this field a single value: name one item, such as [0]"
        raise ValueError(msg)


def field_faults(
    mapping: "Mapping[str, Mapped]", table: Iterable[Field], check: PathCheck, *, top: bool = True
) -> Iterator[tuple[Place, str]]:
    """What does not fit the fields of a table, nested lists included: place below ``mapping``, fault."""
    fields = {field.name: field for field in table}
    for name, mapped in mapping.items():
        if name not in fields:
            yield (name,), unknown("field", name, fields)
            continue
        for place, fault in _faults_of_field(mapped, fields[name], check, top=top):
            yield (name, *place), fault


def _faults_of_field(
    mapped: "Mapped", field: Field, check: PathCheck, *, top: bool
) -> Iterator[tuple[Place, str]]:
    from schemas.source import Each, Listed, Scalar

    if isinstance(mapped, Scalar):
        if field.children:
            yield (), "this field is a list of structs: map it with `list` or `each`"
            return
        yield from (((), fault) for fault in _faults_of_scalar(mapped, field))
        if mapped.source is not None:
            yield from _path_faults(check, mapped.source, top=top, many=pa.types.is_list(field.type))
        return
    if not field.children:
        yield (), "this field is a single value: map it with `from` or `constant`"
        return
    elements: list[tuple[Place, Any]] = [((), mapped)]
    if isinstance(mapped, Listed):
        if not mapped.list:
            yield ("list",), "at least one element; a field that is left out is null"
        elements = [(("list", number), element) for number, element in enumerate(mapped.list)]
    for place, element in elements:
        if isinstance(element, Each):
            below: Place = (*place, "fields")
            yield from ((place, fault) for _, fault in _path_faults(check, element.each, top=top, many=True))
            found = field_faults(element.fields, field.children, check, top=False)
        else:
            below = place
            found = field_faults(element, field.children, check, top=top)
        yield from (((*below, *inner), fault) for inner, fault in found)


def _path_faults(check: PathCheck, path: str, *, top: bool, many: bool) -> Iterator[tuple[Place, str]]:
    try:
        check(path, top=top, many=many)
    except ValueError as error:
        yield (), str(error)


def coarser_than_said(born: "Mapped | None", precision: "Mapped | None") -> str | None:
    """The fault of a constant precision that the format of the birth date cannot give."""
    from schemas.source import Scalar

    if not isinstance(born, Scalar) or not isinstance(precision, Scalar) or "%" not in (born.date or ""):
        return None
    there = set(re.findall(r"%(.)", (born.date or "").replace("%%", "")))
    if there & set("djxc") or (there & set("UWV") and there & set("aAwu")):
        return None
    finest = BirthPrecision.MONTH if there & set("mbB") else BirthPrecision.YEAR
    if precision.constant in (None, finest, BirthPrecision.YEAR):
        return None
    return (
        f"date: {born.date!r} reads no {precision.constant}: whoever was born at its end would be taken for "
        f"older; say {{constant: {finest}}}"
    )


def _faults_of_scalar(mapped: "Scalar", field: Field) -> Iterator[str]:
    is_text = field.type == pa.string()
    for option, wanted in (
        ("date", field.type == pa.date32()),
        ("timestamp", field.type == TIMESTAMP),
        ("zone", field.type == TIMESTAMP),
        ("values", is_text),
        ("separator", pa.types.is_list(field.type)),
    ):
        if getattr(mapped, option) is not None and not wanted:
            yield f"`{option}` does not fit a field of type {field.type}"
    for option, known in (("date", ("iso8601",)), ("timestamp", ("iso8601", *UNIX))):
        written = getattr(mapped, option)
        if written is not None and written not in known and "%" not in written:
            yield f"{option}: expected {', '.join(known)} or a strptime format, as %Y-%m-%d"
    written = mapped.timestamp or "iso8601"
    if "%" in written and "%z" not in written and not mapped.zone:
        yield "timestamp: a format without %z needs `zone`, such as UTC or Europe/Paris"
    if mapped.otherwise not in {"defect", None} and mapped.values is None:
        yield "otherwise: a value goes with `values`; without it, defect or null"
    results = [*(mapped.values or {}).values(), mapped.constant]
    results += [mapped.otherwise] if mapped.otherwise != "defect" else []
    for result in results:
        if field.values and result is not None and result not in field.values:
            yield unknown("value", result, field.values)

"""What can be checked of source.yaml before a file is opened; each error names the key."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from schemas.fields import TIMESTAMP, Field

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


def check_keys(value: Any, known: Iterable[str]) -> None:  # noqa: ANN401
    """ValueError that names a key which is not one of ``known``."""
    if not isinstance(value, dict):
        msg = f"a mapping of {', '.join(known)} is needed here"
        raise ValueError(msg)  # noqa: TRY004 - pydantic collects ValueErrors
    for key in value:
        if key not in known:
            raise ValueError(_unknown("key", key, known))


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


def check_fields(
    mapping: "Mapping[str, Mapped]", table: Iterable[Field], check: PathCheck, *, top: bool = True
) -> None:
    """Check a mapping against the fields of a table, nested lists included; ValueError names the field."""
    fields = {field.name: field for field in table}
    for name, mapped in mapping.items():
        if name not in fields:
            raise ValueError(_unknown("field", name, fields))
        try:
            _check_field(mapped, fields[name], check, top=top)
        except ValueError as error:
            msg = f"{name}: {error}"
            raise ValueError(msg) from error


def _check_field(mapped: "Mapped", field: Field, check: PathCheck, *, top: bool) -> None:
    from schemas.source import Each, Listed, Scalar

    if isinstance(mapped, Scalar):
        if field.children:
            msg = "this field is a list of structs: map it with `list` or `each`"
            raise ValueError(msg)
        _check_scalar(mapped, field)
        if mapped.source is not None:
            check(mapped.source, top=top, many=pa.types.is_list(field.type))
        return
    if not field.children:
        msg = "this field is a single value: map it with `from` or `constant`"
        raise ValueError(msg)
    for element in mapped.list if isinstance(mapped, Listed) else (mapped,):
        if isinstance(element, Each):
            check(element.each, top=top, many=True)
            check_fields(element.fields, field.children, check, top=False)
        else:
            check_fields(element, field.children, check, top=top)


def _check_scalar(mapped: "Scalar", field: Field) -> None:
    is_text = field.type == pa.string()
    for option, wanted in (
        ("date", field.type == pa.date32()),
        ("timestamp", field.type == TIMESTAMP),
        ("zone", field.type == TIMESTAMP),
        ("values", is_text),
        ("separator", pa.types.is_list(field.type)),
    ):
        if getattr(mapped, option) is not None and not wanted:
            msg = f"`{option}` does not fit a field of type {field.type}"
            raise ValueError(msg)
    written = mapped.timestamp or "iso8601"
    if written not in {"iso8601", *UNIX} and "%z" not in written and not mapped.zone:
        msg = "timestamp: a format without %z needs `zone`, such as UTC or Europe/Paris"
        raise ValueError(msg)
    if mapped.otherwise not in {"defect", None} and mapped.values is None:
        msg = "otherwise: a value goes with `values`; without it, defect or null"
        raise ValueError(msg)
    results = [*(mapped.values or {}).values(), mapped.constant]
    results += [mapped.otherwise] if mapped.otherwise != "defect" else []
    for result in results:
        if field.values and result is not None and result not in field.values:
            raise ValueError(_unknown("value", result, field.values))


def _unknown(kind: str, name: object, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"no {kind} is called {name!r} here{hint}; there are {', '.join(names)}"

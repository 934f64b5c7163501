"""What is wrong with a document that a person wrote, in words: each fault with its place, never a value."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

Place: TypeAlias = tuple[str | int, ...]
"""Keys and positions from the top of a document: ``("records", 0, "fields", "text")``."""
LineOf: TypeAlias = Callable[[Place], int | None]
"""The line that a place stands on, from 1; None where nobody knows."""

_LISTED = 20
_KEY = "[key]"
"""What pydantic puts after a key that is wrong itself."""
_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""A member of a vocabulary as pydantic names it among literals: <Level.WEAK: 'weak'>."""
_WANTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "string_pattern_mismatch": "text that matches {pattern}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "too_short": "a list of at least {min_length}",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "date_type": "a date, as in 2026-05-27",
    "date_parsing": "a date, as in 2026-05-27",
    "date_from_datetime_parsing": "a date, as in 2026-05-27",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "union_tag_invalid": "type: one of {expected_tags}",
    "union_tag_not_found": "type, which is missing here",
}
"""Kind of an error of pydantic -> what was wanted."""


class Faults(ValueError):
    """What a validator found wrong: (place below the value it judges, what is wrong) of each fault."""

    def __init__(self, faults: Iterable[tuple[Place, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{shown(place)}: {fault}" for place, fault in self.faults))


def faults_of(model: type[BaseModel], value: Any, failure: ValidationError, line_of: LineOf) -> list[str]:  # noqa: ANN401
    """One line for each fault of ``value``, in the order of the document where lines are known."""
    found = list(dict.fromkeys(_faults(model, value, failure)))
    found.sort(key=lambda fault: line_of(fault[0]) or 0)
    lines = [_line(place, said, line_of(place)) for place, said in found]
    more = len(lines) - _LISTED
    return [*lines[:_LISTED], f"and {more} more"] if more > 0 else lines


def unknown(kind: str, name: object, known: Iterable[str]) -> str:
    """That no such thing is called ``name``, what may have been meant, and what there is."""
    names = list(known)
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"no {kind} is called {name!r} here{hint}; there are {', '.join(names)}"


def shown(place: Place) -> str:
    """A place as a person writes it: ``records[0].fields.text``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def _faults(
    model: type[BaseModel],
    value: Any,  # noqa: ANN401
    failure: ValidationError,
) -> Iterator[tuple[Place, str]]:
    for error in failure.errors(include_input=False, include_url=False):
        asked, context = error["type"], error.get("ctx", {})
        place, kind, held = _walk(model, value, error["loc"])
        if asked == "missing":
            yield place, "missing"
        elif asked == "extra_forbidden":
            _, holder, _ = _walk(model, value, error["loc"][:-1])
            yield place, unknown("key", place[-1], _keys(holder))
        elif asked in {"model_type", "model_attributes_type"}:
            yield place, f"expected a mapping of {', '.join(_keys(kind))}"
        elif asked == "too_short" and held:
            pass  # its elements are wrong, and named for themselves
        elif asked in {"value_error", "assertion_error"}:
            cause = context["error"]
            if isinstance(cause, Faults):
                yield from ((place + below, said) for below, said in cause.faults)
            else:
                yield place, str(cause)
        else:
            wanted = _WANTED.get(asked)
            said = f"expected {wanted.format(**context)}" if wanted else error["msg"]
            yield place, _MEMBER.sub(r"\1", said)


def _line(place: Place, said: str, line: int | None) -> str:
    where = [f"line {line}"] if line is not None else []
    where += [shown(place)] if place else []
    return f"{', '.join(where)}: {said}" if where else said


def _walk(model: type[BaseModel], value: Any, path: Place) -> tuple[Place, Any, Any]:  # noqa: ANN401
    """The path of an error without what is no part of the document; the type wanted there; the value."""
    place: list[str | int] = []
    kind: Any = _bare(model)
    for part in path:
        if _is_union(kind):  # the part is the tag of an option
            kind = _bare(next((option for option in get_args(kind) if part in _tags(option)), kind))
        elif part != _KEY and _may_hold(value, part):
            place.append(part)
            value = value.get(part) if isinstance(value, dict) else value[part]
            kind = _bare(_inside(kind, part))
    return tuple(place), kind, value


def _may_hold(value: Any, part: str | int) -> bool:  # noqa: ANN401
    """Whether ``value`` has a place for ``part``: one item given alone for a list has none."""
    return isinstance(value, dict) or (isinstance(value, list | tuple) and isinstance(part, int))


def _keys(kind: Any) -> list[str]:  # noqa: ANN401 - types
    """The keys that a mapping of this type may have; none if it is no model."""
    return [field.alias or name for name, field in kind.model_fields.items()] if _is_model(kind) else []


def _inside(kind: Any, part: str | int) -> Any:  # noqa: ANN401 - types
    """The type of what stands at ``part`` of a value of type ``kind``."""
    if _is_model(kind):
        fields = {field.alias or name: field for name, field in kind.model_fields.items()}
        return fields[str(part)].annotation if part in fields else None
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        return arguments[1]
    return arguments[0] if get_origin(kind) is tuple else None


def _bare(kind: Any) -> Any:  # noqa: ANN401 - types
    """A type without its annotations, and without the None that it may be instead."""
    while True:
        options = [option for option in get_args(kind) if option is not type(None)]
        if get_origin(kind) is Annotated or (_is_union(kind) and len(options) == 1):
            kind = options[0]
        else:
            return kind


def _is_model(kind: Any) -> bool:  # noqa: ANN401 - types
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_union(kind: Any) -> bool:  # noqa: ANN401 - types
    return get_origin(kind) in {Union, UnionType}


def _tags(option: Any) -> tuple[Any, ...]:  # noqa: ANN401 - types
    """What tells this option of a union from the others: its Tag, or the literal of its ``type``."""
    for note in getattr(option, "__metadata__", ()):
        if isinstance(note, Tag):
            return (note.tag,)
    kind = _bare(option)
    if _is_model(kind) and "type" in kind.model_fields:
        annotation = kind.model_fields["type"].annotation
        return get_args(annotation) if get_origin(annotation) is Literal else ()
    return ()

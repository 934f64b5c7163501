"""YAML as people write it, without YAML's surprises: they are errors. Bounded, whatever a file holds."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from schemas.canonical import MAX_DEPTH
from schemas.errors import BadInput, ConfigurationError
from schemas.faults import LineOf, Place

MAX_BYTES = 4 << 20
"""Of a file: twenty times the longest rule pack."""
MAX_VALUES = 250_000
"""Of a file, with every alias written out: thirty times the largest rule pack."""
_INT, _FLOAT, _TIMESTAMP, _TEXT = (
    f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "timestamp", "str")
)


class _Loader(yaml.CSafeLoader):
    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Check a mapping before others are merged into it, which may happen before it is built itself."""
        checked: set[int] = self.__dict__.setdefault("checked", set())
        if id(node) not in checked:
            checked.add(id(node))
            self._check_keys(node)
        super().flatten_mapping(node)

    def _check_keys(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key that is no text", key.start_mark)
            if key.value in seen:
                raise _refused("a key that occurs twice", key.start_mark)
            seen.add(key.value)
            self._check_form(key, _INT, _FLOAT, _TIMESTAMP)
            if key.value == "constant":  # an instant is an instant, however it is written
                self._check_form(value, _INT, _FLOAT)

    def _check_form(self, node: yaml.Node, *tags: str) -> None:
        """Refuse what is text to whoever wrote it, and another text once YAML has read it: 010 is 8."""
        if isinstance(node, yaml.ScalarNode) and node.tag in tags:
            read = str(self.construct_object(node))
            if read != node.value:
                raise _refused(
                    f"{node.value}, which YAML reads as {read}: put it in quotes,", node.start_mark
                )


def _readable(
    construct: Callable[[_Loader, yaml.ScalarNode], Any], otherwise: str
) -> Callable[[_Loader, yaml.ScalarNode], Any]:
    """The constructor of a kind of value, for what has its form and is none."""

    def constructed(loader: _Loader, node: yaml.ScalarNode) -> Any:  # noqa: ANN401 - any YAML value
        shown = f"{node.value[:_SHOWN]}…" if len(node.value) > _SHOWN else node.value
        none = _refused(f"{shown}, {otherwise},", node.start_mark)
        if len(node.value) > _LONGEST:  # it takes Python ages, or cannot be printed
            raise none
        try:
            return construct(loader, node)
        except (ValueError, OverflowError) as error:
            raise none from error

    return constructed


_SHOWN = 40
"""Characters of a value that no message is longer for."""
_LONGEST = 60
"""Characters of a number or an instant."""
_Loader.add_constructor(_INT, _readable(_Loader.construct_yaml_int, "which is no number"))
_Loader.add_constructor(_FLOAT, _readable(_Loader.construct_yaml_float, "which is no number"))
_Loader.add_constructor(
    _TIMESTAMP, _readable(_Loader.construct_yaml_timestamp, "which is not in the calendar")
)


def read_text(path: Path, *, remedy: str) -> str:
    """The text of a YAML file.

    Raises:
        BadInput: it cannot be read, is no UTF-8, or is longer than a person writes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) <= MAX_BYTES:
            return data.decode()
        found = f"more than {MAX_BYTES >> 20} MiB"
    except UnicodeDecodeError:
        found = "other bytes"
    except OSError as error:
        found = error.strerror or type(error).__name__
    raise BadInput(str(path), expected="a readable UTF-8 file", found=found, remedy=remedy)


def parse(text: str, subject: str) -> Any:  # noqa: ANN401 - any YAML value
    """The value of a YAML text; ConfigurationError with line and column otherwise."""
    try:
        _check_size(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        raise ConfigurationError(
            subject, expected="valid YAML", found=f"{problem}{place}", remedy="correct the file"
        ) from error


def _check_size(text: str) -> None:
    """Refuse what would exhaust the stack or the memory of whoever builds the value, before it is built."""
    sizes: dict[str | None, int] = {}  # of what an anchor names, aliases written out; 0: it has not ended
    within: list[tuple[str | None, int]] = []  # the anchor of each open value, and how many stood before it
    values = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = within.pop()
            sizes[anchor] = values - before
        elif isinstance(event, yaml.NodeEvent):
            _check_value(event, sizes)
            if isinstance(event, yaml.CollectionStartEvent):
                within.append((event.anchor, values))
                sizes[event.anchor] = 0
            values += sizes.get(event.anchor, 1) if isinstance(event, yaml.AliasEvent) else 1
        if len(within) > MAX_DEPTH:
            raise _refused(f"nesting beyond {MAX_DEPTH} levels", event.start_mark)
        if values > MAX_VALUES:
            raise _refused(f"more than {MAX_VALUES} values", event.start_mark)


def _check_value(event: yaml.NodeEvent, sizes: Mapping[str | None, int]) -> None:
    if isinstance(event, yaml.AliasEvent):
        if sizes.get(event.anchor) == 0:
            raise _refused("an alias within what it stands for", event.start_mark)
        return
    tag = getattr(event, "tag", None)
    if tag is not None and not (isinstance(event, yaml.ScalarEvent) and tag == _TEXT):
        raise _refused(f"the tag {tag}: leave it out,", event.start_mark)
    if isinstance(event, yaml.ScalarEvent) and "\0" in event.value:
        raise _refused("a NUL character", event.start_mark)


def _refused(problem: str, mark: Any) -> yaml.MarkedYAMLError:  # noqa: ANN401 - the Mark of either loader
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def lines(text: str) -> LineOf:
    """A function to the line of a place in a text that :func:`parse` read; of what is missing, of its holder.

    The text is looked through when first asked.
    """
    composed = cache(lambda: yaml.compose(text, Loader=yaml.CSafeLoader))
    return lambda place: _line(composed(), place)


def _line(node: yaml.Node | None, place: Place) -> int | None:
    line = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            held = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if held is None:
                break
            line, node = held[0].start_mark.line + 1, held[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line

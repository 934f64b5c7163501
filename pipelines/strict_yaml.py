"""YAML as people write it, without YAML's surprises: they are errors."""

from collections.abc import Hashable
from functools import partial
from typing import Any

import yaml

from schemas.errors import ConfigurationError
from schemas.faults import LineOf, Place

_INT, _FLOAT, _TIMESTAMP = (f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "timestamp"))


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key that is no text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem="a key that occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
            self._check_form(key, _INT, _FLOAT, _TIMESTAMP)
            if key.value == "constant":  # an instant is an instant, however it is written
                self._check_form(value, _INT, _FLOAT)
        return super().construct_mapping(node, deep)

    def _check_form(self, node: yaml.Node, *tags: str) -> None:
        """Refuse what is text to whoever wrote it, and another text once YAML has read it: 010 is 8."""
        if isinstance(node, yaml.ScalarNode) and node.tag in tags:
            read = str(self.construct_object(node))
            if read != node.value:
                raise yaml.MarkedYAMLError(
                    problem=f"{node.value}, which YAML reads as {read}: put it in quotes,",
                    problem_mark=node.start_mark,
                )


def _timestamp(loader: _Loader, node: yaml.ScalarNode) -> Any:  # noqa: ANN401 - a date or a datetime
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        problem = f"{node.value}, which is not in the calendar,"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error


_Loader.add_constructor(_TIMESTAMP, _timestamp)


def parse(text: str, subject: str) -> Any:  # noqa: ANN401 - any YAML value
    """The value of a YAML text; ConfigurationError with line and column otherwise."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError(
            subject,
            expected="valid YAML",
            found=f"{getattr(error, 'problem', None) or type(error).__name__}{place}",
            remedy="correct the file",
        ) from error


def lines(text: str) -> LineOf:
    """A function to the line of a place in a YAML text; of what is missing, the line that lacks it."""
    return partial(_line, yaml.compose(text, Loader=yaml.SafeLoader))


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

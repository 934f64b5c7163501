"""YAML as people write it, without YAML's surprises: a key that occurs twice is an error."""

from collections.abc import Hashable
from functools import partial
from typing import Any

import yaml

from schemas.errors import ConfigurationError
from schemas.faults import LineOf, Place


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key that is no text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem="a key that occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


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

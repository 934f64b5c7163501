"""YAML as people write it, without YAML's surprises: a key that occurs twice is an error."""

from collections.abc import Hashable
from typing import Any

import yaml

from schemas.errors import ConfigurationError


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
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

"""Keeps pyarrow from importing pandas in a process that has no use for it.

With the first array it makes of Python values, pyarrow imports pandas if it is installed, to tell Series from
lists: 0.2 s, as long as a thousand pictures take. It looks once in a process.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import pyarrow as pa


class _NoPandas(MetaPathFinder):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - asked for by the import system
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> None:
        """Find nothing; ModuleNotFoundError for pandas."""
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def leave_pandas_out() -> None:
    """Let pyarrow find that pandas is not there. It can be imported afterwards; if it is already, it stays.

    Arrow's tables cannot be made into frames in this process then.
    """
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])  # with a value, as its types are looked up apart
    finally:
        sys.meta_path.remove(finder)

"""The engine: everything besides its inputs that the bytes of ``screen`` depend on (law 3)."""

from importlib.resources import files

import numpy as np
import pyarrow as pa

from schemas.canonical import canonical_json, sha256
from schemas.documents import EngineRef
from schemas.errors import Refused
from schemas.module_bytes import module_digests
from schemas.tables import DATA_PAGE_BYTES, ROW_GROUP_ROWS, WRITER

_PACKAGES = ("schemas", "pipelines.rules", "pipelines.screen")
_MODULES = ("eligibility.py", "matching.py", "birthdays.py", "takedown.py")


def engine() -> EngineRef:
    """Digest of the modules' bytes, library versions and writer settings of this process."""
    sources = {}
    for package in _PACKAGES:
        sources.update(module_digests(package))
    for name in _MODULES:
        sources[f"pipelines.{name}"] = sha256((files("pipelines") / name).read_bytes())
    parts = {
        "sources": sha256(canonical_json(sources)),
        "pyarrow": pa.__version__,  # its RE2 is the regex engine, too
        "numpy": np.__version__,
        "writer": sha256(canonical_json({**WRITER, "rows": ROW_GROUP_ROWS, "page": DATA_PAGE_BYTES})),
    }
    return EngineRef(digest=sha256(canonical_json(parts)), parts=parts)


def check_engine(planned: EngineRef) -> None:
    """Refuse to work for a plan that another engine made."""
    found = engine()
    differing = sorted(
        name for name in planned.parts | found.parts if planned.parts.get(name) != found.parts.get(name)
    )
    if found.digest != planned.digest:
        raise Refused(
            "the engine of this worker",
            expected=f"the engine the plan was made with ({planned.digest[:12]})",
            found=f"another one ({found.digest[:12]}); it differs in {', '.join(differing)}",
            remedy="install the same version of this project and its locked requirements on every worker, "
            "or plan again",
        )

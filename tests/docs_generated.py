"""docs/generate.py, which is a script and no package."""

import importlib.util
from pathlib import Path

_PATH = Path(__file__).resolve().parent.parent / "docs" / "generate.py"


def generated():
    """Path below docs/ -> text, as `make docs` would write it."""
    spec = importlib.util.spec_from_file_location("docs_generate", _PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.generated()

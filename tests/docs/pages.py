"""The documents as tests read them: pages, fenced blocks, links."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^( *)```([\w-]*)[^\n]*\n(.*?)^\1```[ ]*$", re.DOTALL | re.MULTILINE)


def pages():
    """Every Markdown page that a reader of the repository finds."""
    return [*(path for path in sorted(ROOT.glob("*.md"))), *sorted(DOCS.rglob("*.md"))]


def blocks_of(text):
    """(language, content) of each fenced block, in order; one inside a list is taken out of it."""
    return [(found[2], textwrap.dedent(found[3])) for found in _BLOCK.finditer(text)]


def prose_of(text):
    """The text without its fenced blocks."""
    return _BLOCK.sub("", text)

"""The shell of `optout lineage`: one SELECT at a time, until Ctrl-D."""

import itertools
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Literal

from pipelines.cli.interrupts import catchable
from pipelines.cli.tables import counted, print_csv, print_json, print_table
from pipelines.corpus.chain import Version
from pipelines.lineage.session import Answer, Session
from pipelines.lineage.views import RELATIONS
from schemas.errors import OptoutError

Layout = Literal["table", "json", "csv"]

TABLE_ROWS = 1000
"""A table for people ends here; JSON and CSV do not."""
_HELP = """\
One SELECT, ended by `;` or an empty line.
  .tables        the relations, with a line on each
  DESCRIBE name; the columns of a relation
  .help          this text
Ctrl-C gives up a query, Ctrl-D leaves. A subject is 16 hexadecimal digits."""


def show(answer: Answer, layout: Layout) -> None:
    """Print an answer to standard output."""
    if layout == "json":
        print_json(answer.as_dicts())
    elif layout == "csv":
        print_csv(answer.names, answer.rows)
    else:
        rows = list(itertools.islice(answer.rows, TABLE_ROWS + 1))
        cut = rows[:TABLE_ROWS]
        if cut:
            print_table("", [dict(zip(answer.names, row, strict=True)) for row in cut])
        if len(rows) > len(cut):
            _say(f"the first {TABLE_ROWS} rows; --json and --csv print all")
        else:
            _say(counted(len(cut), "row"))


def converse(session: Session, version: Version, layout: Layout) -> None:
    """Answer questions from standard input. Piped questions end at the first error, as a script does."""
    interactive = sys.stdin.isatty()
    if interactive:
        import readline  # noqa: F401 - input() then edits lines; no history is written

        _say(f"version {version.number}, {counted(version.content.counts.rows, 'row')}. {_HELP}")
    with catchable(session.give_up) if interactive else nullcontext():
        _converse(session, layout, interactive=interactive)


def _converse(session: Session, layout: Layout, *, interactive: bool) -> None:
    for question in _questions(interactive=interactive):
        try:
            _answer(session, question, layout)
        except OptoutError as error:
            if not interactive:
                raise
            _say(str(error))
        except KeyboardInterrupt:
            if not interactive:
                raise
            _say("given up")


def _answer(session: Session, question: str, layout: Layout) -> None:
    if question == ".tables":
        print_table("", [{"relation": relation.name, "meaning": relation.meaning} for relation in RELATIONS])
    elif question.startswith("."):
        _say(_HELP)
    else:
        show(session.ask(question), layout)


def _questions(*, interactive: bool) -> Iterator[str]:
    lines: list[str] = []
    while True:
        try:
            line = input(("   ...> " if lines else "optout> ") if interactive else "")
        except KeyboardInterrupt:
            if not interactive:
                raise
            lines = []
            _say("")
            continue
        except EOFError:
            break
        whole = line.startswith(".") and not lines
        if whole or line.rstrip().endswith(";") or not line.strip():
            question = "\n".join([*lines, line]).strip()
            lines = []
            if question:
                yield question
        else:
            lines.append(line)
    if lines:
        yield "\n".join(lines)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")

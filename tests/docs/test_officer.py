"""docs/officer.md: its commands, run in their order, print what the page says."""

import contextlib
import io
import re
import shlex
import sys

import pytest
from docs.pages import DOCS, blocks_of

from builders import PLATFORM
from pipelines.cli import main as command_line
from schemas.workspace import Officer

PAGE = (DOCS / "officer.md").read_text(encoding="utf-8")
FILES = {
    "address.txt": "ana@example.org\n",
    "letter.txt": "Please leave out what I wrote.\n",
    "longer.txt": "It takes longer.\n",
}


def steps():
    """(the file on standard input or None, the command's words, what the page says it prints)."""
    for kind, block in blocks_of(PAGE):
        if kind:
            continue
        for told in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = told.partition("\n")
            found = re.fullmatch(r"(?:cat (\S+) \| )?optout (.+)", command)
            yield found[1], shlex.split(found[2]), printed


def test_the_page_shows_each_command_of_a_case():
    shown = {words[1] for _, words, _ in steps()}
    assert shown == {
        "add",
        "message",
        "due",
        "extend",
        "answer",
        "refuse",
        "export",
        "verify",
        "withdraw",
        "redact",
    }


@pytest.fixture
def optout(tmp_path, monkeypatch, capfd):
    """A function that runs a command in a workspace, and returns what it printed."""
    monkeypatch.setenv("OPTOUT_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(words, stdin=""):
        monkeypatch.setattr(sys, "argv", ["optout", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        capfd.readouterr()
        with contextlib.suppress(SystemExit):
            command_line.main()
        return capfd.readouterr()

    return run


def test_the_commands_print_what_the_page_says(tmp_path, optout):
    optout(["init"])
    (settings,) = [block for kind, block in blocks_of(PAGE) if kind == "yaml"]
    with (tmp_path / "optout.yaml").open("a", encoding="utf-8") as file:
        file.write(settings)
    (tmp_path / "source.yaml").write_text(f"platform: {PLATFORM}\n", "utf-8")
    for given, words, printed in steps():
        ended = optout(words, FILES[given] if given else "")
        said = re.sub(r"root [0-9a-f]{64}", "root …", ended.out)
        assert said.split() == printed.split(), (words, ended.err)


def test_the_settings_are_the_defaults_where_the_page_says_so():
    assert (Officer().country, Officer().time_zone) == (None, "UTC")
    assert f"case_retention_days: {Officer().case_retention_days}" in PAGE

"""The documents: links lead somewhere, commands and their options exist, YAML is read by our models."""

import re
import shlex

import pytest
from docs.pages import DOCS, ROOT, blocks_of, pages, prose_of

from pipelines.cli.main import app
from pipelines.cli.manual import commands_of
from pipelines.strict_yaml import parse
from schemas.errors import ConfigurationError
from schemas.policy import Policy
from schemas.source import SourceDescription
from schemas.workspace import Workspace

COMMANDS = dict(commands_of(app))
MODELS = {
    frozenset({"platform", "accounts", "records"}): SourceDescription,
    frozenset(Workspace.model_fields): Workspace,
    frozenset(Policy.model_fields): Policy,
}
PARTS = {frozenset({"accounts"}), frozenset({"records"})}
"""Parts of a source description; test_source_mapping completes and runs them."""


def texts():
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in pages()}


def anchors_of(text):
    """What GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose_of(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_link_between_documents_leads_somewhere():
    broken, followed = [], 0
    for name, text in texts().items():
        for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(text)):
            if "://" in target or target.startswith("mailto:"):
                continue
            path, _, anchor = target.partition("#")
            found = (ROOT / name).parent / path if path else ROOT / name
            followed += 1
            if not found.exists() or (anchor and anchor not in anchors_of(found.read_text(encoding="utf-8"))):
                broken.append(f"{name}: {target}")
    assert broken == []
    assert followed > 20


def test_every_page_can_be_reached_from_the_concepts_or_the_reading_of_a_folder():
    """A guide that no page links to is not found; the decisions are found by their folder."""
    linked = set()
    for name, text in texts().items():
        linked |= {((ROOT / name).parent / target.partition("#")[0]).resolve()
                   for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(text)) if "://" not in target}  # fmt: skip
    unlinked = [path.name for path in DOCS.glob("*.md") if path.resolve() not in linked]
    assert unlinked == []


def commands_in(text):
    """(where it stands, its words) of each `optout …` of a page, in blocks and in running text."""
    lines = [line for kind, block in blocks_of(text) if kind in {"", "sh", "bash", "console"}
             for line in block.splitlines()]  # fmt: skip
    lines = [line.removeprefix("$ ").strip() for line in lines]
    written = [line for line in lines if re.match(r"optout [a-z]", line)]
    written += re.findall(r"`(optout [a-z][^`\n]*)`", " ".join(prose_of(text).split("\n")))
    return [re.split(r"\s+(?:#|\|)\s", line)[0] for line in written]


GIVEN = [
    pytest.param(line, id=f"{name}: {line}")
    for name, text in texts().items()
    if name != "docs/cli.md"  # generated from the commands themselves
    for line in commands_in(text)
]


@pytest.mark.parametrize("line", GIVEN)
def test_a_command_exists_and_knows_its_options(line):
    words = shlex.split(line.replace("…", ""))[1:]
    command = next((key for n in (2, 1) if (key := " ".join(words[:n])) in COMMANDS), None)
    if command is None:
        assert words[1:] == []
        assert words[0] in {key.split()[0] for key in COMMANDS}
        return
    options = {option: parameter for parameter in COMMANDS[command].params
               for option in (*parameter.opts, *parameter.secondary_opts) if option.startswith("-")}  # fmt: skip
    arguments = [
        parameter for parameter in COMMANDS[command].params if parameter.param_type_name == "argument"
    ]
    given, rest = [], iter(words[len(command.split()) :])
    for word in rest:
        if word in {"-", "[OPTIONS]"} or not word.startswith("-"):
            given.append(word)
            continue
        assert word in {*options, "--help"}, f"optout {command} has no option {word}"
        if word != "--help" and not options[word].is_flag:
            assert next(rest, None) is not None, f"{word} takes a value"
    most = None if any(argument.nargs == -1 for argument in arguments) else len(arguments)
    assert most is None or len(given) <= most, f"optout {command} takes {most} arguments"


def test_commands_were_found_in_blocks_and_in_text():
    lines = [case.values[0] for case in GIVEN]
    assert {"optout build", "optout diff 1 2"} <= set(lines)
    assert any(line.startswith("optout registry add phone") for line in lines)
    assert any("--accept-change NAME" in line for line in lines)


YAML = [
    pytest.param(text, id=f"{name}, block {number}")
    for name, page in texts().items()
    for number, (kind, text) in enumerate(blocks_of(page))
    if kind in {"yaml", "yml"}
]


@pytest.mark.parametrize("text", YAML)
def test_yaml_is_read_by_one_of_our_models(text):
    keys = set(parse(text, "example"))
    if keys in PARTS:
        return
    [model] = [model for fields, model in MODELS.items() if keys <= fields or keys >= fields]
    model.of(parse(text, "example"), "example", ConfigurationError)


@pytest.mark.parametrize("path", sorted((DOCS / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_its_three_parts_on_one_page(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# ADR {int(path.name[:4])}: ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60

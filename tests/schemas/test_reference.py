"""The reference: everything has a meaning, and what is printed is what is checked."""

import importlib
import json
import pkgutil
import subprocess
import sys

import pyarrow as pa
import pytest

import schemas
from docs_generated import generated
from schemas import profile, tables
from schemas.fields import ACCOUNTS, RECORDS
from schemas.model import Model
from schemas.outcomes import Outcome, Reason
from schemas.policy import Policy
from schemas.reference import pages
from schemas.types_in_words import in_words

TOPICS = {topic.name: topic for page in pages() for topic in page.topics}
# Models nobody writes or reads by themselves, and those that others build on
NOT_SHOWN = {"Entry", "ReviewEntry", "Split"}


def every_model():
    for module in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"schemas.{module.name}")
    waiting, found = [Model], []
    while waiting:
        below = [model for model in waiting.pop().__subclasses__() if model.__module__.startswith("schemas.")]
        waiting += below
        found += below
    return found


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_every_field_of_every_model_has_a_meaning_and_is_shown(model):
    assert model.__doc__
    assert [name for name, field in model.model_fields.items() if not field.description] == []
    assert (model.__name__ in TOPICS) is (model.__name__ not in NOT_SHOWN)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)
def test_no_row_of_the_reference_lacks_its_name_or_meaning(topic):
    assert topic.meaning
    assert topic.rows
    for row in topic.rows:
        assert next(iter(row.values()))
        assert row.get("meaning", "given by its columns")


def test_every_arrow_schema_is_shown_column_by_column():
    exact = {
        name.lower(): value
        for module in (tables, profile)
        for name, value in vars(module).items()
        if isinstance(value, pa.Schema)
    }
    assert set(exact) <= set(TOPICS)
    for name, schema in exact.items():
        shown = [(row["column"], row["type"], row["null"] == "yes") for row in TOPICS[name].rows]
        assert shown == [(field.name, str(field.type), field.nullable) for field in schema]
    for name, schema in (("accounts", ACCOUNTS), ("records", RECORDS)):
        assert [row["field"] for row in TOPICS[name].rows if "." not in row["field"]] == schema.names


def test_schemas_carry_no_metadata_into_files():
    for table in (tables.LEDGER, tables.SPLITS, profile.PROFILE, ACCOUNTS):
        assert table.metadata is None
        assert all(field.metadata is None for field in table)


def test_every_outcome_and_reason_is_explained():
    assert [row["reason"] for row in TOPICS["reasons"].rows] == [reason.label for reason in Reason]
    assert [row["outcome"] for row in TOPICS["outcomes"].rows] == [outcome.value for outcome in Outcome]


WORDS = {
    "text": ({"type": "string"}, "text"),
    "a digest": ({"type": "string", "pattern": "^[0-9a-f]{64}$"}, "SHA-256"),
    "bounds": ({"type": "integer", "minimum": 1, "maximum": 99}, "whole number (1 to 99)"),
    "a lower bound": ({"type": "number", "minimum": 0}, "number (at least 0)"),
    "null": ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "date or null"),
    "a list": ({"type": "array", "items": {"enum": ["a", "b"]}}, "list of one of a, b"),
    "a list of choices": (
        {"type": "array", "items": {"oneOf": [{"$ref": "#/$defs/A"}, {"type": "boolean"}]}},
        "list of (A or true or false)",
    ),
    "an enumeration by reference": ({"$ref": "#/$defs/Colour"}, "one of red, green"),
    "a map": ({"type": "object", "additionalProperties": {"const": True}}, "map of text to true"),
}


@pytest.mark.parametrize(("schema", "words"), WORDS.values(), ids=WORDS)
def test_types_in_words(schema, words):
    assert in_words(schema, {"Colour": {"enum": ["red", "green"]}, "A": {"type": "object"}}) == words


def test_generated_pages_are_those_in_docs(repository):
    texts = generated()
    there = {
        path.relative_to(repository / "docs").as_posix()
        for path in (repository / "docs/reference").glob("*.md")
    }
    assert there | {"cli.md"} == set(texts)
    stale = [path for path, text in texts.items() if (repository / "docs" / path).read_text() != text]
    assert stale == [], "run `make docs`"


def optout(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments], capture_output=True, text=True, check=False
    )


def test_the_command_prints_one_schema_for_people():
    done = optout("schema", "LEDGER")
    assert done.returncode == 0
    for text in ("Row n tells the fate of row n", "reason", "uint8", "code of the primary reason"):
        assert text in done.stdout


def test_the_command_prints_json_schema_and_rows_for_programs():
    assert json.loads(optout("schema", "policy", "--json").stdout) == Policy.model_json_schema()
    ledger = json.loads(optout("schema", "ledger", "--json").stdout)
    assert [row["null"] for row in ledger] == [False, False, True, True, True]
    assert {row["name"] for row in json.loads(optout("schema", "--json").stdout)} == set(TOPICS)


def test_the_command_helps_with_a_misspelt_name():
    done = optout("schema", "leger")
    assert done.returncode == 2
    assert "ledger is near" in done.stderr

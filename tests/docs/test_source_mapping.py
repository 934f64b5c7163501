"""docs/source-mapping.md: every mapping is read, and makes of the file beside it the rows beside that."""

import json
import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import Workspace
from docs.pages import DOCS, blocks_of

from pipelines.ingest.convert import Converter, check_constants
from pipelines.ingest.mapped import check_columns, source_columns
from pipelines.ingest.read_csv import read_csv
from pipelines.ingest.read_jsonl import read_jsonl
from pipelines.ingest.read_parquet import read_parquet
from pipelines.strict_yaml import parse
from schemas.errors import ConfigurationError
from schemas.source import CsvFormat, Each, JsonlFormat, Listed, Scalar, SourceDescription

PAGE = (DOCS / "source-mapping.md").read_text(encoding="utf-8")
BLOCKS = blocks_of(PAGE)
KINDS = ("csv", "jsonl", "parquet")
WHOLE, *EXAMPLES = [place for place, (kind, _) in enumerate(BLOCKS) if kind == "yaml"]
REST = {
    "platform": "sample",
    "accounts": [{"files": "a", "format": "csv", "fields": {"account_id": {"from": "id"}}}],
    "records": [{"files": "r", "format": "csv", "fields": {"record_id": {"from": "id"}}}],
}


def described(text):
    return SourceDescription.of(REST | parse(text, "source.yaml"), "source.yaml", ConfigurationError)


@pytest.mark.parametrize("place", EXAMPLES)
def test_a_mapping_makes_of_its_file_the_rows_beside_it(tmp_path, place):
    (_, mapping), (kind, given), (answer, expected) = BLOCKS[place : place + 3]
    assert kind in KINDS
    assert answer == "json"
    description = described(mapping)
    [table] = parse(mapping, "source.yaml")
    [entry] = getattr(description, table)
    [name] = entry.files
    path = tmp_path / name.replace("*", "one").replace("/", "-")
    write(path, kind, given, entry)
    check_constants(entry, table)
    check_columns(entry, path, name)
    converter = Converter(entry, description.platform)
    rows = [shown(row) for batch in read(path, entry) for row in converter.convert(batch, name).to_pylist()]
    assert rows == [json.loads(line) for line in expected.splitlines()]


def test_the_first_mapping_is_a_whole_description():
    description = SourceDescription.of(
        parse(BLOCKS[WHOLE][1], "source.yaml"), "source.yaml", ConfigurationError
    )
    for entry in (*description.accounts, *description.records):
        check_constants(entry, "source.yaml")


EXPORT = {
    "export/users.csv": (
        "user_id,birthday,country,privacy,state,told_at,email,phone\n"
        "u1,1990-05-17,FR,public,active,2025-04-14T00:00:00Z,ana@example.org,06 12 34 56 78\n"
        "u2,1985-01-02,DE,public,active,2025-04-14T00:00:00Z,bo@example.org,\n"
        "u3,,DE,friends,closed,,,\n"
    ),
    "export/posts/2024.jsonl": "".join(
        json.dumps({"id": n, "author": {"id": f"u{n % 3 + 1}"}, "created": 1709640000, "audience": "everyone",
                    "body": f"Line {n}"}) + "\n"
        for n in range(9)
    ) + "no JSON\n",
    "objections.csv": "type,value\nemail,ANA@example.org\n",
}  # fmt: skip


def test_the_ten_minutes(tmp_path):
    """What the first section says to do, done; the second user is the one who may be used."""
    place = Workspace(tmp_path / "w")
    place.folder.mkdir()
    place.run("init").done()
    for name, text in {**EXPORT, "source.yaml": BLOCKS[WHOLE][1]}.items():
        (place.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (place.folder / name).write_text(text, encoding="utf-8")
    policy = {"quality": {"source": {"max_malformed_share": 0.1}}}
    (place.folder / "policy.yaml").write_text(json.dumps(policy), encoding="utf-8")
    assert "row:json" in place.run("ingest").done().out
    place.run("registry", "import", place.folder / "objections.csv").done()
    place.build().done()
    funnel = place.run("funnel", "--json").json
    assert funnel["reasons"] == {"malformed": 1, "objection": 3, "account_inactive": 3, "kept": 3}
    place.run("verify").done()


def test_the_page_shows_every_feature_of_a_mapping():
    """Every key of every model occurs in an example or, by name, in the text."""
    models = (CsvFormat, Scalar, Each, Listed, SourceDescription)
    keys = {name if name != "source" else "from" for model in models for name in model.model_fields}
    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()


def test_every_defect_of_a_whole_row_is_explained(repository):
    sources = [path.read_text(encoding="utf-8") for path in (repository / "pipelines/ingest").glob("*.py")]
    named = {found for text in sources for found in re.findall(r"\brow:\w+", text)}
    assert len(named) >= 6
    assert {name for name in named if f"| `{name}` |" not in PAGE} == set()


def write(path, kind, given, entry):
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([json.loads(line) for line in given.splitlines()]), path)
    else:
        encoding = entry.format.encoding if isinstance(entry.format, CsvFormat) else "utf-8"
        path.write_text(given, encoding=encoding)


def read(path, entry):
    if isinstance(entry.format, CsvFormat):
        return read_csv(path, entry.format)
    return (
        read_jsonl(path)
        if isinstance(entry.format, JsonlFormat)
        else read_parquet(path, source_columns(entry))
    )


def shown(value):
    """A canonical row as the page shows it: no nulls, no platform, instants and dates as text."""
    if isinstance(value, dict):
        return {
            name: shown(inner) for name, inner in value.items() if inner is not None and name != "platform"
        }
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if hasattr(value, "isoformat") else value

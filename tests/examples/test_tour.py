"""The guided tour on a small network: what it shows, and that what it promises is so."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard
from commands import Workspace

ROOT = Path(__file__).resolve().parents[2]
SURFACES = {"post", "comment", "photo", "video", "story", "profile", "ai_interaction", "message"}


def take_tour(folder, scale):
    return subprocess.run(
        [sys.executable, ROOT / "examples/run_local.py", folder, "--scale", scale],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module", params=[pytest.param("0.02", marks=pytest.mark.long)])
def taken(request, tmp_path_factory):
    """The folder after the tour, and all it printed."""
    folder = tmp_path_factory.mktemp("tour") / "workspace"
    ended = take_tour(folder, request.param)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder, ended.stdout


@pytest.fixture(scope="module")
def people(taken):
    return json.loads((taken[0] / "sample/people_of_interest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def ask(taken):
    """A function from a command to its answer, parsed from JSON."""

    workspace = Workspace(taken[0])

    def answer(*words):
        ended = workspace.run(*words, "--json")
        assert ended.code == 0, ended.err
        return ended.json

    return answer


def test_it_shows_each_command_before_its_output_and_ends_with_four(taken):
    folder, printed = taken
    shown = [line.split()[2] for line in printed.splitlines() if line.startswith("$ optout ")]
    assert shown == [
        "init", "ingest", *["registry"] * 4, "build", "verify", "explain", "where", "lineage",
        "registry", "build", "diff",
    ]  # fmt: skip
    assert (
        printed.index("$ optout build")
        < printed.index("Funnel of version 1")
        < printed.index("$ optout verify")
    )
    end = printed[printed.index("Try next") :].splitlines()
    assert sum(line.startswith("  optout ") for line in end) == 4
    assert f"  export OPTOUT_WORKSPACE={folder}" in end


@pytest.mark.parametrize("number", [1, 2])
def test_the_funnel_adds_up_to_the_rows_of_the_files(taken, ask, number):
    funnel = ask("funnel", number)
    assert sum(funnel["outcomes"].values()) == sum(funnel["reasons"].values()) == funnel["rows"]
    assert funnel["rows"] == sum(rows_in(path) for path in record_files(taken[0] / "sample"))
    assert min(funnel["outcomes"].values()) > 0


def test_rejected_is_every_row_that_the_generator_broke_and_no_other(taken, ask):
    written = {
        name: int(rows.replace(",", ""))
        for rows, name in re.findall(r"^ +([\d,]+) (\w+)$", taken[1], re.MULTILINE)
    }
    assert written.keys() == SURFACES | {"accounts"}
    funnel = ask("funnel", 1)
    intact = sum(written[surface] for surface in SURFACES)
    assert funnel["outcomes"]["rejected"] == funnel["reasons"]["malformed"] == funnel["rows"] - intact > 0
    tally = ask(
        "lineage",
        "--sql",
        "SELECT surface, sum(rows)::BIGINT AS n FROM tally WHERE surface <> '' GROUP BY ALL",
    )
    assert {row["surface"]: row["n"] for row in tally if row["surface"] in SURFACES} == {
        surface: written[surface] for surface in SURFACES
    }


def test_the_readme_shows_the_funnel_in_the_form_that_the_tour_prints(taken):
    """Its numbers are those of a network fifty times as large."""
    readme = funnel_in((ROOT / "README.md").read_text("utf-8"))
    assert shape(readme) == shape(funnel_in(taken[1]))
    rows = {
        tuple(line.split()[:2]): int(numbers_in(line)[0].replace(",", ""))
        for line in readme
        if numbers_in(line)
    }
    totals = {
        outcome: rows.pop((outcome, "all")) for outcome in ("rejected", "removed", "quarantined", "kept")
    }
    assert rows.pop(("rows", "in")) == rows.pop(("total", "rejected")) == sum(totals.values())
    for outcome in ("rejected", "removed", "quarantined"):
        assert totals[outcome] == sum(n for (of, _), n in rows.items() if of == outcome)


@pytest.mark.parametrize("number", [1, 2])
def test_nothing_is_found_wanting(ask, number):
    verified = ask("verify", number)
    assert (verified["ok"], verified["findings"]) == (True, [])


@pytest.mark.parametrize(
    ("person", "reason"),
    [("objector_by_email", "objection"), ("minor", "minor_account"), ("posted_as_minor", "minor_at_posting")],
)
def test_a_record_has_the_fate_that_the_tour_says(ask, people, person, reason):
    [row] = ask("explain", people[person]["record"], "--version", 1)
    assert (row["outcome"], row["reason"]) == ("removed", reason)


@pytest.mark.parametrize(
    ("person", "kind"),
    [("objector_by_email", "email"), ("objector_by_phone", "account"), ("objector_by_handle", "handle")],
)
def test_nothing_of_an_objector_is_kept(ask, people, person, kind):
    own = [row for row in ask("where", kind, people[person][kind], "--version", 1) if row["role"] == "author"]
    assert sum(row["kept"] for row in own) == 0 < sum(row["removed"] for row in own)
    linked = people[person].get("linked_accounts")
    assert {row["relation"] for row in own} == ({"itself", "linked"} if linked else {"itself"})


def test_the_late_objector_is_used_by_version_1_and_gone_from_version_2(ask, people):
    late = people["late_objector"]
    for version, reason in ((1, "kept"), (2, "objection")):
        assert ask("explain", late["records"][0], "--version", version)[0]["reason"] == reason
    before, after = ({"author": 0, "named": 0, "mention": 0} for _ in range(2))
    for number, kept in ((1, before), (2, after)):
        for row in ask("where", "email", late["email"], "--version", number):
            kept[row["role"] if row["role"] in kept else "named"] += row["kept"]
    assert before["author"] >= len(late["records"])
    assert before["named"] > 0
    assert (after["author"], after["named"]) == (0, 0)
    changes = {(row["section"], row["name"]): row for row in ask("diff", 1, 2)}
    assert changes["outcome", "kept"]["change"] == -before["author"] - before["named"]
    assert changes["reason", "objection"]["change"] >= before["author"]
    assert changes["reason", "third_party_objection"]["change"] >= before["named"]
    assert changes["splits", "reused"]["b"] > 0 < changes["splits", "recomputed"]["b"]


def test_a_folder_that_no_tour_made_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work", "utf-8")
    refused = take_tour(tmp_path, "0.02")
    assert refused.returncode == 2
    assert "no tour made it" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_second_tour_starts_over_and_stops_where_a_command_fails(tmp_path):
    folder = tmp_path / "workspace"
    for _ in range(2):
        ended = take_tour(folder, "0")  # the generator refuses it
        assert ended.returncode == 2
        assert "$ optout" not in ended.stdout
        leftover = folder / "leftover"
        assert not leftover.exists()
        leftover.touch()
    assert f"Replacing {folder}" in ended.stdout


def funnel_in(text):
    """The lines of the first funnel, from its heading to its total."""
    lines = text[text.index("Funnel of version 1") :].splitlines()
    return lines[: next(n for n, line in enumerate(lines) if line.startswith("  total ")) + 1]


def numbers_in(line):
    return re.findall(r"(?<=  )[\d,]+(?=  )", line)


def shape(lines):
    """Lines without their numbers, and without what depends on how wide these are."""
    return [re.sub(r"[\d,.]+%?|─+|\s+", " ", line).split() for line in lines[1:]]


def record_files(sample):
    return [path for path in sample.rglob("*.*") if path.parent.name not in {"sample", "accounts"}]


def rows_in(path):
    """Rows of a file of records, told by the standard tools."""
    if path.suffix == ".parquet":
        return pq.ParquetFile(path).metadata.num_rows
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(data).read()
    return len(data.splitlines())

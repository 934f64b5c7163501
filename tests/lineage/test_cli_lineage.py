"""The commands as a person runs them: through main(), in a workspace, output and exit code as they are."""

import csv
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from lineage.conftest import PICTURE, RECORDS
from lineage.tiny_version import KEY, author

KEY_FILE = "keys/lineage.key"


@pytest.fixture(scope="module")
def workspace(corpus):
    """The folder of the corpus as a workspace, with a key file that holds the tests' key."""
    settings = {"canonical": "canonical", "corpus": "corpus", "keys": {"lineage": f"file:{KEY_FILE}"}}
    (corpus.folder / "optout.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    path = corpus.folder / KEY_FILE
    path.parent.mkdir()
    path.write_text(json.dumps({"purpose": "lineage", "id": KEY.id, "key": KEY.secret.hex()}), "ascii")
    path.chmod(0o600)
    return corpus.folder


@pytest.fixture
def optout(workspace, capsys, monkeypatch):
    """Run one command in this process; returns exit code, output and messages."""
    from pipelines.cli.main import main

    def run(*arguments, given=""):
        monkeypatch.setattr(sys, "argv", ["optout", *map(str, arguments), "--workspace", str(workspace)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


def test_funnel_as_json(optout):
    code, out, err = optout("funnel", "1", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "version": 1,
        "rows": 13,
        "outcomes": {"kept": 7, "removed": 4, "quarantined": 1, "rejected": 1},
        "reasons": {"malformed": 1, "objection": 1, "account_unknown": 2, "minor_account": 1,
                    "minor_image_suspected": 1, "kept": 7},
    }  # fmt: skip


def test_funnel_for_people_adds_up(optout):
    code, out, _ = optout("funnel")
    assert code == 0
    assert "Funnel of version 2, as of 2026-06-01T00:00:00Z" in out
    lines = [line.split() for line in out.splitlines()]
    assert ["rejected", "malformed", "1", "7.7%", "12"] in lines
    assert lines[-2][0] == "total"
    assert lines[-2][-2:] == ["13", "100.0%"]


def test_diff_lists_flat_objects(optout):
    code, out, _ = optout("diff", 1, 2, "--json")
    assert code == 0
    rows = json.loads(out)
    assert {"section": "newly_unusable", "name": "objection", "a": None, "b": None, "change": -3} in rows
    assert {tuple(row) for row in rows} == {("section", "name", "a", "b", "change")}
    assert "version 1   version 2" in optout("diff", 1, 2)[1]


def test_a_version_next_to_itself_has_two_columns(optout):
    _, out, _ = optout("diff", 1, 1)
    assert out.splitlines()[0] == "Versions 1 and 1 were built from the same."
    heads = next(line for line in out.splitlines() if "section" in line)
    assert re.split(" {2,}", heads.strip())[-3:] == ["version 1", "version 1, again", "change"]


def test_explain_of_bytes_that_are_no_text_names_no_record(optout):
    code, out, err = optout("explain", "\udcff")
    assert (code, out) == (2, "")
    assert "record id" in err


def test_explain_by_id_and_by_place(optout):
    code, by_id, _ = optout("explain", "r4", "--version", 1, "--json")
    assert code == 0
    assert json.loads(by_id)[0]["reasons"] == ["minor_account", "minor_at_posting", "not_public"]
    assert optout("explain", "1:0", "--version", 1, "--json")[1] == by_id
    assert optout("explain", "-", "--version", 1, "--json", given="r4\n")[1] == by_id
    assert "minor_account, minor_at_posting, not_public" in optout("explain", "1:0", "--version", 1)[1]


def test_explain_can_be_told_that_it_is_an_id(optout):
    code, out, _ = optout("explain", "1:0", "--id")
    assert (code, out.partition(":")[0]) == (0, "nowhere")
    assert optout("explain", "1:0", "--id", "--json")[1] == "[]\n"


@pytest.mark.parametrize("place", ["0:999999", "0:-1", "99:0"])
def test_explain_of_a_place_that_does_not_exist_is_an_error_of_usage(optout, place):
    code, out, err = optout("explain", place)
    assert (code, out) == (2, "")
    assert f"optout: {place}" in err
    assert "  found:    " in err


def test_explain_of_an_id_that_is_nowhere_says_that_malformed_rows_have_none(optout):
    code, _, err = optout("explain", "zoe")
    assert (code, err) == (
        0, "1 malformed row of this version has no id: `optout ingest --defects` lists it by file and position\n",
    )  # fmt: skip
    assert optout("explain", "r4")[2] == ""


def test_where_never_repeats_what_was_asked_nor_names_others(optout):
    code, out, err = optout("where", "email", "-", given="ana@example.org\n")
    assert code == 0
    assert f"{author('ana'):016x}" in out
    for name in ("ana@", "ana ", "bea", "cleo"):
        assert name not in out + err
    rows = json.loads(optout("where", "email", "ana@example.org", "--json")[1])
    assert {row["relation"] for row in rows} == {"itself", "linked"}
    assert {row["version"] for row in rows} == {1, 2}


def test_where_says_nowhere(optout):
    assert (
        optout("where", "account", "zoe")[1]
        == "nowhere: no split of any published version names it, in any role\n"
    )
    assert optout("where", "account", "zoe", "--json")[1] == "[]\n"
    assert "nowhere: no split of version 2" in optout("where", "media", "ef" * 32, "--version", 2)[1]


def test_where_takes_a_number_as_it_is_written_and_its_region(optout):
    code, out, _ = optout("where", "phone", "+33", "6", "12", "34", "56", "78", "--json")
    assert (code, {row["relation"] for row in json.loads(out)}) == (0, {"itself", "linked"})
    assert optout("where", "phone", "06", "12", "34", "56", "78", "--region", "FR", "--json")[1] == out
    assert optout("where", "phone", "06", "12", "34", "56", "78", "--region", "BE") == (
        0, "nowhere: no split of any published version names it, in any role\n", "",
    )  # fmt: skip


def test_where_asks_every_version_and_says_so(optout):
    said = " ".join(optout("where", "--help")[1].split())
    assert "Only this version; every published one by default." in said
    assert "latest" not in said


def test_where_adds_up_by_role(optout):
    _, out, _ = optout("where", "media", PICTURE)
    # version 1 keeps r1 and quarantines r10, version 2 removes r1 and keeps r10; nothing is rejected
    lines = [line.split() for line in out.splitlines()]
    assert ["1", "itself", "media", "2", "1", "2", "1", "0", "1"] in lines
    assert ["2", "itself", "media", "2", "1", "2", "1", "1", "0"] in lines


SUBJECTS = "SELECT row, subject, reasons, NULL AS nothing FROM ledger WHERE split = 1 AND row = 0"


def test_lineage_answers_as_table_json_and_csv(optout):
    subject = f"{author('dov'):016x}"
    arguments = ("lineage", "--version", 1, "--sql", SUBJECTS)
    reasons = ["minor_account", "minor_at_posting", "not_public"]
    assert json.loads(optout(*arguments, "--json")[1]) == [
        {"row": 0, "subject": subject, "reasons": reasons, "nothing": None}
    ]
    rows = list(csv.reader(io.StringIO(optout(*arguments, "--csv")[1])))
    assert rows == [["row", "subject", "reasons", "nothing"], ["0", subject, json.dumps(reasons), ""]]
    code, out, err = optout(*arguments)
    assert (code, err) == (0, "1 row\n")
    assert subject in out


def test_numbers_that_json_would_round_are_text(optout):
    sql = "SELECT 9007199254740992 AS exact, 9007199254740993 AS large, 'nan'::DOUBLE AS nan, TIMESTAMPTZ '2026-01-01' AS t"
    assert json.loads(optout("lineage", "--sql", sql, "--json")[1]) == [
        {"exact": 2**53, "large": "9007199254740993", "nan": None, "t": "2026-01-01T00:00:00Z"}
    ]


def test_a_long_table_is_cut_and_says_so(optout):
    code, out, err = optout("lineage", "--sql", "SELECT * FROM range(1001)")
    assert code == 0
    assert "first 1000 rows" in err
    assert out.split()[-1] == "999"
    assert len(json.loads(optout("lineage", "--sql", "SELECT * FROM range(1001)", "--json")[1])) == 1001


REFUSED = {
    "copy": (["--sql", "COPY ledger TO 'out.csv'"], 2, "type COPY"),
    "file": (["--sql", "SELECT * FROM read_text('optout.yaml')"], 2, "read_text"),
    "several layouts": (["--sql", "SELECT 1", "--json", "--csv"], 2, "several"),
    "query and file": (["--sql", "SELECT 1", "--database", "x.duckdb"], 2, "several"),
    "no such version": (["--sql", "SELECT 1", "--version", "9"], 2, "one of 1, 2"),
}


@pytest.mark.parametrize(("arguments", "code", "says"), REFUSED.values(), ids=REFUSED)
def test_what_lineage_refuses(optout, arguments, code, says):
    found, out, err = optout("lineage", *arguments)
    assert (found, out) == (code, "")
    assert says in err


def test_the_shell_answers_what_is_piped(optout):
    given = ".tables\nSELECT count(*) AS n\nFROM ledger;\n\nSELECT 7 AS last"
    code, out, _ = optout("lineage", "--csv", given=given)
    assert code == 0
    assert "the fate of every row" in out
    assert out.endswith(f"n\n{len(RECORDS)}\nlast\n7\n")


def test_the_shell_ends_a_script_at_its_first_error(optout):
    code, out, err = optout("lineage", "--csv", given="SELECT 1 AS a;\nDROP VIEW ledger;\nSELECT 2 AS b;\n")
    assert (code, out) == (2, "a\n1\n")
    assert "type DROP" in err


def test_a_database_file_says_what_it_holds(optout, tmp_path):
    path = tmp_path / "out.duckdb"
    code, out, err = optout("lineage", "--database", path)
    assert code == 0
    assert "version 2" in err
    assert ["ledger", "view"] in [line.split()[:2] for line in out.splitlines()]
    assert path.is_file()


def test_the_shell_of_a_person_goes_on_after_an_error(workspace):
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "pipelines.cli", "lineage", "--workspace", str(workspace)]
    with subprocess.Popen(
        command, stdin=child, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        os.close(child)
        os.write(parent, b"DROP VIEW ledger;\nSELECT 40 + 2 AS answer;\n\x04")
        out, err = run.communicate()
        os.close(parent)
    assert run.returncode == 0
    assert "42" in out
    assert "version 2, 13 rows" in err
    assert "type DROP" in err


def test_ctrl_c_gives_up_a_query_and_the_shell_goes_on(workspace):
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "pipelines.cli", "lineage", "--workspace", str(workspace)]
    with subprocess.Popen(command, stdin=child, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        os.close(child)
        until_prompted(run)
        before = busy(run)
        os.write(parent, b"SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b;\n")
        while busy(run) < before + 20:  # it computes, and the prompt alone would not
            time.sleep(0.005)
        run.send_signal(signal.SIGINT)
        until_prompted(run)
        os.write(parent, b"SELECT 40 + 2 AS answer;\n")
        until_prompted(run)
        os.write(parent, b"\x04")
        err = run.communicate()[1].decode()
        os.close(parent)
    assert run.returncode == 0
    assert err.count("given up") == 1
    assert err.endswith("1 row\n")


def until_prompted(run):
    said = b""
    while not said.endswith(b"optout> "):
        if not select.select([run.stdout], [], [], 60)[0]:
            run.kill()
            pytest.fail("no prompt within a minute")
        more = os.read(run.stdout.fileno(), 4096)
        assert more, run.communicate()
        said += more


def busy(run):
    """Processor time of a process so far, in hundredths of a second."""
    fields = Path(f"/proc/{run.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])

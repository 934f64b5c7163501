"""`optout registry` as a person uses it, and what of a person it leaves behind: nothing."""

import json
import re
import sqlite3

import pyarrow.parquet as pq
import pytest

from pipelines.cli.opened import open_workspace
from pipelines.keys import create_key_file
from schemas.tables import SNAPSHOT
from schemas.workspace import Workspace

PROVEN = ("--proof", "account_login")
EVENT = re.compile(r"event (\d+)  request (\S+)")


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def status(optout):
    return lambda: json.loads(optout("registry", "status", "--json").out)


def test_add_prints_event_and_request(optout, status):
    first = optout("registry", "add", "handle", "@Ana")
    second = optout(
        "registry", "add", "phone", "06", "12", "34", "56", "78", "--region", "FR", "--request-id", "t-7"
    )
    assert (first.code, second.code) == (0, 0)
    number, request = EVENT.fullmatch(first.out.strip()).groups()
    assert (number, len(request)) == ("1", 32)
    assert EVENT.fullmatch(second.out.strip()).groups() == ("2", "t-7")
    assert status()["live_by_type"] == {"handle": 1, "phone": 1}


def test_variants_of_one_identifier_are_one_row_of_the_snapshot(optout, workspace):
    for words in (["handle", "@Ana"], ["handle", "ana "], ["phone", "+33612345678"],
                  ["phone", "06 12 34 56 78", "--region", "FR"], ["email", "ANA@example.org"]):  # fmt: skip
        assert optout("registry", "add", *words).code == 0
    assert optout("registry", "add", "email", "-", stdin=b"ana@example.org\n").code == 0
    shown = optout("registry", "snapshot", "--out", str(workspace / "s.parquet"))
    assert re.fullmatch(r"event 6  sha256 [0-9a-f]{64}  rows 3\n", shown.out)
    table = pq.read_table(workspace / "s.parquet")
    assert table.schema.equals(SNAPSHOT)
    assert table.column("type").to_pylist() == ["email", "handle", "phone"]


def test_scope_and_claimed_time_are_recorded(optout, workspace):
    added = optout(
        "registry", "add", "account", "0042", "--surface", "post", "--surface", "photo", "--not-linked",
        "--received-at", "2026-05-27", "--role", "author", "--role", "tag", "--purpose", "training",
        "--basis", "guardian", "--receipt", str(workspace / "receipt.json"),
    )  # fmt: skip
    assert added.code == 0
    event = json.loads(json.loads((workspace / "receipt.json").read_text())["body"])
    assert event["recorded_at"] > event["received_at"] == "2026-05-27T00:00:00Z"
    told = {name: event[name] for name in ("linked", "surfaces", "roles", "purposes", "basis")}
    assert told == {"linked": False, "surfaces": 0b101, "roles": 0b100001, "purposes": 1, "basis": "guardian"}


def test_the_same_request_again_adds_nothing(optout, status):
    words = ["registry", "add", "handle", "ana", "--request-id", "t-7"]
    assert optout(*words).out == optout(*words).out == "event 1  request t-7\n"
    assert status()["head"] == 1
    other = optout("registry", "add", "handle", "bob", "--request-id", "t-7")
    assert (other.code, "bob" in other.err) == (3, False)


def test_withdraw_lifts_one_objection(optout, status):
    optout("registry", "add", "handle", "ana", "--request-id", "t-1")
    optout("registry", "add", "handle", "ana", "--request-id", "t-2")
    assert optout("registry", "withdraw", "t-1", *PROVEN).out == "event 3  request t-1 withdrawn\n"
    assert optout("registry", "withdraw", "t-1", *PROVEN).out == "event 3  request t-1 ended\n"
    assert {name: status()[name] for name in ("head", "received", "ended", "keep_older", "live")} == {
        "head": 3, "received": 2, "ended": 1, "keep_older": 1, "live": 1,
    }  # fmt: skip
    unknown = optout("registry", "withdraw", "t-3", *PROVEN)
    assert (unknown.code, unknown.out) == (3, "")


def test_an_impersonation_is_refused_and_nothing_else(optout, status):
    for request in ("t-1", "t-2", "t-3"):
        optout("registry", "add", "handle", "ana", "--request-id", request)
    assert optout("registry", "confirm", "t-1").out == "event 4  request t-1 confirmed\n"
    refused = optout("registry", "refuse", "t-2", "--reason", "not_the_person")
    assert (refused.code, refused.out) == (0, "event 5  request t-2 refused\n")
    assert optout("registry", "withdraw", "t-2", *PROVEN).out == "event 5  request t-2 ended\n"
    other = optout("registry", "refuse", "t-3", "--reason", "no_reason_given")
    assert (other.code, "only an impersonation" in other.err) == (2, True)
    assert optout("registry", "refuse", "t-9", "--reason", "no_authority").code == 3
    assert {name: status()[name] for name in ("head", "received", "ended", "live")} == {
        "head": 5, "received": 3, "ended": 1, "live": 2,
    }  # fmt: skip
    assert optout("registry", "verify").code == 0


def test_snapshots_of_the_past_stay_the_same(optout):
    optout("registry", "add", "handle", "ana", "--request-id", "t-1")
    then = optout("registry", "snapshot").out
    optout("registry", "withdraw", "t-1", *PROVEN)
    assert optout("registry", "snapshot", "--event", "1").out == then
    assert optout("registry", "snapshot").out.endswith("rows 1\n")  # of what was published before
    optout("registry", "withdraw", "t-1", *PROVEN, "--release-older")
    assert optout("registry", "snapshot").out.endswith("rows 0\n")
    beyond = optout("registry", "snapshot", "--event", "9")
    assert (beyond.code, "0 to 3" in beyond.err) == (3, True)


def test_import_says_what_it_did_and_ends_with_3_if_lines_were_bad(optout, workspace, status):
    (workspace / "p.csv").write_text("type,value\nemail,ana@example.org\nfax,5551234\nhandle,ana\n")
    done = optout("registry", "import", str(workspace / "p.csv"), "--bad-lines", str(workspace / "bad.csv"))
    assert done.code == 3
    assert re.search(r"lines +added +known before +ended since +bad", done.out)
    assert re.search(r"\n +3 +2 +0 +0 +1\n", done.out)
    assert "line 3: type: expected one of account" in done.err
    assert "1 bad of 3 lines" in done.err
    assert "recorded and stay" in done.err
    bad = (workspace / "bad.csv").read_text().splitlines()
    assert bad[0] == "line,field,expected"
    assert bad[1].startswith("3,type,")
    assert len(bad) == 2
    assert status()["live"] == 2
    (workspace / "good.csv").write_text("type,value\nhandle,bob\n")
    assert optout("registry", "import", str(workspace / "good.csv")).code == 0
    assert optout("registry", "import", str(workspace / "good.csv")).code == 0
    assert status()["live"] == 3


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "fax", "5551234"], 2, "one of account, email"),
        (["add", "5551234", "fax"], 2, "one of account, email"),
        (["add", "phone", "none"], 2, "nothing that could name anybody"),
        (["add", "email", "5551234", "--surface", "poost"], 2, "some of post, comment"),
        (["add", "email", "5551234", "--received-at", "soon"], 2, "a time with its zone"),
        (["add", "email", "5551234", "--received-at", "9999-01-01"], 2, "a time that is past"),
        (["add", "email", "5551234", "--region", "FRA"], 2, "two letters"),
        (["add", "email", "5551234", "--role", "media"], 2, "some of author, reply_to"),
        (["add", "email", "5551234", "--purpose", "fun"], 2, "some of training, evaluation"),
        (["add", "email", "5551234", "--basis", "friend"], 2, "one of self, guardian"),
        (["add", "phone", "5551234", "--region", "XX"], 2, "a country that has telephone numbers"),
        (["add", "email", "5551234", "--request-id", "5551234@x"], 2, "1 to 128 letters"),
        (["add", "phone", "5551234", "--regoin", "FR"], 2, "No such option"),
        (["add", "email"], 2, "Missing argument"),
        (["import", "none.csv"], 3, "No such file"),
        (["withdraw", "5551234", *PROVEN], 3, "an id it does not know"),
    ],
)
def test_bad_input_is_one_error_that_repeats_no_value(optout, status, words, code, said):
    done = optout("registry", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "5551234" not in done.err
    assert "Traceback" not in done.err
    assert status()["head"] == 0


def test_where_no_receipt_can_be_written_nothing_is_recorded(optout, workspace, status):
    refused = optout("registry", "add", "handle", "ana", "--receipt", str(workspace / "none" / "r.json"))
    assert (refused.code, "a file that can be written" in refused.err) == (2, True)
    assert status()["head"] == 0


def test_a_receipt_that_is_not_given_again_leaves_the_file_as_it_was(optout, workspace):
    add = ("registry", "add", "handle", "ana", "--request-id", "t-1", "--receipt", str(workspace / "r.json"))
    optout(*add)
    before = (workspace / "r.json").read_bytes()
    assert "none was written" in optout(*add).err
    assert (workspace / "r.json").read_bytes() == before


WRITERS = {
    "receipt": ("registry", "add", "handle", "eve", "--receipt"),
    "bad lines": ("registry", "import", "{folder}/p.csv", "--bad-lines"),
    "snapshot": ("registry", "snapshot", "--out"),
}


@pytest.mark.parametrize(
    "name", ["keys/lineage.key", "policy.yaml", pytest.param("registry.db", marks=pytest.mark.sqlite_only)]
)
@pytest.mark.parametrize("case", WRITERS)
def test_a_file_of_the_workspace_is_not_replaced(optout, workspace, status, case, name):
    optout("registry", "add", "handle", "ana")
    (workspace / "p.csv").write_text("type,value\nfax,5551234\nhandle,bob\n")
    before = (workspace / name).read_bytes()
    words = [word.format(folder=workspace) for word in WRITERS[case]]
    ended = optout(*words, str(workspace / name))
    assert (ended.code, "no earlier one of the same kind" in ended.err) == (2, True)
    assert (workspace / name).read_bytes() == before
    assert status()["head"] == 1


@pytest.mark.parametrize("case", WRITERS)
def test_an_earlier_file_of_the_same_kind_is_replaced(optout, workspace, case):
    (workspace / "p.csv").write_text("type,value\nfax,5551234\nhandle,bob\n")
    words = [word.format(folder=workspace) for word in WRITERS[case]]
    path = workspace / "written"
    path.touch()  # as mktemp leaves it
    said, contents = [], set()
    for number in range(2):
        said.append(optout(*words, str(path)))
        contents.add(path.read_bytes())
        optout("registry", "add", "handle", f"other{number}")
        (workspace / "p.csv").write_text("type,value\nhandle,bob\nfax,5551234\n")
    assert [one.code for one in said] == [3 if case == "bad lines" else 0] * 2
    assert len(contents - {b""}) == 2


def test_a_receipt_is_for_one_reader_and_proves_its_objection(optout, workspace):
    receipt = workspace / "receipt.json"
    optout("registry", "add", "handle", "ana", "--request-id", "t-1", "--receipt", str(receipt))
    assert receipt.stat().st_mode & 0o777 == 0o600
    optout("registry", "add", "handle", "bob", "--request-id", "t-2")
    assert optout("registry", "verify", "--receipt", str(receipt)).code == 0
    again = optout(
        "registry", "add", "handle", "ana", "--request-id", "t-1", "--receipt", str(workspace / "again.json")
    )
    assert (again.code, "given once" in again.err) == (0, True)
    assert not (workspace / "again.json").exists()
    held = json.loads(receipt.read_text())
    held["body"] = held["body"].replace('"number":1', '"number":2')
    held["event"] = 2
    receipt.write_text(json.dumps(held))
    forged = optout("registry", "verify", "--receipt", str(receipt))
    assert (forged.code, "Traceback" in forged.err) == (1, False)


def test_verify_says_what_it_checked_and_what_it_found(optout, workspace, unguarded_workspace):
    empty = optout("registry", "checkpoint")
    assert (empty.code, "at least one event" in empty.err) == (3, True)
    for name in ("ana", "bob", "eve"):
        optout("registry", "add", "handle", name, "--request-id", name)
    kept = workspace / "kept.txt"
    kept.write_text(optout("registry", "checkpoint").out)
    optout("registry", "withdraw", "bob", *PROVEN, "--release-older")
    sound = optout("registry", "verify", "--checkpoint", str(kept))
    assert (sound.code, sound.out.splitlines()[-1]) == (0, "nothing found wanting")
    assert sound.out.startswith("checked 4 events, 0 erased ones among them, 4 checkpoints; root ")
    unguarded_workspace("objection", "UPDATE objection SET ended = NULL WHERE event = 2")
    found = optout("registry", "verify")
    assert (found.code, "objection changed" in found.out) == (1, True)
    report = json.loads(optout("registry", "verify", "--json").out)
    assert (report["ok"], report["events"], report["findings"][0]["number"]) == (False, 4, 4)
    missing = optout("registry", "verify", "--checkpoint", str(workspace / "none"))
    assert (missing.code, "No such file" in missing.err) == (3, True)


def test_only_types_of_a_platform_need_its_name(optout, workspace):
    (workspace / "source.yaml").unlink()
    assert optout("registry", "add", "email", "ana@example.org").code == 0
    assert optout("registry", "add", "handle", "ana").code == 3
    (workspace / "source.yaml").write_text("accounts: []\n")
    nameless = optout("registry", "add", "handle", "ana")
    assert (nameless.code, "platform" in nameless.err) == (2, True)


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_key_that_was_lost_is_not_replaced(optout, workspace):
    optout("registry", "add", "email", "ana@example.org")
    key = json.loads((workspace / "keys" / "registry.key").read_text())
    for lost in ("keys/registry.key", "keys/lineage.key", "policy.yaml"):
        (workspace / lost).unlink()
    before = contents(workspace)
    again = optout("init")
    assert (again.code, f"{key['id']}, the key of this registry's objections" in again.err) == (2, True)
    assert contents(workspace) == before
    assert optout("registry", "add", "email", "bob@example.org").code == 2
    assert optout("registry", "status").code == 0


def test_a_key_of_another_registry_is_refused_before_anything_is_written(optout, workspace):
    (workspace / "keys" / "registry.key").unlink()
    create_key_file(workspace / "keys" / "registry.key", "registry")
    (workspace / "policy.yaml").unlink()
    before = contents(workspace)
    again = optout("init")
    assert (again.code, "the key of this registry's objections" in again.err) == (2, True)
    assert contents(workspace) == before


def test_a_second_init_changes_nothing(optout, workspace):
    before = contents(workspace)
    assert (optout("init").code, contents(workspace)) == (0, before)


@pytest.mark.sqlite_only
def test_the_workspace_file_says_what_holds_without_it(optout, workspace):
    assert optout("init").code == 0
    assert open_workspace(workspace).settings == Workspace()


@pytest.mark.sqlite_only
def test_no_raw_identifier_is_left_behind(optout, workspace, tmp_path):
    """Every byte of the database, its log and its index, in each encoding that SQLite could use."""
    people = {
        "email": "Marisol.Quintero@example.org",
        "handle": "@QuinteroMarisol",
        "phone": "+33 6 98 76 54 32",
        "account": "acct-9870012345",
        "did": "did:plc:quinteromarisol234567abc",
    }
    needles = [*people.values(), "marisol", "quintero", "33698765432", "6 98 76 54 32", "9870012345"]
    # An open reader keeps the write-ahead log from being folded into the database and removed.
    reader = sqlite3.connect(workspace / "registry.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM event").fetchall()
    said = [
        optout("registry", "add", kind, value, "--request-id", f"planted-{kind}")
        for kind, value in people.items()
    ]
    said.append(optout("registry", "add", "email", people["email"], "--request-id", people["email"]))
    lines = [f"{kind},{value},\n" for kind, value in people.items()]
    bad = [f"{kind},{value},perhaps\n" for kind, value in people.items()]
    path = tmp_path / "p.csv"
    path.write_text("".join(["type,value,linked\n", *lines, *bad, *people.values(), "\n"]))
    said.append(optout("registry", "import", str(path), "--bad-lines", str(workspace / "bad.csv")))
    path.write_text("".join(lines))
    said.append(optout("registry", "import", str(path)))
    said.append(optout("registry", "snapshot", "--out", str(workspace / "s.parquet")))
    said.append(optout("registry", "status"))
    assert [one.code for one in said] == [0, 0, 0, 0, 0, 2, 3, 3, 0, 0]

    files = {file.name: file.read_bytes() for file in workspace.rglob("*") if file.is_file()}
    reader.close()
    assert {"registry.db", "registry.db-wal", "registry.db-shm", "bad.csv", "s.parquet"} <= set(files)
    everything = b"".join(files.values()) + "".join(one.out + one.err for one in said).encode()
    # The search works: what is kept in clear is found, in the log too.
    assert b"planted-phone" in files["registry.db-wal"]
    for needle in needles:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert needle.lower().encode(encoding) not in everything.lower(), needle

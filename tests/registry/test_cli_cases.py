"""The officer's commands as a person uses them, and what of a person they leave behind: nothing in clear."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

ADDRESS = "Marisol.Quintero@example.org"
TODAY = datetime.now(UTC).date()
PROVEN = ("--proof", "account_login")


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def received(optout):
    """A function that takes in a request of a person who left an address."""

    def add(request_id, *, days_ago=0, stdin=ADDRESS, value=("@ana",), kind="handle"):
        done = optout(
            "registry", "add", kind, *value, "--request-id", request_id, "--contact", "--language", "es",
            "--received-at", f"{TODAY - timedelta(days=days_ago)}", stdin=stdin.encode(),
        )  # fmt: skip
        assert done.code == 0, done.err
        return done

    return add


@pytest.fixture
def due(optout):
    return lambda *words: json.loads(optout("registry", "due", "--json", *words).out)


@pytest.fixture
def exported(optout, workspace):
    """A function that takes an extract and gives its document."""

    def take(*words, stdin=b""):
        path = workspace / "extract.json"
        path.unlink(missing_ok=True)
        done = optout("registry", "export", *words, "--out", str(path), stdin=stdin)
        assert done.code == 0, done.err
        assert path.stat().st_mode & 0o777 == 0o600
        return json.loads(path.read_text("utf-8"))

    return take


def setting(workspace, officer):
    """Say in optout.yaml who the officer is."""
    path = workspace / "optout.yaml"
    text = path.read_text("utf-8").partition("officer:")[0]
    path.write_text(f"{text}officer: {{{officer}}}\n", "utf-8")


def test_a_request_from_arrival_to_answer(optout, received, due, exported):
    received("t-1", days_ago=3)
    [waiting] = due()["waiting"]
    assert (waiting["request_id"], waiting["status"]) == ("t-1", "open")
    assert waiting["received_on"] == f"{TODAY - timedelta(days=3)}"
    told = optout("registry", "message", "t-1", "--direction", "to_person", stdin=b"It takes longer.")
    assert told.out == "request t-1 message 1 kept\n"
    extended = optout("registry", "extend", "t-1", "--reason", "complexity")
    assert re.fullmatch(r"request t-1 extended to \d{4}-\d\d-\d\d\n", extended.out)
    [waiting] = due()["waiting"]
    assert (waiting["status"], extended.out.split()[-1]) == ("extended", waiting["last_day"])
    answered = optout("registry", "answer", "t-1", "--answered-on", f"{TODAY}")
    assert answered.out == (
        f"request t-1 answered on {TODAY}, in time: the last day was {waiting['last_day']}\n"
    )
    assert due()["counts"] == {"open": 0, "extended": 0, "answered": 1, "closed": 0, "redacted": 0}
    [request] = exported("t-1")["requests"]
    assert request["contact"] == {"address": ADDRESS, "language": "es"}
    assert [one["text"] for one in request["correspondence"]] == ["It takes longer."]
    assert request["deadline"]["answered_on"] == f"{TODAY}"


def test_what_is_late_is_said(optout, received, due):
    received("t-2", days_ago=1)
    received("t-1", days_ago=100)
    shown = optout("registry", "due")
    assert shown.out.index("t-1") < shown.out.index("t-2")
    assert shown.out.endswith(
        "2 requests = 2 open + 0 extended + 0 answered + 0 closed + 0 redacted; 1 overdue\n"
    )
    late = optout("registry", "answer", "t-1")
    assert (late.code, ", late: the last day was " in late.out) == (0, True)
    assert due()["overdue"] == 0
    assert due("--on", f"{TODAY + timedelta(days=60)}")["overdue"] == 1


def test_counts_of_due_and_status_agree(optout, received, due):
    for n in range(4):
        received(f"t-{n}")
    optout("registry", "withdraw", "t-0", *PROVEN, "--release-older")
    optout("registry", "answer", "t-1")
    optout("registry", "redact", "t-0")
    status = json.loads(optout("registry", "status", "--json").out)
    assert status["received"] == due()["received"] == sum(due()["counts"].values()) == 4
    assert due()["counts"]["redacted"] == 1


def test_the_officers_country_and_zone_are_settings(optout, workspace, received, due):
    received("t-1")
    setting(workspace, "country: IE, time_zone: Europe/Dublin")
    assert {name: due()[name] for name in ("country", "time_zone")} == {
        "country": "IE", "time_zone": "Europe/Dublin",
    }  # fmt: skip
    for wrong in (
        "country: Ireland",
        "time_zone: Dublin",
        "time_zone: ../etc/passwd",
        "case_retention_days: -1",
    ):
        setting(workspace, wrong)
        refused = optout("registry", "due")
        assert (refused.code, "officer" in refused.err, "Traceback" in refused.err) == (2, True, False)
    setting(workspace, "country: XX")
    assert optout("registry", "due").code == 2


def test_identifier_and_address_both_come_from_standard_input(received, exported):
    received("t-1", value=("-",), kind="email", stdin=f"ana@example.org\n{ADDRESS}\n")
    [request] = exported("--type", "email", stdin=b"ANA@example.org")["requests"]
    assert (request["request_id"], request["contact"]["address"]) == ("t-1", ADDRESS)


def test_an_address_is_put_right_later(optout, received, exported):
    received("t-1")
    assert optout("registry", "contact", "t-1", stdin=b"other@example.org\n").code == 0
    [request] = exported("t-1")["requests"]
    assert request["contact"] == {"address": "other@example.org", "language": "es"}


def test_the_same_request_again_keeps_its_newer_address(received, exported):
    received("t-1")
    received("t-1", stdin="other@example.org")
    assert exported("t-1")["requests"][0]["contact"]["address"] == "other@example.org"


def test_an_import_is_answered_at_once(optout, workspace, due):
    (workspace / "p.csv").write_text("type,value\nemail,ana@example.org\nhandle,ana\n")
    batch = re.search(r"batch ([0-9a-f]+)", optout("registry", "import", str(workspace / "p.csv")).out)[1]
    assert due()["counts"]["open"] == 2
    assert optout("registry", "answer", "--batch", batch).out == f"batch {batch} 2 requests answered\n"
    assert due()["counts"]["answered"] == 2


def test_an_extract_proves_itself_until_it_is_changed(optout, workspace, received, exported):
    received("t-1")
    exported("t-1")
    path = workspace / "extract.json"
    optout("registry", "add", "handle", "bob")
    assert optout("registry", "verify", "--extract", str(path)).code == 0
    path.write_text(path.read_text().replace("everything published", "nothing"))
    changed = optout("registry", "verify", "--extract", str(path))
    assert (changed.code, "Traceback" in changed.err) == (3, False)


def test_an_extract_replaces_no_file_and_leaves_none_where_it_fails(optout, workspace, received):
    received("t-1")
    path = workspace / "extract.json"
    assert optout("registry", "export", "nobody", "--out", str(path)).code == 3
    assert not path.exists()
    path.write_text("mine")
    again = optout("registry", "export", "t-1", "--out", str(path))
    assert (again.code, path.read_text()) == (2, "mine")
    assert json.loads(optout("registry", "status", "--json").out)["head"] == 1


def test_redaction_of_what_ended(optout, received, workspace):
    for name in ("t-1", "t-2"):
        received(name)
    live = optout("registry", "redact", "t-1")
    assert (live.code, "one that holds" in live.err) == (1, True)
    optout("registry", "withdraw", "t-1", *PROVEN, "--release-older")
    done = optout("registry", "redact", "t-1")
    assert (done.code, done.out) == (0, "event 4  request t-1 redacted: 2 events erased\n")
    again = optout("registry", "redact", "t-1")
    assert (again.code, again.out, "redacted before" in again.err) == (0, "", True)
    assert optout("registry", "export", "t-1", "--out", str(workspace / "e.json")).code == 1
    assert optout("registry", "verify").code == 0
    assert optout("registry", "redact", "t-9").code == 3


def test_of_several_those_before_a_refused_one_are_redacted(optout, received):
    for name in ("t-1", "t-2", "t-3"):
        received(name)
    for name in ("t-1", "t-3"):
        optout("registry", "withdraw", name, *PROVEN, "--release-older")
    done = optout("registry", "redact", "t-1", "t-2", "t-3")
    assert (done.code, done.out) == (1, "event 6  request t-1 redacted: 2 events erased\n")


def test_a_file_imported_again_does_not_bring_back_what_was_redacted(optout, workspace):
    path = workspace / "p.csv"
    path.write_text("type,value,request_id\nemail,ana@example.org,t-1\nhandle,bob,t-2\n")
    optout("registry", "import", str(path))
    optout("registry", "withdraw", "t-1", *PROVEN, "--release-older")
    assert optout("registry", "redact", "t-1").code == 0
    again = optout("registry", "import", str(path))
    assert again.code == 0
    assert re.search(r"\n +2 +0 +1 +1 +0", again.out)  # lines, added, known before, ended since
    assert json.loads(optout("registry", "status", "--json").out)["live"] == 1


def test_retention_is_a_setting(optout, workspace, received, exported):
    received("t-1")
    optout("registry", "message", "t-1", "--direction", "from_person", stdin=b"Please.")
    optout("registry", "answer", "t-1")
    assert optout("registry", "redact", "--expired").out == "0 cases and 0 messages deleted\n"
    setting(workspace, "case_retention_days: 0")
    assert optout("registry", "redact", "--expired").out == "1 case and 1 message deleted\n"
    [request] = exported("t-1")["requests"]
    assert (request["contact"], request["correspondence"]) == ({"address": None, "language": None}, [])
    assert (request["ended_by"], request["deadline"]["answer"]) == (None, "done")


def test_a_receipt_lifts_its_objection(optout, workspace):
    receipt = workspace / "receipt.json"
    optout("registry", "add", "handle", "ana", "--request-id", "t-1", "--receipt", str(receipt))
    optout("registry", "add", "handle", "bob", "--request-id", "t-2")
    words = ("--proof", "receipt_secret", "--receipt", str(receipt))
    assert optout("registry", "withdraw", "t-2", *words).code == 1
    done = optout("registry", "withdraw", "t-1", *words)
    assert (done.code, done.out) == (0, "event 3  request t-1 withdrawn\n")
    assert "what was published before stays out" in done.err
    done = optout("registry", "withdraw", "t-1", *words, "--release-older")
    assert (done.code, done.out) == (0, "event 4  request t-1 older content released\n")
    assert "stays out" not in optout("registry", "withdraw", "t-2", *PROVEN, "--release-older").err


WRONG = [
    (["withdraw", "t-1"], 2, "Missing option"),
    (["withdraw", "t-1", "--proof", "5551234"], 2, "one of receipt_secret, account_login"),
    (["withdraw", "t-1", "--proof", "receipt_secret"], 2, "--receipt"),
    (["withdraw", "t-1", "--proof", "account_login", "--receipt", "x"], 2, "--receipt"),
    (["extend", "t-1", "--reason", "5551234"], 2, "one of complexity, number_of_requests"),
    (["extend", "t-1", "--reason", "complexity", "--told-on", "5551234"], 2, "a day, as in"),
    (["extend", "t-1", "--reason", "complexity", "--told-on", "2999-01-01"], 2, "a day from receipt"),
    (["extend", "nobody", "--reason", "complexity"], 3, "an id it does not know"),
    (["answer"], 2, "one request, or the --batch"),
    (["answer", "t-1", "--batch", "b"], 2, "one request, or the --batch"),
    (["answer", "--batch", "b", "--with", "refused"], 2, "one by one"),
    (["answer", "--batch", "5551234"], 3, "the name of an import"),
    (["answer", "t-1", "--with", "5551234"], 2, "one of done, refused"),
    (["answer", "t-1", "--with", "refused"], 1, "one that was refused"),
    (["answer", "t-1", "--answered-on", "2000-01-01"], 2, "a day from receipt"),
    (["contact", "t-1"], 2, "one line of 1 to 500"),
    (["message", "t-1", "--direction", "5551234"], 2, "one of from_person, to_person"),
    (["message", "t-1", "--direction", "to_person"], 2, "bytes of text"),
    (["due", "--on", "5551234"], 2, "a day, as in"),
    (["export", "--out", "e.json"], 2, "request ids, or the --type"),
    (["export", "t-1", "--type", "email", "--out", "e.json"], 2, "request ids, or the --type"),
    (["export", "--type", "5551234", "--out", "e.json"], 2, "one of account, email"),
    (["redact"], 2, "requests, or --expired"),
    (["redact", "t-1", "--expired"], 2, "requests, or --expired"),
    (["add", "handle", "bob", "--contact"], 2, "one line of 1 to 500"),
    (["add", "handle", "bob", "--language", "5551234"], 2, "a language tag"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=[" ".join(words) for words, *_ in WRONG])
def test_what_is_wrong_is_one_error_that_repeats_no_value(
    optout, received, words, code, said, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    received("t-1")
    done = optout("registry", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "5551234" not in done.err
    assert "Traceback" not in done.err
    assert json.loads(optout("registry", "status", "--json").out)["head"] == 1
    assert not (tmp_path / "e.json").exists()


def test_a_lost_case_key_is_not_replaced(optout, workspace, received):
    key = workspace / "keys" / "case.key"
    kept = key.read_text()
    key.unlink()
    assert optout("init").code == 0  # nothing is sealed yet: a new one serves as well
    received("t-1")
    written = json.loads(key.read_text())
    assert written["id"] != json.loads(kept)["id"]
    key.unlink()
    lost = optout("init")
    assert (lost.code, written["id"] in lost.err, key.exists()) == (2, True, False)
    key.write_text(kept)
    key.chmod(0o600)
    other = optout("init")
    assert (other.code, written["id"] in other.err) == (2, True)
    assert optout("registry", "due").code == 0  # deadlines need no key


def test_nothing_of_a_case_stands_in_clear(optout, workspace, received, exported, unguarded_workspace):
    del unguarded_workspace
    letter = "Soy Marisol Quintero, por favor."
    said = [received("planted-t-1")]
    said.append(
        optout("registry", "message", "planted-t-1", "--direction", "from_person", stdin=letter.encode())
    )
    said.append(optout("registry", "contact", "planted-t-1", stdin=ADDRESS.encode()))
    said.append(optout("registry", "due"))
    said.append(optout("registry", "contact", "planted-t-1", stdin=b"Marisol@"))
    exported("planted-t-1")
    (workspace / "extract.json").unlink()
    files = b"".join(path.read_bytes() for path in workspace.rglob("*") if path.is_file())
    everything = files + "".join(one.out + one.err for one in said).encode()
    assert b"planted-t-1" in everything  # the search works
    for needle in ("Marisol", "Quintero", "por favor"):
        for encoding in ("utf-8", "utf-16-le"):
            assert needle.lower().encode(encoding) not in everything.lower()

"""`optout registry serve` as a process: what it says, whom it serves, how it ends."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from registry.constants import SERVER
from served import Served, workspace_with_door
from sqlalchemy import select

from optout_registry.opening import open_registry
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.storage.tables import CASE_FILE
from optout_registry.transparency.notes import parse_verifier

OBJECTION = {"type": "handle", "value": "@ana"}


@pytest.fixture
def workspace(tmp_path, url):
    return workspace_with_door(tmp_path / "workspace", url if SERVER else None)


@pytest.fixture
def registry(workspace, workspace_url):
    assert workspace.is_dir()  # and with it the registry
    return open_registry(workspace_url)


def verified(registry, answers):
    """The receipts in some answers, each of which proves that its objection is in the log."""
    verifier = parse_verifier(registry.identity.log_key)
    receipts = [Receipt.parse(answer.content, "answer") for answer in answers]
    for receipt in receipts:
        check_receipt(receipt, verifier)
    return receipts


def test_it_serves_until_it_is_told_to_end(workspace, registry):
    with Served(workspace) as served:
        with served.client() as client:
            assert client.get("/en/").status_code == 200
            answer = client.post("/api/v1/objections", json={"type": "email", "value": "ana@example.org"})
            client.post("/officer/login", data={"token": served.token})
        assert served.end() == 0
    verified(registry, [answer])
    with registry.reading() as connection:
        case = connection.execute(select(CASE_FILE)).one()
    assert (case.event, case.contact is None) == (1, False)
    assert b"ana" not in case.contact
    (mail,) = (workspace / "outbox").iterdir()
    assert mail.suffix == ".eml"
    assert mail.stat().st_mode & 0o077 == 0
    assert f"{served.url}/en/confirmation?token=".encode() in mail.read_bytes().replace(b"=\n", b"").replace(
        b"=3D", b"="
    )
    assert "this machine alone reaches it" in served.lines[1]
    assert served.lines[-1] == "ended: what was acknowledged is on disk\n"
    said = "".join(served.lines)
    assert "Traceback" not in said
    for private in ("ana", '127.0.0.1"', served.token):
        assert private not in said
    assert (workspace / "keys/officer.token").stat().st_mode & 0o077 == 0


def test_ctrl_c_ends_it_as_every_command(workspace):
    with Served(workspace) as served:
        assert served.end(signal.SIGINT) == 130
    assert "interrupted" in served.lines[-1]
    assert "Traceback" not in "".join(served.lines)


def test_what_is_under_way_at_the_end_is_answered_and_nothing_acknowledged_is_lost(workspace, registry):
    asked = 60
    with (
        Served(workspace, "--per-address", "0") as served,
        served.client() as client,
        ThreadPoolExecutor(asked) as pool,
    ):
        client.get("/en/")
        sent = [pool.submit(client.post, "/api/v1/objections", json=OBJECTION) for _ in range(asked)]
        first = next(one for one in sent if one.result())
        served.end()
        answers = [
            first.result(),
            *(one.result() for one in sent if one is not first and not one.exception()),
        ]
    given = [answer for answer in answers if answer.status_code == 201]
    receipts = verified(registry, given)
    assert len({receipt.event for receipt in receipts}) == len(receipts) > 0
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert registry.head().event >= len(receipts)
    assert registry.verify([receipt.checkpoint for receipt in receipts]).ok


def test_two_doors_on_one_registry_share_the_work(workspace, registry):
    with (
        Served(workspace) as one,
        Served(workspace) as other,
        one.client() as first,
        other.client() as second,
        ThreadPoolExecutor(8) as pool,
    ):
        asked = [client.post for client in (first, second) * 20]
        sent = [pool.submit(post, "/api/v1/objections", json=OBJECTION) for post in asked]
        answers = [future.result() for future in sent]
    receipts = verified(registry, answers)
    assert sorted(receipt.event for receipt in receipts) == list(range(1, 41))
    assert registry.verify().ok


def test_a_proxy_that_is_named_is_believed_and_no_other(workspace):
    # After a burst of 60 one address waits ten seconds: whoever is told apart does not.
    def answered(served):
        with served.client() as client:
            for number in range(90):
                client.post(
                    "/api/v1/status",
                    json={"secret": "0" * 32},
                    headers={"x-forwarded-for": f"192.0.2.{number}"},
                    timeout=5,
                )

    with Served(workspace, "--per-address", "0.01", "--proxy", "127.0.0.1") as served:
        answered(served)
    with Served(workspace, "--per-address", "0.01") as served, pytest.raises(Exception, match="timed out"):
        answered(served)


def test_a_port_that_is_taken_is_an_error_of_the_option(workspace, optout_in):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = optout_in(workspace, "registry", "serve", "--port", str(taken.getsockname()[1]))
    assert ended.returncode == 2
    assert ended.stderr.startswith("optout: --host and --port\n")


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        (lambda text: text.partition("door:")[0], "door in optout.yaml"),
        (lambda text: text.replace("  contact", "  contacts"), "optout.yaml"),
        (lambda text: text + "  address: optout.example.org\n", "optout.yaml"),
        (lambda text: text + "  address: https://optout.example.org/path\n", "optout.yaml"),
    ],
    ids=["no door", "a misspelt key", "an address without scheme", "an address with a path"],
)
def test_a_door_that_is_not_settled_is_not_opened(workspace, optout_in, change, subject):
    path = workspace / "optout.yaml"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    ended = optout_in(workspace, "registry", "serve", "--port", "0")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"optout: {subject}\n")


def test_a_short_token_is_refused(workspace, optout_in):
    (workspace / "keys/officer.token").write_text("officer")
    ended = optout_in(workspace, "registry", "serve", "--port", "0")
    assert ended.returncode == 2
    assert "a token of 22 characters or more" in ended.stderr

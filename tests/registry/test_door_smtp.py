"""Messages to a mail server: a real one, with TLS, that may refuse, fail or not be there."""

import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from registry.constants import SERVER
from registry.doors import Door
from registry.test_door_api import EMAIL, objected
from served import Served, workspace_with_door

from optout_registry.door.mail import into_folder
from optout_registry.door.smtp import REST, ByMailServer, NotSent, trusting
from optout_registry.door.texts import texts
from schemas.errors import ConfigurationError
from schemas.workspace import MailServer

USER, PASSWORD = "door", "a password of the tests"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A function to the PEM file of a certificate for some names, its key in it."""

    def make(*names):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        begun = datetime.now(UTC) - timedelta(hours=1)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begun, begun + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([
                *(x509.DNSName(one) for one in names if one[0].isalpha()),
                *(x509.IPAddress(ip_address(one)) for one in names if one[0].isdigit()),
            ]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        path = tmp_path_factory.mktemp("certificate") / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    return make


@pytest.fixture(scope="module")
def certificate(certificates):
    return certificates("localhost", "127.0.0.1")


class Received:
    """What reached the server, and what it answers."""

    def __init__(self):
        self.envelopes, self.to_recipient, self.to_data = [], "250 OK", "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        envelope.rcpt_options += options
        return self.to_recipient.format(address=address)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        envelope.was_encrypted = server.transport.get_extra_info("ssl_object") is not None
        envelope.said_to_be = session.host_name
        envelope.signed_in = session.authenticated
        self.envelopes.append(envelope)
        return self.to_data


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Server(Controller):
    """A mail server on a free port; ``starttls``, ``tls``: with a certificate."""

    def __init__(self, received, security, certificate=None, *, port=None):
        self.context = None
        if certificate is not None:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.context.load_cert_chain(certificate)
        self.options = {
            "authenticator": lambda *given: AuthResult(
                success=(given[4].login, given[4].password) == (USER.encode(), PASSWORD.encode())
            ),
            "auth_require_tls": security != "tls",  # aiosmtpd knows only its own STARTTLS
        }
        if security == "starttls":
            self.options |= {"tls_context": self.context, "require_starttls": True}
        implicit = self.context if security == "tls" else None
        super().__init__(received, hostname="127.0.0.1", port=port or free_port(), ssl_context=implicit)

    def factory(self):
        return SMTP(self.handler, **self.options)


@pytest.fixture
def received():
    return Received()


@pytest.fixture
def start(received):
    """A function that starts a server."""
    started = []

    def begin(*arguments, **options):
        server = Server(received, *arguments, **options)
        server.start()
        started.append(server)
        return server

    yield begin
    for server in started:
        server.stop(no_assert=True)


class Sending:
    """A door whose messages go to a server, and a clock."""

    def __init__(self, registry, intake, folder, *, secret=PASSWORD, trusted=None, **settings):
        self.now = 0.0
        self.outbox = folder / "outbox"
        given = {"host": "127.0.0.1", "user": USER, "password": "env:UNUSED", "timeout": 5} | settings
        self.send = ByMailServer(
            MailServer(**given), secret, trusting(trusted), into_folder(self.outbox), lambda: self.now
        )
        self.door = Door(registry, intake, send=self.send)

    def __enter__(self):
        self.client = self.door.client()
        self.door.at = self.client.__enter__()
        return self

    def __exit__(self, *error):
        self.client.__exit__(*error)

    def objected(self, **fields):
        return objected(self.door, **(EMAIL | fields))

    @property
    def kept(self):
        """Messages in the outbox."""
        return [message_from_bytes(path.read_bytes(), policy=default) for path in self.outbox.glob("*.eml")]

    @property
    def errors(self):
        """What the door's log says of errors, none of which names anybody."""
        lines = [json.loads(line) for line in self.door.lines]
        said = [line for line in lines if "error" in line]
        assert "ana" not in str(said).lower()
        assert PASSWORD not in str(said)
        return [f"{line['error']}: {line.get('said', '')}" for line in said]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_message_goes_encrypted_to_the_server(
    registry, intake, tmp_path, start, received, certificate, security
):
    server = start(security, certificate)
    with Sending(
        registry, intake, tmp_path, port=server.port, security=security, trusted=certificate
    ) as sending:
        receipt = sending.objected(language="de")
    (envelope,) = received.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("door@door.example", ["ana@example.org"])
    assert (envelope.was_encrypted, envelope.signed_in) == (True, True)
    assert envelope.said_to_be == "door.example"  # and not the name of this machine
    assert envelope.original_content.isascii()
    message = message_from_bytes(envelope.original_content, policy=default)
    assert message["Subject"] == texts("de")["mail_confirm_subject"]
    assert f"unter der Nummer {receipt.event} eingetragen" in " ".join(message.get_content().split())
    assert (sending.kept, sending.errors) == ([], [])


def test_a_domain_beyond_ascii_is_written_as_mail_servers_know_it(
    registry, intake, tmp_path, start, received, certificate
):
    server = start("starttls", certificate)
    with Sending(registry, intake, tmp_path, port=server.port, trusted=certificate) as sending:
        sending.objected(value="ana@exämple.org")
    assert [envelope.rcpt_tos for envelope in received.envelopes] == [["ana@xn--exmple-cua.org"]]


def test_without_tls_only_on_this_machine(registry, intake, tmp_path, start, received):
    server = start("none")
    settings = {"port": server.port, "security": "none", "user": None, "password": None}
    with Sending(registry, intake, tmp_path, secret=None, **settings) as sending:
        sending.objected()
    assert [envelope.was_encrypted for envelope in received.envelopes] == [False]


FAILURES = {
    "not there": {"is_there": False},
    "a certificate nobody trusts": {"trusted": "none"},
    "a certificate for another name": {"names": ("mail.example",)},
    "no TLS": {"security": "none"},
    "a wrong password": {"password": "wrong"},
}


@pytest.mark.parametrize("failure", FAILURES)
def test_what_cannot_be_sent_is_kept_and_the_server_left_alone_for_a_while(
    registry, intake, tmp_path, start, received, certificates, failure
):
    given = {
        "is_there": True,
        "trusted": "its own",
        "names": ("127.0.0.1",),
        "security": "starttls",
    } | FAILURES[failure]
    certificate = certificates(*given["names"])
    port = free_port()
    if given["is_there"]:
        start(given["security"], certificate if given["security"] == "starttls" else None, port=port)
    trusted = certificate if given["trusted"] == "its own" else None
    secret = given.get("password", PASSWORD)
    with Sending(registry, intake, tmp_path, port=port, trusted=trusted, secret=secret) as sending:
        receipts = [sending.objected(), sending.objected()]
        assert len(sending.errors) == 1  # the second was not tried
        assert sending.errors[0].startswith("NotSent: mail server")
        assert "for 60 seconds all go to the outbox" in sending.errors[0]
        sending.now += REST
        sending.objected()
        assert len(sending.errors) == 2
    assert received.envelopes == []
    assert len(sending.kept) == 3
    assert {message["To"] for message in sending.kept} == {"ana@example.org"}
    assert [receipt.event for receipt in receipts] == [1, 2]  # nobody's objection waits for a mail


def test_a_server_that_works_again_is_used_again(registry, intake, tmp_path, start, received, certificate):
    port = free_port()
    with Sending(registry, intake, tmp_path, port=port, trusted=certificate) as sending:
        sending.objected()
        start("starttls", certificate, port=port)
        sending.now += REST
        sending.objected()
    assert (len(sending.kept), len(received.envelopes)) == (1, 1)


@pytest.mark.parametrize(
    ("recipient", "data", "reply", "kept"),
    [
        ("550 no such mailbox as {address}", "250 OK", 550, 0),
        ("450 come again, {address}", "250 OK", 450, 1),
        ("250 OK", "554 not with this text", 554, 0),
        ("250 OK", "451 later", 451, 1),
    ],
)
def test_one_address_that_is_refused_keeps_nobody_elses_message(
    registry, intake, tmp_path, start, received, certificate, recipient, data, reply, kept
):
    server = start("starttls", certificate)
    received.to_recipient, received.to_data = recipient, data
    with Sending(registry, intake, tmp_path, port=server.port, trusted=certificate) as sending:
        sending.objected()
        assert len(sending.errors) == 1
        assert f"reply {reply}" in sending.errors[0]
        received.envelopes.clear()
        received.to_recipient = received.to_data = "250 OK"
        sending.objected(value="bob@example.org")
    assert [message["To"] for message in sending.kept] == ["ana@example.org"] * kept
    assert [envelope.rcpt_tos for envelope in received.envelopes] == [["bob@example.org"]]


def test_a_server_that_says_nothing_is_given_up():
    def left(silent):
        connection, _ = silent.accept()
        with connection:
            connection.settimeout(20)  # much longer than the client's
            return connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(left, silent)
        server = MailServer(host="127.0.0.1", port=silent.getsockname()[1], timeout=1)
        kept = []
        send = ByMailServer(server, None, trusting(None), kept.append, lambda: 0)
        message = _message()
        with pytest.raises(NotSent, match="SMTPServerDisconnected"):
            send(message)
        assert answer.result() == b""
    assert kept == [message]


def _message():
    from email.message import EmailMessage
    from email.policy import SMTPUTF8

    message = EmailMessage(policy=SMTPUTF8)
    message["From"], message["To"] = "door@door.example", "ana@example.org"
    return message


def test_certificates_that_cannot_be_read_are_an_error_of_the_setting(tmp_path):
    (tmp_path / "none.pem").write_text("none")
    for path in (tmp_path / "none.pem", tmp_path / "not-there.pem"):
        with pytest.raises(ConfigurationError) as error:
            trusting(path)
        assert error.value.subject == "certificates of mail_server in optout.yaml"


def test_a_password_is_shown_nowhere():
    send = ByMailServer(MailServer(host="localhost"), PASSWORD, trusting(None), print, lambda: 0)
    assert PASSWORD not in repr(send)


@pytest.fixture
def workspace(tmp_path, url):
    return workspace_with_door(tmp_path / "workspace", url if SERVER else None)


def settle(workspace, **settings):
    """Name a mail server in optout.yaml."""
    lines = "".join(f"    {name}: {value}\n" for name, value in settings.items())
    with (workspace / "optout.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  sender: door@door.example\n  mail_server:\n{lines}")


def test_a_door_that_is_served_sends_its_messages(workspace, start, received, certificate):
    server = start("starttls", certificate)
    (workspace / "mail.password").write_text(f"{PASSWORD}\n", "utf-8")
    (workspace / "mail.password").chmod(0o600)
    named = {"host": "localhost", "port": server.port, "user": USER, "password": "file:mail.password"}
    settle(workspace, **named, certificates=certificate)
    with Served(workspace) as served, served.client() as client:
        assert client.post("/api/v1/objections", json=EMAIL).status_code == 201
    (envelope,) = received.envelopes  # what was under way at its end is sent
    assert (envelope.rcpt_tos, envelope.signed_in) == (["ana@example.org"], True)
    assert not (workspace / "outbox").exists()
    assert "ana" not in "".join(served.lines)


REFUSED = {
    "a user without a password": ({"host": "localhost", "user": USER}, "optout.yaml"),
    "no TLS to another machine": ({"host": "mail.example", "security": "none"}, "optout.yaml"),
    "a password in the file": ({"host": "localhost", "user": USER, "password": "SECRET"}, "optout.yaml"),
    "no such variable": (
        {"host": "localhost", "user": USER, "password": "env:NOT_SET"}, "environment variable NOT_SET",
    ),
    "no such file": ({"host": "localhost", "user": USER, "password": "file:none"}, "none"),
    "a file that others read": ({"host": "localhost", "user": USER, "password": "file:open"}, "open"),
    "an empty file": ({"host": "localhost", "user": USER, "password": "file:empty"}, "empty"),
    "several lines": ({"host": "localhost", "user": USER, "password": "file:lines"}, "lines"),
    "no certificates": ({"host": "localhost", "certificates": "none.pem"}, "certificates of mail_server in optout.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED)
def test_a_mail_server_that_is_not_settled_is_refused_at_the_start(workspace, optout_in, refused):
    for name, text, mode in (
        ("open", "SECRET", 0o644),
        ("empty", "\n", 0o600),
        ("lines", "SECRET\nSECRET", 0o600),
    ):
        (workspace / name).write_text(text, "utf-8")
        (workspace / name).chmod(mode)
    settings, subject = REFUSED[refused]
    settle(workspace, **settings)
    ended = optout_in(workspace, "registry", "serve", "--port", "0")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[0].endswith(subject)
    assert "SECRET" not in ended.stderr
    assert "listening" not in ended.stderr

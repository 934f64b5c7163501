"""Messages handed to a mail server (RFC 5321), each in a connection of its own, and none waits for ever."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from threading import Lock

from optout_registry.door.mail import Send
from schemas.errors import ConfigurationError, Refused
from schemas.workspace import MailServer

REST = 60
"""Seconds in which a server that failed is not tried again: messages that wait would each wait for it."""
_FOR_GOOD = 500
"""Replies from here on are permanent (RFC 5321, 4.2.1)."""
_OF_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, UnicodeError)
"""Errors that say nothing about other messages."""


class NotSent(Refused):
    """A message that the mail server did not take. It names neither its address nor its text."""


@dataclass
class ByMailServer:
    """A sender that hands messages to a server; while that fails, they go to ``otherwise``."""

    server: MailServer
    password: str | None = field(repr=False)
    trusted: ssl.SSLContext = field(repr=False)
    otherwise: Send
    seconds: Callable[[], float]
    """A clock that never goes back."""
    _rests_until: float = field(default=float("-inf"), repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __call__(self, message: EmailMessage) -> None:
        """Send one message.

        Raises:
            NotSent: the server refused it for good, or failed and the message went to ``otherwise``.
        """
        with self._lock:
            rests = self.seconds() < self._rests_until
        if rests:
            self.otherwise(message)
            return
        try:
            self._send(message)
        except (OSError, UnicodeError) as error:  # OSError: smtplib's errors, TLS's and the network's
            # What the server said may repeat the address: none of it is passed on.
            raise self._failed(message, error) from None

    def _failed(self, message: EmailMessage, error: Exception) -> "NotSent":
        code = _code(error)
        is_of_message = isinstance(error, _OF_MESSAGE)
        if is_of_message and code >= _FOR_GOOD:
            return _not_sent(error, "nothing: this address or message is refused for good")
        self.otherwise(message)
        if is_of_message:
            return _not_sent(error, "send it from the outbox, where it lies now")
        with self._lock:
            self._rests_until = self.seconds() + REST
        return _not_sent(
            error, f"correct mail_server in optout.yaml, or wait; for {REST} seconds all go to the outbox"
        )

    def _send(self, message: EmailMessage) -> None:
        sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        # Not this machine's own name, which would have to be looked up.
        with self._connected(sender.rpartition("@")[2]) as client:
            if self.server.user is not None and self.password is not None:
                client.login(self.server.user, self.password)
            # Headers in ASCII: smtplib would write them as the message's own policy does, in UTF-8. The
            # normal form of an address that can have a message is ASCII as well.
            client.sendmail(sender, [to], message.as_bytes(policy=SMTP))

    def _connected(self, name: str) -> smtplib.SMTP:
        host, port, seconds = self.server.host, self.server.port, self.server.timeout
        if self.server.security == "tls":
            return smtplib.SMTP_SSL(host, port, name, timeout=seconds, context=self.trusted)
        client = smtplib.SMTP(host, port, name, timeout=seconds)
        if self.server.security == "starttls":
            try:
                client.starttls(context=self.trusted)
            except OSError:
                client.close()
                raise
        return client


def trusting(certificates: Path | None) -> ssl.SSLContext:
    """TLS with the authorities of a PEM file, or those that this machine trusts.

    Raises:
        ConfigurationError: no such file, or none of that form.
    """
    try:
        return ssl.create_default_context(cafile=certificates)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            "certificates of mail_server in optout.yaml",
            expected="a readable PEM file of certificate authorities",
            found=error.strerror or type(error).__name__,
            remedy="correct its path, or leave it out",
        ) from error


def _code(error: Exception) -> int:
    """The server's reply; 0: there was none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _ in error.recipients.values())
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def _not_sent(error: Exception, remedy: str) -> NotSent:
    code = _code(error)
    return NotSent(
        "mail server",
        expected="one that takes a message",
        found=f"{type(error).__name__}{f', reply {code}' if code else ''}",
        remedy=remedy,
    )

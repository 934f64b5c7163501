"""Mails: what is written, to whom, and how many. An address is used here and kept nowhere."""

import hmac
import os
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock

from schemas.errors import OptoutError, Refused

Send = Callable[[EmailMessage], None]
"""Sends a message, or raises OSError or OptoutError. Called from several threads."""

WAITING = 100_000
"""Messages that may wait, of a kilobyte or two each."""
_REMEMBERED = 100_000


def into_folder(folder: Path) -> Send:
    """A sender that writes each message as an .eml file, readable by its owner, for a mail server to fetch.

    A file has its name only when it is complete, so that who fetches them never sees half of one.
    """

    def send(message: EmailMessage) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        unfinished = folder / f".{name}"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes(policy=SMTPUTF8))
        unfinished.rename(folder / f"{name}.eml")

    return send


@dataclass
class Cap:
    """At most so many of something in a period for one name, which is kept as a keyed digest, in memory."""

    most: int
    period: timedelta
    key: bytes = field(repr=False, default_factory=lambda: secrets.token_bytes(32))
    _used: dict[bytes, list[datetime]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def allows(self, name: str, now: datetime) -> bool:
        """Whether one more is within the cap; if so it is counted."""
        digest = hmac.digest(self.key, name.encode("utf-8", "surrogatepass"), "sha256")
        with self._lock:
            if len(self._used) >= _REMEMBERED:
                live = [item for item in self._used.items() if item[1][-1] > now - self.period]
                # Memory has a bound, whoever invents names: then those named first are forgotten.
                self._used = dict(live[-_REMEMBERED // 2 :])
            times = [time for time in self._used.get(digest, []) if time > now - self.period]
            if len(times) >= self.most:
                return False
            self._used[digest] = [*times, now]
            return True


@dataclass(frozen=True)
class Mailer:
    """Writes messages to people, as many as the cap allows; no answer waits for one."""

    send: Send
    sender: str
    """Address in From."""
    cap: Cap
    on_failure: Callable[[Exception], None]
    post: Executor
    """Where messages are written: a request takes as long with one as without."""
    room: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(WAITING))
    """For messages that wait."""

    def write(self, to: str, subject: str, text: str, *, language: str, now: datetime) -> None:
        """Send one message later, if ``to`` can have one and has not had too many; nothing is raised.

        Whoever asked for it is told the same in every case.
        """
        if self.room.acquire(blocking=False):
            self.post.submit(self._write, to, subject, text, language, now)
        else:
            self.on_failure(
                Refused(
                    "mail",
                    expected=f"at most {WAITING:,} messages that wait to be sent",
                    found="one more, which is lost",
                    remedy="check the mail server; what people asked for is recorded all the same",
                )
            )

    def _write(self, to: str, subject: str, text: str, language: str, now: datetime) -> None:
        try:
            message = _message(to, self.sender, subject, text, language, now)
            if self.cap.allows(to, now):
                self.send(message)
        except (OSError, OptoutError, MessageError, ValueError, IndexError) as error:
            # IndexError: of the standard library's parser, on addresses that are none
            self.on_failure(error)
        finally:
            self.room.release()


def _message(to: str, sender: str, subject: str, text: str, language: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes in return
    message.set_content(text, cte="quoted-printable")
    message["Content-Language"] = language
    return message

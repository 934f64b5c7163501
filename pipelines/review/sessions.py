"""Who is signed in, held in memory: a restart signs everybody out."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

LASTS = timedelta(hours=8)
MOST = 100
"""Sessions at once; of more the oldest ends."""


@dataclass
class Session:
    """One actor in one browser."""

    actor: str
    token: str = field(repr=False)
    """The actor's: asked about again at each step, so that a revoked one opens nothing."""
    ends: datetime
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """What every form of this session carries, and no other page knows."""
    lock: Lock = field(default_factory=Lock, repr=False)
    viewed: set[tuple[str, ...]] = field(default_factory=set)
    """What was shown in it: only that can be decided on."""
    latest: tuple[str, ...] | None = None
    """What its page shows, as far as is known here; None: no item, or a form was sent since."""
    asked: bool = False
    """Whether the picture of that page was asked for: only then it is sent."""
    showing: bool = False
    """Whether it was asked for just now: the page shows it, and loaded once more it does not."""
    sent: bool = False
    """Whether it was sent."""
    skipped: set[tuple[str, ...]] = field(default_factory=set)
    """Of the queue."""
    skipped_picks: set[tuple[str, ...]] = field(default_factory=set)
    """Of samples."""
    keys: bool = True
    """Whether single keys decide (WCAG 2.1.4: who speaks to the browser turns them off)."""
    said: str = ""
    """What the next page says has happened."""

    def is_own(self, form: str) -> bool:
        """Whether a form is one of this session's."""
        return hmac.compare_digest(form.encode("utf-8", "surrogateescape"), self.form.encode())

    def view(self, item: tuple[str, ...], record: Callable[[], None]) -> bool:
        """Call ``record`` before an item is shown, unless its page is loaded once more, at once.

        Returns:
            Whether the page shows the picture: it was asked for just now.
        """
        with self.lock:
            if item != self.latest:
                record()
                self.viewed.add(item)
                self._end_view()
                self.latest = item
            showing, self.showing = self.showing, False
            return showing

    def ask(self, item: tuple[str, ...], record: Callable[[], None]) -> None:
        """Let the picture of an item be sent, whose page is shown; ``record`` is called once in a view."""
        with self.lock:
            if item != self.latest:
                return  # it has to be viewed first: its page is shown, without the picture
            if not self.asked:
                record()
            self.asked = self.showing = True

    def is_asked(self, item: tuple[str, ...]) -> bool:
        """Whether the picture of an item may be sent: its page is shown, and it was asked for there."""
        with self.lock:
            return self.asked and item == self.latest

    def send(self, item: tuple[str, ...]) -> bool:
        """Note that the picture of an item is sent; False: it may not be, any more."""
        with self.lock:
            may = self.asked and item == self.latest
            self.sent = self.sent or may
            return may

    def leave(self) -> tuple[str, ...] | None:
        """Something else is shown than an item, or a form was sent: whatever is shown next is a view.

        Returns:
            The item whose view ends, if its picture was sent in it.
        """
        with self.lock:
            return self._end_view()

    def _end_view(self) -> tuple[str, ...] | None:
        seen = self.latest if self.sent else None
        self.latest, self.asked, self.showing, self.sent = None, False, False, False
        return seen

    def take_said(self) -> str:
        """What has happened, once."""
        said, self.said = self.said, ""
        return said


@dataclass
class Sessions:
    """The sessions there are, by the id that only a cookie holds."""

    now: Callable[[], datetime]
    held: dict[str, Session] = field(default_factory=dict, repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)
    """Of ``held``: requests are answered in several threads."""

    def begin(self, actor: str, token: str) -> str:
        """The id of a new session: 256 random bits."""
        now = self.now()
        name, session = secrets.token_urlsafe(32), Session(actor, token, now + LASTS)
        with self.lock:
            for ended in [name for name, one in self.held.items() if one.ends <= now]:
                del self.held[ended]
            while len(self.held) >= MOST:
                del self.held[next(iter(self.held))]
            self.held[name] = session
        return name

    def find(self, name: str) -> Session | None:
        """The session of an id; None if there is none, or it has lasted long enough."""
        with self.lock:
            session = self.held.get(name)
        return session if session is not None and session.ends > self.now() else None

    def end(self, name: str) -> None:
        """Sign out."""
        with self.lock:
            self.held.pop(name, None)

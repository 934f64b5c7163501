"""A door on a registry of the test's own, and who asks at it."""

import re
from concurrent.futures import Future
from datetime import timedelta
from urllib.parse import urlsplit

from registry.constants import LOG_SECRET, NOW
from starlette.testclient import TestClient

from optout_registry.door.headers import Site
from optout_registry.door.officer import Office
from optout_registry.door.opening import Settings, open_door
from optout_registry.door.pages import Programme

PUBLIC = "https://door.example"
OFFICER = "optout-officer-of-the-tests"
PROGRAMME = Programme(
    controller="Example Ltd",
    contact="privacy@door.example",
    platform="sample",
    surfaces={"post": ("public", "adult_now", "notice"), "ai_interaction": ()},
    dropped_roles=("tag", "depicted"),
    masked_roles=("mention",),
    min_age=18,
    notice_days=30,
    retention_days=1096,
)


class AtOnce:
    """An executor that does what it is given before it returns."""

    def submit(self, call, *arguments, **named):
        done = Future()
        done.set_result(call(*arguments, **named))
        return done


class Door:
    """The application, what it has written, and a clock that the test sets."""

    def __init__(self, registry, intake, *, per_address=0, office=None, send=None, site=None):
        self.now = NOW
        self.lines = []
        self.mails = []
        self.correspondents = []
        settings = Settings(
            programme=PROGRAMME,
            site=site or Site(PUBLIC, ("http://localhost:8765",)),
            sender="door@door.example",
            send=send or self.mails.append,
            per_address=per_address,
            office=office or Office(OFFICER),
            keeping=self.keeping,
        )
        self.app = open_door(
            registry, intake, LOG_SECRET, settings,
            post=AtOnce(), write=self.lines.append, clock=lambda: self.now, seconds=self.seconds,
        )  # fmt: skip

    def keeping(self, one):
        """Notes with whom a request came, and the number of its event."""
        return lambda _, event: self.correspondents.append((event, *one))

    def seconds(self):
        return self.now.timestamp()

    def later(self, **period):
        self.now += timedelta(**period)

    def client(self, **options):
        return TestClient(self.app, base_url=PUBLIC, follow_redirects=False, **options)

    @property
    def link(self):
        """Path and query of the link in the last mail."""
        (found,) = re.findall(rf"^ *({PUBLIC}/\S+\?token=\S+)$", self.mails[-1].get_content(), re.MULTILINE)
        parts = urlsplit(found)
        return f"{parts.path}?{parts.query}"

    @property
    def token(self):
        return self.link.partition("token=")[2]

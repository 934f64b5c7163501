"""optout.yaml: the workspace file, so that commands need no flags."""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from schemas.model import Model

WORKSPACE_NAME = "optout.yaml"
_HERE = ("localhost", "127.0.0.1", "::1")
KeyPurpose = Literal["registry", "lineage", "log", "case", "target"]


def _no_url(path: str) -> str:
    if "://" in path:
        msg = "a URL: this is read from a local disk, write its path"
        raise ValueError(msg)
    return path


LocalPath = Annotated[str, AfterValidator(_no_url)]


def _list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Keys(Model):
    """References to the keys, one per purpose: ``file:PATH``, ``env:NAME`` or ``kms:PATH``."""

    registry: Annotated[tuple[str, ...], BeforeValidator(_list), Field(min_length=1)] = (
        "file:keys/registry.key",
    )
    """Of the registry key, which makes the pseudonyms of objections. After a rotation a list: every key there
    was, the oldest first."""
    lineage: str = "file:keys/lineage.key"
    """Of the lineage key, which makes subjects and the order of rows."""
    log: str = "file:keys/log.key"
    """Of the log key, which signs the log; a build needs it where objections reach new accounts."""
    case: str = "file:keys/case.key"
    """Of the case key, which encrypts contact data and correspondence; who only builds needs none."""
    target: str = "file:keys/target.key"
    """Of the target key, which seals the records and pictures that takedowns name. Whoever has it and the
    registry can read which these are; it is asked for where there are takedowns, and nowhere else."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = "a time zone of the IANA database, such as Europe/Dublin"
        raise ValueError(msg) from None
    return name


class Officer(Model):
    """Where the privacy officer answers from, which decides when an answer is due, and what is kept."""

    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None
    """ISO 3166-1 alpha-2: its public holidays move a last day on. Null: only weekends do, so that an answer
    is due too early rather than too late."""
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """In which a request is received on a day. UTC: in all of the Union but the Azores the same day, or one
    too early."""
    case_retention_days: int = Field(default=1096, ge=0)
    """Days that contact data and correspondence are kept after a case ended: three years, in which claims
    and fines for an answer can still come (in Germany, BGB section 195 and OWiG section 31)."""


class MailServer(Model):
    """The mail server that takes the door's messages."""

    host: str = Field(min_length=1)
    """Its name, which its certificate has to show."""
    port: int = Field(default=587, ge=1, le=65535)
    """Where it listens."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """starttls: TLS before anything is said (port 587); tls: from the first byte (port 465); none: only to a
    server on this machine."""
    user: str | None = None
    """Who signs in; null: nobody does."""
    password: Annotated[str, Field(pattern="^(?:env|file):.")] | None = None
    """Where the user's password is: ``env:NAME``, or ``file:PATH`` that its owner alone can read."""
    certificates: LocalPath | None = None
    """A PEM file of the certificate authorities that are trusted; null: those that this machine trusts."""
    timeout: int = Field(default=20, ge=1, le=120)
    """Seconds to wait for each of the server's answers."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.user is None) != (self.password is None):
            msg = "user and password together, or neither"
            raise ValueError(msg)
        if self.security == "none" and self.host not in _HERE:
            msg = f"starttls or tls, unless host is one of {', '.join(_HERE)}"
            raise ValueError(msg)
        return self


class DoorSettings(Model):
    """The door of `optout registry serve`: what its pages say, and where its messages go."""

    controller: str
    """Who answers for the training, as people are told."""
    contact: str
    """How people reach them: an address that is shown to everybody."""
    address: Annotated[str, Field(pattern=r"^https?://[^/?#\s]+$")] | None = None
    """Where people find the door, as https://optout.example.org; null: where it listens."""
    sender: Annotated[str, Field(pattern=r"^[^@\s<>,;:]+@[^@\s<>,;:]+$")] = "door@localhost"
    """From whom its messages come."""
    outbox: LocalPath = "outbox"
    """The folder into which messages are written, as .eml files, for a mail server to send."""
    mail_server: MailServer | None = None
    """Who sends its messages; what could not be sent is written to the outbox. Null: all are."""
    officer_token: LocalPath | None = None
    """The file with the token of the officer's view; written if missing. Null: there is no such view."""
    preview_seconds: int = Field(default=120, ge=1, le=3600)
    """How long a preview in the officer's view may take before it is stopped."""


class Workspace(Model):
    """Where everything is. Relative paths start at the folder that holds optout.yaml."""

    source: LocalPath = "source.yaml"
    """The source description: how foreign files map to the canonical tables."""
    canonical: LocalPath = "canonical"
    """The source root: where ``ingest`` writes the canonical tables and ``build`` reads them."""
    policy: LocalPath = "policy.yaml"
    """The policy file."""
    registry: str = "registry.db"
    """A path (SQLite) or a SQLAlchemy URL."""
    corpus: str = "corpus"
    """A path or URL: the store that holds versions/, data/, lineage/ and staging/."""
    reviews: LocalPath = "reviews.jsonl"
    """The log of reviews: every view of a suspected picture, and every decision."""
    keys: Keys = Keys()
    """References to the keys."""
    officer: Officer = Officer()
    """Deadlines and the retention of case data."""
    door: DoorSettings | None = None
    """The door; null: `registry serve` asks for it."""

"""The log of reviews: an event for each view and each decision, append-only, chained to the one before."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.documents import Digest, Instant
from schemas.model import Model

What = Literal["viewed", "looked", "refused", "proposed", "released", "dropped", "drawn", "checked"]
Picture = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
ActorName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]

_PICTURE = frozenset({"picture", "copies"})
_WRITTEN = frozenset({"words", "rules", "first_queued"})
_DRAW, _CHECK = frozenset({"draw"}), frozenset({"check"})
_SAID = tuple(_PICTURE | _WRITTEN | _DRAW | _CHECK)
_HOLDS: dict[What, tuple[frozenset[str], ...]] = {
    "viewed": (_PICTURE, _PICTURE | _WRITTEN),
    "looked": (_PICTURE, _PICTURE | _WRITTEN),
    "refused": (_PICTURE, _PICTURE | {"first_queued"}, _PICTURE | _WRITTEN),
    "proposed": (_PICTURE | _WRITTEN,),
    "released": (_PICTURE | _WRITTEN,),
    "dropped": (_PICTURE | _WRITTEN,),
    "drawn": (_DRAW,),
    "checked": (_CHECK,),
}
"""What an event says besides who, when, what and of which version: one of these sets, whole."""


class Draw(Model):
    """A random sample of the pictures that a version released."""

    content: Digest
    """SHA-256 of the version's content document, from which it is drawn."""
    seed: int = Field(ge=0, le=2**53 - 1)
    """What else it is drawn from: another one gives another sample."""
    kept: int = Field(ge=1)
    """How many pictures were drawn."""
    universe: int = Field(ge=1)
    """Of how many."""
    picks: Digest
    """SHA-256 of the list of picks, canonical JSON: [split, row in the shard, place among its pictures]."""


class Check(Model):
    """What a person saw on a picture of a sample."""

    draw: int = Field(ge=1)
    """Number of the event that drew it."""
    pick: int = Field(ge=0)
    """Its place in the sample, from 0."""
    medium: int = Field(ge=0)
    """Place of the picture among those of its record, from 0."""
    candidates: int = Field(ge=1)
    """How many pictures of the record it may be; more than one where nothing tells them apart: all are
    looked at, and a minor on any of them counts."""
    minor: bool
    """Whether it shows a minor."""


class ReviewEntry(Model):
    """What somebody did, before it has its place in the log."""

    at: Instant
    """When."""
    actor: ActorName
    """Who, by the name their token was entered under."""
    what: What
    """viewed: its page was about to be shown; looked: the picture itself was asked for, and about to be sent;
    refused: it is not used; proposed: one person would release it; released: another one agreed; dropped: the
    proposal is no more; drawn: a sample; checked: one of its pictures."""
    version: int = Field(ge=1)
    """Number of the version whose queue or shards were looked at."""
    picture: Picture | None = None
    """Keyed digest of the picture, 16 hexadecimal digits."""
    copies: bool | None = None
    """It is of its bytes: every copy has the same."""
    words: Digest | None = None
    """Keyed digest of what is written about it."""
    rules: tuple[str, ...] | None = None
    """Ids of the rules that gave evidence, as shown, sorted."""
    first_queued: Instant | None = None
    """Since when it waited."""
    draw: Draw | None = None
    """The sample; null: none was drawn."""
    check: Check | None = None
    """What was seen on a picture of a sample; null: none was checked."""

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if frozenset(name for name in _SAID if getattr(self, name) is not None) not in _HOLDS[self.what]:
            msg = f"what belongs to {self.what}, and nothing else"
            raise ValueError(msg)
        if self.rules is not None and list(self.rules) != sorted(set(self.rules)):
            msg = "rules sorted, each once"
            raise ValueError(msg)
        return self


class ReviewEvent(ReviewEntry):
    """A line of the log."""

    number: int = Field(ge=1)
    """Its number, from 1, without gaps."""
    previous: Digest | None
    """SHA-256 of the line before, without its end; null: it is the first."""
    through: int = Field(ge=1)
    """Number of the last event that was appended with it: they count together, or not at all."""


class ReviewLine(Model):
    """A line of `review export` and `review import`: a picture with what is written about it."""

    picture: Picture
    """Keyed digest of the picture, 16 hexadecimal digits."""
    copies: bool
    """It is of its bytes: a refusal holds for every copy."""
    words: Digest | None
    """Keyed digest of what is written about it; null: whatever that is."""
    rules: tuple[str, ...] | None
    """Ids of the rules that gave evidence; null: it was refused without being in the queue."""
    since: Instant | None
    """Since when it waits, or waited; null: it never did."""
    expires: Instant | None
    """As-of instants from this on find it expired; null: none does."""
    records: int | None
    """Records it waits in; null: it does not wait."""
    decision: Literal["refused", "proposed", "released"] | None
    """What was decided; null: nothing. Who imports may write ``refused`` here."""
    by: tuple[ActorName, ...]
    """Who did: of a release who proposed it, then who confirmed it."""
    at: Instant | None
    """When; null: nothing was decided."""

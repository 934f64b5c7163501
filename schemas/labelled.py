"""Labelled captions: what rule packs are measured with."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.model import Model


class LabelledCaption(Model):
    """One line of a labelled file: the words about one picture, and whether they show a minor."""

    id: str
    """Names the line in results."""
    language: str | None = None
    """BCP 47; null: not known."""
    label: Literal["minor", "none", "unclear"]
    """A minor is shown; nothing says so; careful readers would disagree, and nobody is measured by it."""
    kind: str = ""
    """What sort of line it is; results are given for each."""
    alt_text: str | None = None
    """Description written by a person."""
    auto_alt_text: str | None = None
    """Description written by a platform's machine."""
    caption: str | None = None
    """Caption of the picture alone."""
    text: str | None = None
    """Text of the record it is in."""
    metadata: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Property of the image file -> its values."""
    taken_at: datetime | None = None
    """When it was taken."""

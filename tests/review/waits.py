"""Waiting pictures, events and queue parts with defaults."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from pipelines.review.waiting import Place, Waiting
from schemas.review_log import ReviewEntry
from schemas.reviews import QUEUE, QUEUED

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORDS = "11" * 32
RULES = ("en.child", "en.school")


def at(minutes):
    """An instant so many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


def place(**overrides):
    defaults = {
        "split": 0, "path": "records/0.parquet", "ordinal": 0, "first_row_group": 0, "row_groups": 1,
        "split_digest": "22" * 32, "row": 0, "medium": 0,
    }  # fmt: skip
    return Place(**defaults | overrides)


def waiting(picture=1, **overrides):
    """A waiting picture; ``picture``: its digest as a number."""
    defaults = {
        "version": 1, "copies": True, "words": WORDS, "rules": RULES, "strong": False, "points": 2,
        "since": NOW - timedelta(days=3), "expires": NOW + timedelta(days=27), "places": (place(),),
    }  # fmt: skip
    return Waiting(picture=f"{picture:016x}", **defaults | overrides)


def entry(what="viewed", picture=1, **overrides):
    """An entry about a waiting picture."""
    item = waiting(picture)
    defaults = {
        "at": NOW, "actor": "anna", "version": 1, "picture": item.picture, "copies": True, "words": item.words,
        "rules": item.rules, "first_queued": item.since,
    }  # fmt: skip
    return ReviewEntry(what=what, **defaults | overrides)


def part(*rows):
    """A QUEUE table."""
    defaults = {
        "row": 0, "medium": 0, "picture": 1, "copies": True, "words": bytes.fromhex(WORDS), "strong": False,
        "points": 2, "rules": [0],
    }  # fmt: skip
    return pa.Table.from_pylist([defaults | row for row in rows], schema=QUEUE)


def queued(*rows):
    """A QUEUED table."""
    defaults = {"picture": 1, "words": bytes.fromhex(WORDS), "copies": True, "since": NOW - timedelta(days=3)}
    return pa.Table.from_pylist([defaults | row for row in rows], schema=QUEUED)

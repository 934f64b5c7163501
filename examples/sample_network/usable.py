"""What the generator remembers, to find people worth showing: whose records a strict policy keeps."""

from datetime import date
from typing import Any

from examples.sample_network.people import Member, seconds
from examples.sample_network.scene import Scene

_CALM = seconds(date(2026, 4, 30))
"""Notified before this is notified 30 days before the first build."""


def plain(member: Member) -> bool:
    """Nothing about the account itself stands in the way of a record."""
    return (
        member.type == "personal"
        and member.state == "open"
        and member.audience == "everyone"
        and member.shown == "full"
        and member.birthday is not None
        and date(1920, 1, 1) < member.birthday < date(2008, 5, 1)
        and not member.disputed
        and member.notified is not None
        and member.notified < _CALM
    )


def note(scene: Scene, member: Member, row: dict[str, Any], at: int, file: str) -> None:
    """Remember a record: in which file the account occurs, and whether the record is usable."""
    scene.remember(member.id, "files", file)
    for link in row.get("links", ()):
        scene.remember(f"{link['member']}", "files", file)
    if "on" in row:
        scene.remember(f"{row['on']['author']}", "files", file)
        for other in row["at"]:
            scene.remember(f"{other}", "files", file)
    if member.birthday is None or not (row.get("body") or row.get("says")):
        return
    public = (row.get("audience") or row.get("seen_by")) == "everyone"
    place = row["place"]["kind"] if "place" in row else row["group"]
    if not public or place not in {"timeline", "open_group"} or (row.get("written") or row.get("ts")) is None:
        return
    if row.get("attachments") or "quoting" in row:
        return
    if "on" in row or any(link["rel"] != "mention" for link in row["links"]):
        return  # whoever is answered, tagged or shown may object
    record = row["id"] if "id" in row else row["cid"]
    age = (at - seconds(member.birthday)) / 31_557_600
    if member.birthday > date(2008, 6, 1):
        scene.remember(member.id, "by_minor", record)
    elif plain(member):
        scene.remember(member.id, "kept" if age > 18.01 else "young", record)

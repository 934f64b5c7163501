"""Who objects, and the people and records that the guided tour asks about."""

import json
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from examples.sample_network import contacts
from examples.sample_network.files import write_csv
from examples.sample_network.language import draw, pick
from examples.sample_network.people import Member, seconds
from examples.sample_network.scene import Scene, iso
from examples.sample_network.usable import plain

FIRST_DAY = date(2026, 4, 10)
TYPES = {"email": 45, "account": 25, "phone": 15, "handle": 12, "did": 3}
SURFACES = {"": 90, "photo video story": 5, "post comment": 3, "ai_interaction": 2}
MANY = 4
"""Kept records that the late objector has at least."""


def write_demo(scene: Scene, out: Path) -> None:
    """Write objections.csv and people_of_interest.json."""
    people = people_of_interest(scene)
    text = json.dumps(people, ensure_ascii=False, indent=2)
    (out / "people_of_interest.json").write_text(f"{text}\n", encoding="utf-8")
    spared = {person["account"] for person in people.values() if "account" in person} | set(
        people["objector_by_email"]["linked_accounts"]
    )
    _write_objections(scene, out / "objections.csv", spared)


def people_of_interest(scene: Scene) -> dict[str, dict[str, Any]]:
    """A few accounts and records worth a look; the same ones for the same seed and scale."""
    members = {member.id: member for member in scene.members}
    taken: set[str] = set()
    objector, linked = _linked(scene)
    taken |= {objector.id, *linked}
    by_phone = _first(scene, taken, lambda m: bool(m.phone) and not m.phone.startswith("+"), "kept")
    by_handle = _first(scene, taken, lambda m: m.handle != m.handle.lower(), "kept")
    minor = _first(scene, taken, lambda m: m.type == "personal", "by_minor")
    grown = _first(scene, taken, plain, "young")
    late = _late(scene, members, taken)
    return {
        "objector_by_email": {
            "why": "objects by e-mail, in other capitals than the network knows; linked accounts are covered",
            "account": objector.id,
            "email": objector.email.swapcase(),
            "linked_accounts": linked,
            "record": scene.heard[objector.id]["kept"][0],
        },
        "objector_by_phone": {
            "why": "objects by phone, as dialled at home",
            "account": by_phone.id,
            "phone": by_phone.phone,
            "region": by_phone.country,
        },
        "objector_by_handle": {
            "why": "objects by handle, with @",
            "account": by_handle.id,
            "handle": f"@{by_handle.handle.upper()}",
        },
        "minor": {
            "why": "is under 18 on 2026-06-01",
            "account": minor.id,
            "record": scene.heard[minor.id]["by_minor"][0],
        },
        "posted_as_minor": {
            "why": "is an adult now, and was not when this was written",
            "account": grown.id,
            "record": scene.heard[grown.id]["young"][0],
        },
        "late_objector": {
            "why": "objects after version 1, which uses these records",
            "account": late.id,
            "email": late.email,
            "records": scene.heard[late.id]["kept"],
        },
    }  # fmt: skip


def _linked(scene: Scene) -> tuple[Member, list[str]]:
    """The plain member with linked accounts that wrote most; ties go to the lower id."""
    groups: dict[str, list[Member]] = {}
    for member in scene.members:
        if member.centre:
            groups.setdefault(member.centre, []).append(member)
    best = max(
        (member for group in groups.values() if len(group) > 1 for member in group
         if plain(member) and member.email and _memories(scene, member, "kept")),
        key=lambda member: (len(_memories(scene, member, "kept")), member.id),
    )  # fmt: skip
    return best, [member.id for member in groups[best.centre] if member.id != best.id]


def _late(scene: Scene, members: dict[str, Member], taken: set[str]) -> Member:
    """A plain member with several kept records in few files: most splits can be used again."""
    candidates = [
        member
        for member in members.values()
        if member.id not in taken and plain(member) and member.email and not member.centre
        and len(_memories(scene, member, "kept")) >= MANY
    ]  # fmt: skip
    return min(candidates, key=lambda member: (len(set(_memories(scene, member, "files"))), member.id))


def _first(scene: Scene, taken: set[str], suits: Callable[[Member], bool], kind: str) -> Member:
    member = next(
        member
        for member in scene.members
        if member.id not in taken and suits(member) and _memories(scene, member, kind)
    )
    taken.add(member.id)
    return member


def _memories(scene: Scene, member: Member, kind: str) -> list[str]:
    return scene.heard.get(member.id, {}).get(kind, [])


def _write_objections(scene: Scene, path: Path, spared: set[str]) -> None:
    """About 400 objections at full scale, all of them valid, as a support desk would note them down."""
    rng = scene.rng("objections")
    candidates = [member for member in scene.members if member.id not in spared]
    rows = [["type", "value", "region", "received_at", "surfaces", "linked", "request_id"]]
    for number, member in enumerate(rng.sample(candidates, scene.scaled(400))):
        kind, value, region = _target(rng, member)
        received = seconds(FIRST_DAY) + rng.randrange(50 * 86_400)
        linked = "no" if rng.random() < 0.04 else ""
        rows.append([kind, value, region, iso(received), draw(rng, SURFACES), linked, f"desk-{number:05d}"])
    # somebody whom the network does not know: objections need no account
    rows.append(["email", "nobody.here@example.com", "", iso(seconds(FIRST_DAY)), "", "", "desk-99999"])
    write_csv(path, rows)


def _target(rng: random.Random, member: Member) -> tuple[str, str, str]:
    kind = draw(rng, TYPES)
    if kind == "email" and member.email:
        return (
            kind,
            pick(
                rng,
                (member.email, member.email.upper(), f" {member.email.lower()} ", f"mailto:{member.email}"),
            ),
            "",
        )
    if kind == "phone" and member.phone:
        abroad = member.phone.startswith("+") or member.country not in contacts.COUNTRY_CODES
        number = member.phone.replace(" ", pick(rng, (" ", "-", "")))
        return kind, number, "" if abroad else member.country
    if kind == "handle":
        return kind, pick(rng, (f"@{member.handle}", member.handle.upper(), f" @{member.handle} ")), ""
    if kind == "did" and member.did:
        return kind, member.did, ""
    return "account", member.id, ""

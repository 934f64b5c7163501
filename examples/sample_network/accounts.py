"""The two tables of accounts: the network's own, and that of the network it bought in 2019."""

import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from examples.sample_network.files import write_csv
from examples.sample_network.language import draw
from examples.sample_network.people import Member
from examples.sample_network.scene import Scene, iso

OWN = (
    "id", "handle", "display_name", "bio", "email", "phone", "did", "birthday", "birthday_shown",
    "birthday_source", "type", "country", "audience", "state", "joined", "notified", "centre",
)  # fmt: skip
BOUGHT = (
    "account", "nick", "mail", "tel", "born", "born_known", "category", "land", "visible_to", "status",
    "registered_unix", "told_unix", "about", "person",
)  # fmt: skip
_WRONG_DAYS = {"0000-00-00": "2001-02-30", "00.00.0000": "30.02.2001"}
GERMAN_TYPES = {"personal": "privat", "shop": "laden", "association": "verein", "bot": "maschine", "": ""}


def write_accounts(scene: Scene, out: Path) -> None:
    """About 20,200 rows about 20,000 accounts, at full scale; some rows disagree, some are broken."""
    rng = scene.rng("accounts")
    own: list[list[str]] = [list(OWN)]
    bought: list[list[str]] = [list(BOUGHT)]
    for member in scene.members:
        rows = [member]
        if rng.random() < 0.01:
            member.disputed = True
            rows.append(_dispute(rng, member))
        table, make = (bought, _bought_row) if member.migrated else (own, _own_row)
        table.extend(make(row) for row in rows)
        if rng.random() < 0.002:
            table.append(_broken(rng, make(replace(member, id=f"9{member.id}"))))
    write_csv(out / "accounts/accounts.csv", own)
    write_csv(out / "accounts/kiezfunk_members.csv", bought, delimiter=";")


def _dispute(rng: random.Random, member: Member) -> Member:
    """A second row about the same account, left behind by a merge that failed."""
    kind = draw(rng, {"audience": 3, "birthday": 3, "no_birthday": 1, "state": 1, "notified": 1, "same": 1})
    if kind == "audience":
        return replace(member, audience="only_me" if member.audience == "everyone" else "everyone")
    if kind == "birthday" and member.birthday:
        return replace(member, birthday=member.birthday + timedelta(days=rng.randrange(200, 3_000)))
    if kind == "no_birthday":
        return replace(member, birthday=None, shown="")
    if kind == "state":
        return replace(member, state="paused")
    return replace(member, notified=None) if kind == "notified" else member


def _broken(rng: random.Random, row: list[str]) -> list[str]:
    """Too many columns, too few, or a birthday that never was."""
    kind = rng.randrange(3)
    if kind == 0:
        return [*row, "", ""]
    if kind == 1:
        return row[:5]
    wrong = [_WRONG_DAYS.get(re.sub(r"\d", "0", cell), cell) for cell in row]
    return wrong if wrong != row else row[:5]


def _own_row(member: Member) -> list[str]:
    return [
        member.id, member.handle, member.name, member.bio, member.email, member.phone, member.did,
        member.birthday.isoformat() if member.birthday else "", member.shown, member.checked, member.type,
        member.country, member.audience, member.state, iso(member.joined),
        iso(member.notified) if member.notified is not None else "", member.centre,
    ]  # fmt: skip


def _bought_row(member: Member) -> list[str]:
    born = member.birthday.strftime("%d.%m.%Y") if member.birthday else ""
    return [
        member.id, f"@{member.handle}", member.email, member.phone, born, member.shown,
        GERMAN_TYPES[member.type], member.country, member.audience, member.state, str(member.joined),
        str(member.notified) if member.notified is not None else "", member.bio, member.centre,
    ]  # fmt: skip

"""The members of the network."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from examples.sample_network import contacts
from examples.sample_network.language import LANGUAGES, Language, compose, draw, pick

AS_OF = date(2026, 6, 1)
COUNTRIES = {
    "en": {"GB": 68, "IE": 14, "US": 9, "CA": 5, "IN": 4},
    "de": {"DE": 78, "AT": 12, "CH": 10},
    "fr": {"FR": 74, "BE": 13, "CH": 5, "CA": 4, "MA": 4},
    "es": {"ES": 75, "MX": 12, "AR": 8, "US": 5},
    "it": {"IT": 95, "CH": 5},
    "pl": {"PL": 95, "GB": 5},
    "nl": {"NL": 72, "BE": 28},
    "ro": {"RO": 92, "MD": 8},
}
TYPES = {"personal": 93, "shop": 3.5, "association": 2, "bot": 1, "": 0.5}
STATES = {"open": 93.2, "paused": 2, "blocked": 1.4, "closed": 2, "remembrance": 0.7, "": 0.7}
AUDIENCES = {"everyone": 83, "contacts": 8.5, "only_me": 4, "link": 1.5, "": 3}
SHOWN = {"full": 91, "month": 4, "year": 5}
BIRTHS = {"adult": 86, "minor": 6.4, "leap": 0.6, "withheld": 3, "placeholder": 3, "impossible": 1}
NOTICES = {"spring": 91, "recent": 5, "never": 4}


@dataclass(slots=True)
class Member:
    """One account, in the words of the network's own export."""

    id: str
    handle: str
    name: str
    language: str
    country: str
    type: str
    state: str
    audience: str
    birthday: date | None
    shown: str
    """How much of the birthday is known: full, month, year, or nothing."""
    checked: str
    """How the network knows the birthday: said, guessed, document."""
    joined: int
    """Seconds since 1970."""
    notified: int | None
    email: str
    phone: str
    did: str
    bio: str
    weight: int
    """How much this member writes."""
    lower: bool
    """Writes without capitals."""
    emoji: bool
    centre: str = ""
    """Joins the accounts of one person."""
    disputed: bool = False
    """A second row about this account says something else."""

    @property
    def migrated(self) -> bool:
        """Came with the network that was bought in 2019: an id with leading zeros, other columns."""
        return self.id.startswith("0")


def seconds(moment: date) -> int:
    """Midnight UTC of a date, in seconds since 1970."""
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp())


def make_members(seed: int, count: int, languages: dict[str, Language]) -> list[Member]:
    """All accounts, in order of id. Deterministic in seed and count."""
    rng = random.Random(f"{seed}:people")
    numbers = rng.sample(range(10_000_000, 100_000_000), count)
    ids = sorted(f"00{number % 1_000_000:06d}" if rng.random() < 0.12 else str(number) for number in numbers)
    ids = sorted(set(ids)) + [str(100_000_000 + extra) for extra in range(len(ids) - len(set(ids)))]
    numbers_of = {region: contacts.phones(rng, region) for region in contacts.PHONE_RANGES}
    handles: set[str] = set()
    members = [_member(rng, account, languages, handles, numbers_of) for account in ids]
    _link(rng, members)
    return members


def _member(
    rng: random.Random,
    account: str,
    languages: dict[str, Language],
    handles: set[str],
    numbers_of: dict[str, Iterator[str]],
) -> Member:
    language = languages[draw(rng, LANGUAGES)]
    country = draw(rng, COUNTRIES[language.code])
    kind = draw(rng, TYPES)
    first, last = pick(rng, language.first), pick(rng, language.last)
    birthday, shown = _birthday(rng) if kind == "personal" else (None, "")
    joined = _joined(rng, birthday)
    handle = _handle(rng, first, last, birthday, handles)
    email = contacts.address(rng, handle.lower()) if rng.random() < 0.97 else ""
    member = Member(
        id=account,
        handle=handle,
        name=f"{first} {last}",
        language=language.code,
        country=country if rng.random() < 0.985 else "",
        type=kind,
        state=draw(rng, STATES),
        audience=draw(rng, AUDIENCES),
        birthday=birthday,
        shown=shown,
        checked=draw(rng, {"said": 80, "guessed": 12, "document": 8}) if shown else "",
        joined=joined,
        notified=_notified(rng, joined),
        email=email,
        phone=_phone(rng, country, numbers_of),
        did=f"did:example:{rng.getrandbits(60):015x}" if rng.random() < 0.08 else "",
        bio="",
        weight=min(8, int(rng.paretovariate(1.3))),
        lower=rng.random() < 0.14,
        emoji=rng.random() < 0.35,
    )
    if rng.random() < 0.75:
        known = {"email": email or "post@example.org"}
        member.bio = compose(rng, language, pick(rng, language.lines["bio"]), {}, known.__getitem__)
    return member


def _birthday(rng: random.Random) -> tuple[date | None, str]:
    kind = draw(rng, BIRTHS)
    shown = draw(rng, SHOWN)
    if kind == "withheld":
        return None, ""
    if kind == "placeholder":
        return date(1900, 1, 1), "full"
    if kind == "impossible":
        return date(rng.randrange(1880, 1914), rng.randrange(1, 13), 1), "full"
    if kind == "leap":
        return date(pick(rng, (1964, 1972, 1980, 1984, 1988, 1992, 1996, 2000, 2004, 2008)), 2, 29), "full"
    if kind == "minor":
        born = date(2008, 6, 2) + timedelta(days=rng.randrange(1825))
    else:
        born = date(2008, 6, 1) - timedelta(days=int(rng.triangular(0, 24_000, 4_000)))
    if shown == "month":
        return born.replace(day=1), shown
    return (born.replace(month=1, day=1), shown) if shown == "year" else (born, shown)


def _joined(rng: random.Random, birthday: date | None) -> int:
    thirteen = seconds(birthday) + 4_749 * 86_400 if birthday else 0
    earliest = max(seconds(date(2011, 9, 1)), thirteen)
    latest = max(seconds(date(2026, 5, 20)), earliest + 86_400)
    return earliest + int((latest - earliest) * rng.random() ** 1.4)


def _notified(rng: random.Random, joined: int) -> int | None:
    kind = draw(rng, NOTICES)
    if kind == "never":
        return None
    start, days = (date(2026, 3, 10), 46) if kind == "spring" else (date(2026, 5, 4), 26)
    return max(seconds(start) + rng.randrange(days * 86_400), joined + 60)


def _handle(rng: random.Random, first: str, last: str, birthday: date | None, taken: set[str]) -> str:
    first, last = contacts.ascii_only(first), contacts.ascii_only(last)
    year = birthday.year % 100 if birthday else rng.randrange(100)
    shapes = (
        f"{first}_{last}",
        f"{first}{year:02d}",
        f"{first[0]}.{last}",
        f"{last}_{first[:3]}",
        f"{first}.{last}",
    )
    handle = pick(rng, shapes)
    while handle.lower() in taken:
        handle = f"{first}_{last}{rng.randrange(10_000)}"
    taken.add(handle.lower())
    return handle.capitalize() if rng.random() < 0.05 else handle


def _phone(rng: random.Random, country: str, numbers_of: dict[str, Iterator[str]]) -> str:
    if country not in numbers_of or rng.random() < 0.15:
        return ""
    number = next(numbers_of[country], "")
    if number and rng.random() < 0.6:
        return contacts.international(number, country)
    return number


def _link(rng: random.Random, members: list[Member]) -> None:
    """Give about one account in twenty a person, who has two or three, all in one language."""
    people = [member for member in members if member.type == "personal"]
    chosen = rng.sample(people, len(members) // 20)
    centre = 0
    for language in LANGUAGES:
        left = [member for member in chosen if member.language == language]
        while len(left) >= 2:
            centre += 1
            for _ in range(min(len(left), 2 + (rng.random() < 0.2))):
                left.pop().centre = f"centre-{centre:05d}"

"""Canonical tables of a made-up social network: accounts, and batches of records in order of time."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from network.words import LANGUAGES, SHARES, contacts, descriptions, sentences, vocabularies

from schemas.fields import ACCOUNTS, RECORDS

PLATFORM = "network"
_DAY = 86_400_000_000
_OPENED = np.datetime64("2021-01-01", "D").astype(np.int64) * _DAY
_DAYS = 5 * 365
_PRESENT = 1 / 3
"""Share of the accounts that write at all in the weeks of one batch: people come and go."""
_MEDIA = RECORDS.field("media").type.value_type
_METADATA = _MEDIA.field("metadata").type

Indices = npt.NDArray[np.int64]


def account_ids(accounts: int) -> pa.StringArray:
    """Decimal ids of 15 digits, not in any order."""
    return account_ids_of(np.arange(accounts, dtype=np.uint64))


def account_ids_of(numbers: npt.NDArray[np.uint64]) -> pa.StringArray:
    """The ids of some accounts of a network, however many it has."""
    spread = numbers * np.uint64(0x9E3779B97F4A7C15)
    return pa.array((spread % np.uint64(9 * 10**14) + np.uint64(10**14)).astype(str))


def accounts_table(rng: np.random.Generator, accounts: int) -> pa.Table:
    """ACCOUNTS rows: some minors, unknown ages, private and inactive accounts, a tenth of them linked."""

    def pick(values: list[str | None], odds: list[float]) -> pa.Array:
        return pa.array(values, pa.string()).take(pa.array(rng.choice(len(values), accounts, p=odds)))

    number = np.arange(accounts)
    young = rng.random(accounts) < 0.06
    age = np.where(
        young, rng.integers(13, 18, accounts), 18 + (rng.gamma(2.2, 9.0, accounts) % 70).astype(int)
    )
    born = np.datetime64("2026-01-01") - (age * 365.25 + rng.integers(0, 365, accounts)).astype("m8[D]")
    opened = _OPENED + rng.integers(0, _DAYS, accounts) * _DAY
    return pa.table(
        {
            "account_id": account_ids(accounts),
            "platform": pa.array([PLATFORM]).take(pa.array(np.zeros(accounts, np.int64))),
            "person_id": pa.array(
                np.char.add("p", (number // 2).astype(str)), mask=rng.random(accounts) > 0.1
            ),
            "birth_date": pa.array(born.astype("M8[D]"), mask=rng.random(accounts) < 0.03),
            "birth_precision": pick(["day", "month", "year", None], [0.93, 0.03, 0.03, 0.01]),
            "age_assurance": pick(["declared", "verified", None], [0.9, 0.05, 0.05]),
            "kind": pick(["person", "business", "automated"], [0.96, 0.03, 0.01]),
            "region": pick(["FR", "DE", "ES", "PT", "IE", "GB", "US"], [0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1]),
            "visibility": pick(["public", "followers", "private", None], [0.88, 0.07, 0.045, 0.005]),
            "status": pick(["active", "suspended", "deleted"], [0.97, 0.01, 0.02]),
            "created_at": pa.array(opened).cast(ACCOUNTS.field("created_at").type),
            "notified_at": pa.array(
                np.full(accounts, _OPENED + _DAYS * _DAY), mask=rng.random(accounts) < 0.02
            ).cast(ACCOUNTS.field("notified_at").type),
            "identifiers": _identifiers(number),
            "defect": pa.nulls(accounts, ACCOUNTS.field("defect").type),
        },
        ACCOUNTS,
    )


def handle(number: int) -> str:
    """The handle of an account."""
    return f"@member_{number}"


def email(number: int) -> str:
    """The e-mail address of an account."""
    return f"Member.{number}@example.org"


def _identifiers(numbers: Indices) -> pa.Array:
    return pa.array(
        [
            [{"type": "handle", "value": handle(n)}, {"type": "email", "value": email(n)}]
            for n in numbers.tolist()
        ],
        ACCOUNTS.field("identifiers").type,
    )


class Records:
    """Makes batches of RECORDS, each from its own seed, so that their order of making is of no matter."""

    def __init__(self, rows: int, accounts: int, seed: int) -> None:
        self._rows, self._seed = rows, seed
        self._ids = account_ids(accounts)
        rng = np.random.default_rng(seed)
        self._words = vocabularies(rng)
        # A few write much: the most active hundredth of the accounts more than a sixth of all.
        self._activity = rng.lognormal(0, 1.4, accounts)

    def batch(self, start: int, rows: int) -> pa.Table:
        """Rows ``start`` to ``start + rows`` of the network's history."""
        rng = np.random.default_rng((self._seed, start))
        present = self._activity * (rng.random(len(self._activity)) < _PRESENT)
        odds = np.cumsum(present / present.sum())

        def someone(size: int) -> pa.Array:
            found = np.searchsorted(odds, rng.random(size), side="right")
            return self._ids.take(pa.array(np.minimum(found, len(self._ids) - 1)))

        number = np.arange(start, start + rows)
        created = _OPENED + (number * (_DAYS * _DAY // self._rows)) + rng.integers(0, 1_000, rows) * 1_000
        surface = rng.choice(5, rows, p=(0.48, 0.33, 0.13, 0.04, 0.02))
        language = rng.choice(len(LANGUAGES), rows, p=SHARES)

        def pick(values: list[str | None], odds: list[float]) -> pa.Array:
            return pa.array(values, pa.string()).take(pa.array(rng.choice(len(values), rows, p=odds)))

        return pa.table(
            {
                "record_id": pa.array((number * 977 + 10**15).astype(str)),
                "account_id": someone(rows),
                "surface": pa.array(["post", "comment", "photo", "message", "ai_interaction"]).take(
                    pa.array(surface)
                ),
                "created_at": pa.array(created, mask=rng.random(rows) < 0.002).cast(
                    RECORDS.field("created_at").type
                ),
                "visibility": pick(["public", "followers", None], [0.95, 0.045, 0.005]),
                "container_visibility": pick(["none", "public", "private", None], [0.85, 0.1, 0.045, 0.005]),
                "text": self._texts(rng, language, surface),
                "quoted_text": self._quotes(rng, rows),
                "language": pa.array(LANGUAGES).take(pa.array(language)),
                "others": _others(rng, rows, someone),
                "media": self._media(rng, surface == 2),
                "defect": pa.nulls(rows, RECORDS.field("defect").type),
            },
            RECORDS,
        )

    def _texts(self, rng: np.random.Generator, language: Indices, surface: Indices) -> pa.Array:
        lengths = np.clip(rng.lognormal(2.5, 0.7, len(language)), 1, 120).astype(np.int64)
        order, parts = [], []
        for code, name in enumerate(LANGUAGES):
            order.append(np.flatnonzero(language == code))
            parts.append(sentences(rng, self._words[name], lengths[order[-1]]))
        texts = pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(order), kind="stable")))
        reached = rng.random(len(texts)) < 0.1
        told = contacts(rng, int(reached.sum()))
        both = pc.binary_join_element_wise(texts.filter(pa.array(reached)), told, " ")
        texts = pc.replace_with_mask(texts, pa.array(reached), both)
        silent = (surface == 2) & (rng.random(len(texts)) < 0.3)
        return pc.if_else(pa.array(silent), pa.scalar(None, pa.string()), texts)

    def _quotes(self, rng: np.random.Generator, rows: int) -> pa.Array:
        quoting = rng.random(rows) < 0.03
        quoted = sentences(rng, self._words["en"], np.full(int(quoting.sum()), 12))
        return pc.replace_with_mask(pa.nulls(rows, pa.string()), pa.array(quoting), quoted)

    def _media(self, rng: np.random.Generator, pictured: npt.NDArray[np.bool_]) -> pa.Array:
        lengths = np.where(pictured, rng.choice((1, 2), len(pictured), p=(0.8, 0.2)), 0)
        size = int(lengths.sum())
        digests = [rng.bytes(32).hex() for _ in range(size)]

        def sometimes(values: pa.Array, share: float) -> pa.Array:
            return pc.if_else(pa.array(rng.random(size) < share), values, pa.scalar(None, pa.string()))

        automatic = pc.binary_join_element_wise("May be an image of", descriptions(rng, size, 0.05), " ")
        taken = rng.integers(_OPENED, _OPENED + _DAYS * _DAY, size)
        pictures = pa.StructArray.from_arrays(
            [
                pa.array([f"m{digest[:12]}" for digest in digests]),
                pa.array([f"media/{digest[:2]}/{digest[2:14]}.jpg" for digest in digests]),
                pa.array(["image/jpeg"]).take(pa.array(np.zeros(size, np.int64))),
                pa.array(digests),
                sometimes(descriptions(rng, size, 0.05), 0.4),
                sometimes(automatic, 0.4),
                sometimes(descriptions(rng, size, 0.05), 0.2),
                pa.array(taken).cast(_MEDIA.field("taken_at").type),
                _metadata(rng, size),
            ],
            fields=list(_MEDIA),
        )
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
        return pa.ListArray.from_arrays(offsets, pictures, type=RECORDS.field("media").type)


def _others(rng: np.random.Generator, rows: int, someone: Callable[[int], pa.Array]) -> pa.Array:
    """About a quarter of the records answers, quotes or mentions one or two people."""
    lengths = rng.choice(3, rows, p=(0.72, 0.22, 0.06))
    size = int(lengths.sum())
    roles = pa.array(["reply_to", "mention", "quote", "reshare", "tag"])
    elements = pa.StructArray.from_arrays(
        [roles.take(pa.array(rng.choice(5, size, p=(0.5, 0.3, 0.1, 0.07, 0.03)))), someone(size)],
        fields=list(RECORDS.field("others").type.value_type),
    )
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return pa.ListArray.from_arrays(offsets, elements, type=RECORDS.field("others").type)


def _metadata(rng: np.random.Generator, size: int) -> pa.Array:
    """A tenth of the files declares something: a licence, or the age of the youngest person shown."""
    ages = ("AG-UNK", "AG-A25", "AG-A16")
    choices = [
        [],
        [{"property": "dc:rights", "values": ["all rights reserved"], "block": "xmp"}],
        *([{"property": "plus:MinorModelAgeDisclosure", "values": [age], "block": "xmp"}] for age in ages),
    ]
    drawn = rng.choice(len(choices), size, p=(0.9, 0.06, 0.02, 0.015, 0.005))
    return pa.array(choices, _METADATA).take(pa.array(drawn))

"""Builders with defaults: what a test does not mention is an adult's public post, kept by `strict`.

Everything is dated so that the defaults stand as of ``AS_OF``: the author was born in 1990, was told
in April 2025 and wrote in 2024.
"""

import hashlib
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.measure import measure
from schemas.fields import ACCOUNT_FIELDS, ACCOUNTS, RECORD_FIELDS, RECORDS
from schemas.identifiers import PLATFORM_SCOPED, SCHEME, normalise, pseudonym, target_message
from schemas.manifest import MANIFEST_NAME, SourceManifest
from schemas.reviews import REVIEWS
from schemas.snapshots import RegistrySnapshot
from schemas.tables import SNAPSHOT
from schemas.takedowns import seal, takedown_form
from schemas.vocabulary import ALL_PURPOSES, ALL_ROLES, ALL_SURFACES, IdentifierType, TakedownType

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
PLATFORM = "sample"
REGISTRY_KEY = b"registry key of the tests ......"
LINEAGE_KEY = b"lineage key of the tests ......."
TARGET_KEY = b"target key of the tests ........"


def at(text):
    """An instant of UTC: ``at("2024-03-05")``, ``at("2024-03-05T12:30")``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def account(**overrides):
    """An account row: an active person, adult in every sense, public, told long ago."""
    defaults = {
        "account_id": "a1",
        "platform": PLATFORM,
        "person_id": None,
        "birth_date": date(1990, 5, 17),
        "birth_precision": "day",
        "age_assurance": "declared",
        "kind": "person",
        "region": "FR",
        "visibility": "public",
        "status": "active",
        "created_at": at("2015-01-01"),
        "notified_at": at("2025-04-14"),
        "identifiers": [],
        "defect": None,
    }
    return _overridden(defaults, overrides)


def record(**overrides):
    """A record row: a public post of account ``a1``, in no container, naming nobody."""
    defaults = {
        "record_id": "r1",
        "account_id": "a1",
        "surface": "post",
        "created_at": at("2024-03-05T12:00"),
        "visibility": "public",
        "container_visibility": "none",
        "text": "The river was high again this morning.",
        "quoted_text": None,
        "language": "en",
        "others": [],
        "media": [],
        "defect": None,
    }
    return _overridden(defaults, overrides)


def medium(**overrides):
    """A picture of a record, about which nothing is declared."""
    defaults = {
        "media_id": "m1",
        "uri": "media/m1.jpg",
        "mime": "image/jpeg",
        "sha256": "0f" * 32,
        "alt_text": None,
        "auto_alt_text": None,
        "caption": None,
        "taken_at": None,
        "metadata": [],
    }
    return _overridden(defaults, overrides)


def declared(name, *values, block="xmp"):
    """One property of a picture's metadata: ``declared("plus:MinorModelAgeDisclosure", "AG-A15")``."""
    return {"property": name, "values": list(values), "block": block}


def malformed(fields=RECORD_FIELDS, *, file="posts.csv", position=7, field="created_at"):
    """A row that did not conform: nothing but ``defect``. ``fields``: of which table."""
    row = dict.fromkeys(f.name for f in fields)
    return {**row, "defect": {"file": file, "position": position, "field": field}}


def malformed_account(**place):
    """An account row that did not conform."""
    return malformed(ACCOUNT_FIELDS, **{"file": "accounts.csv", "field": "birth_date", **place})


def accounts_table(rows):
    """Account rows as an ACCOUNTS table."""
    return pa.Table.from_pylist(list(rows), schema=ACCOUNTS)


def records_table(rows):
    """Record rows as a RECORDS table."""
    return pa.Table.from_pylist(list(rows), schema=RECORDS)


def reviews_table(rows):
    """Decisions as a REVIEWS table; each at least of a picture and a decision."""
    given = [{"copies": True, "words": None, "rules": None, **row} for row in rows]
    return pa.Table.from_pylist(given, schema=REVIEWS)


def write_canonical(folder, accounts, records, *, row_group_rows=4, files=1):
    """Write a source root below ``folder`` and return it: accounts, records, source.json.

    ``records`` are dealt in order to ``files`` files of about equal length, in row groups of
    ``row_group_rows``; both arguments may be tables or lists of rows.
    """
    root = folder / "canonical"
    accounts = accounts if isinstance(accounts, pa.Table) else accounts_table(accounts)
    records = records if isinstance(records, pa.Table) else records_table(records)
    each = -(-len(records) // files)
    parts = {f"records/part-{n:05d}.parquet": records.slice(n * each, each) for n in range(files)}
    tables = {"accounts/part-00000.parquet": accounts, **parts}
    for path, table in tables.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, root / path, row_group_size=row_group_rows, compression="zstd")
    manifest = SourceManifest(
        platform=PLATFORM,
        description="d0" * 32,
        accounts=("accounts/part-00000.parquet",),
        records=tuple(sorted(parts)),
        numbers=measure(accounts.to_batches(), records.to_batches(), AS_OF),
    )
    (root / MANIFEST_NAME).write_bytes(manifest.to_canonical_json())
    return root


def objection(
    kind="account",
    value="a1",
    *,
    linked=True,
    roles=ALL_ROLES,
    surfaces=ALL_SURFACES,
    purposes=ALL_PURPOSES,
    region=None,
    until=None,
):
    """An objection as the registry is told of it: a target and a scope.

    ``until``: when it was withdrawn by somebody who keeps older content out; None: it holds.
    """
    return {
        "type": kind, "value": value, "linked": linked, "roles": roles, "surfaces": surfaces,
        "purposes": purposes, "region": region, "until": until,
    }  # fmt: skip


def snapshot_of(objections, *, key=REGISTRY_KEY, platform=PLATFORM, event=None, registry_id="registry-1"):
    """The snapshot of a registry that holds exactly these objections (see :func:`objection`)."""
    rows = []
    for given in objections:
        is_takedown = given["type"] in set(TakedownType)
        kind = (TakedownType if is_takedown else IdentifierType)(given["type"])
        normal = (
            takedown_form(kind, given["value"])
            if is_takedown
            else normalise(kind, given["value"], given["region"])
        )
        rows.append({
            "type": kind.value,
            "pseudonym": given.get("pseudonym") or pseudonym(key, target_message(kind, platform, normal)),
            "linked": given["linked"],
            "roles": given["roles"],
            "surfaces": given["surfaces"],
            "purposes": given["purposes"],
            "sealed": seal(TARGET_KEY, kind, platform, normal) if is_takedown else None,
            "until": given.get("until"),
        })  # fmt: skip
    unique = {tuple(row.items()): row for row in rows}.values()
    rows = sorted(unique, key=lambda row: tuple((value is not None, value) for value in row.values()))
    return RegistrySnapshot(
        registry_id=registry_id,
        event=len(rows) if event is None else event,
        root=hashlib.sha256(repr((registry_id, event, rows)).encode()).hexdigest(),
        log_key="optout-registry/" + registry_id,
        key_ids=("registry-0123456789abcdef",),
        scheme=SCHEME,
        objections=pa.Table.from_pylist(rows, schema=SNAPSHOT),
        platforms=(platform,) if any(given["type"] in PLATFORM_SCOPED for given in objections) else (),
    )


def _overridden(defaults, overrides):
    unknown = set(overrides) - set(defaults)
    assert not unknown, f"no such field: {sorted(unknown)}"
    return {**defaults, **overrides}

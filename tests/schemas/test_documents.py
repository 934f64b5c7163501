"""The documents of a version as whole JSON texts: what was published must be readable for ever."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas.documents import (
    AccountCounts,
    ContentDocument,
    Counts,
    EngineRef,
    Envelope,
    Finding,
    ObjectRef,
    Parent,
    Runner,
    SnapshotRef,
    SourceDigests,
)
from schemas.errors import BadInput
from schemas.manifest import SourceManifest, SourceNumbers
from schemas.plans import Counted, KeyRef, Plan, SplitResult, TallyEntry
from schemas.policy import Policy


def sha(pair):
    """A digest one can tell from others: two digits, 32 times."""
    return pair * 32


def ref(pair, size, rows=None):
    return ObjectRef(digest=sha(pair), bytes=size, rows=rows)


def bytes_of(expected):
    """The canonical bytes of a document without floats, by the standard library."""
    return json.dumps(expected, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ACCOUNTS = AccountCounts(rows=7, accounts=5, duplicate_rows=1, defective_rows=1, objected=2)
SNAPSHOT = SnapshotRef(
    registry_id="r-1",
    event=9,
    root=sha("70"),
    log_key="optout-registry/r-1+00112233+AQ==",
    object=ref("5a", 300, 2),
    key_ids=("registry-0011",),
    scheme="1+phonenumbers-9",
)
ENGINE = EngineRef(digest=sha("e0"), parts={"pyarrow": "25.0.1", "code": sha("c0")})
COUNTS = Counts(
    rows=10,
    outcomes={"kept": 6, "removed": 4, "quarantined": 0, "rejected": 0},
    reasons={"kept": 6, "objection": 4},
    surfaces={"post": {"kept": 6, "objection": 3}, "unknown": {"objection": 1}},
    masked={"email": 2},
    pictures={"withheld": 1},
)
FINDING = Finding(
    expectation="expect_column_sum_to_be_between",
    arguments={"column": "share_of_removed", "max_value": 0.5, "rows": "all splits"},
    threshold="quality.release.max_removed_share",
    observed=0.4,
    rows=4,
    of_rows=10,
    success=True,
)

EXPECTED_ACCOUNTS = {"rows": 7, "accounts": 5, "duplicate_rows": 1, "defective_rows": 1, "objected": 2}
EXPECTED_SNAPSHOT = {
    "registry_id": "r-1", "event": 9, "key_ids": ["registry-0011"], "scheme": "1+phonenumbers-9",
    "root": sha("70"), "log_key": "optout-registry/r-1+00112233+AQ==",
    "object": {"digest": sha("5a"), "bytes": 300, "rows": 2},
}  # fmt: skip
EXPECTED_ENGINE = {"digest": sha("e0"), "parts": {"pyarrow": "25.0.1", "code": sha("c0")}}
EXPECTED_FINDING = {
    "expectation": "expect_column_sum_to_be_between",
    "arguments": {"column": "share_of_removed", "max_value": 0.5, "rows": "all splits"},
    "threshold": "quality.release.max_removed_share",
    "observed": 0.4,
    "rows": 4,
    "of_rows": 10,
    "success": True,
}

CONTENT = ContentDocument(
    as_of=AS_OF,
    source=SourceDigests(platform="sample", description=sha("d0"), accounts=sha("a0"), splits=sha("b0")),
    accounts=ACCOUNTS,
    policy=ref("10", 900),
    snapshot=SNAPSHOT,
    packs=ref("11", 800),
    rules=("declared/plus", "captions/child"),
    engine=ENGINE,
    keys={"registry": "registry-0011", "lineage": "lineage-0022"},
    eligibility=ref("12", 700, 5),
    reviews=ref("19", 60, 1),
    splits=ref("13", 600, 3),
    profile=ref("14", 500, 3),
    shards=ref("15", 400, 2),
    counts=COUNTS,
    quality=(FINDING,),
)
EXPECTED_CONTENT = {
    "format": 1,
    "as_of": "2026-06-01T00:00:00Z",
    "source": {
        "platform": "sample", "description": sha("d0"), "accounts": sha("a0"), "splits": sha("b0"),
    },
    "accounts": EXPECTED_ACCOUNTS,
    "policy": {"digest": sha("10"), "bytes": 900, "rows": None},
    "snapshot": EXPECTED_SNAPSHOT,
    "packs": {"digest": sha("11"), "bytes": 800, "rows": None},
    "rules": ["declared/plus", "captions/child"],
    "engine": EXPECTED_ENGINE,
    "keys": {"registry": "registry-0011", "lineage": "lineage-0022"},
    "eligibility": {"digest": sha("12"), "bytes": 700, "rows": 5},
    "reviews": {"digest": sha("19"), "bytes": 60, "rows": 1},
    "splits": {"digest": sha("13"), "bytes": 600, "rows": 3},
    "profile": {"digest": sha("14"), "bytes": 500, "rows": 3},
    "shards": {"digest": sha("15"), "bytes": 400, "rows": 2},
    "counts": {
        "rows": 10,
        "outcomes": {"kept": 6, "removed": 4, "quarantined": 0, "rejected": 0},
        "reasons": {"kept": 6, "objection": 4},
        "surfaces": {"post": {"kept": 6, "objection": 3}, "unknown": {"objection": 1}},
        "masked": {"email": 2},
        "pictures": {"withheld": 1},
    },
    "quality": [EXPECTED_FINDING],
}  # fmt: skip

ENVELOPE = Envelope(
    number=2,
    kind="publish",
    parent=Parent(number=1, envelope=sha("01")),
    published_at=datetime(2026, 6, 2, 10, 30, 0, 250000, tzinfo=UTC),
    content=ref("20", 1000),
    shards=ref("15", 400, 2),
    observed=ref("21", 100, 2),
    queued=ref("22", 110, 4),
    runner=Runner(
        name="direct",
        started_at=datetime(2026, 6, 2, 10, 0, tzinfo=UTC),
        finished_at=datetime(2026, 6, 2, 10, 30, tzinfo=UTC),
        splits_computed=1,
        splits_reused=2,
    ),
    relative=(FINDING,),
    newly_usable=3,
    accepted_by="Maïté O'Neill",
)
EXPECTED_ENVELOPE = {
    "format": 1,
    "number": 2,
    "kind": "publish",
    "parent": {"number": 1, "envelope": sha("01")},
    "published_at": "2026-06-02T10:30:00.250000Z",
    "content": {"digest": sha("20"), "bytes": 1000, "rows": None},
    "shards": {"digest": sha("15"), "bytes": 400, "rows": 2},
    "observed": {"digest": sha("21"), "bytes": 100, "rows": 2},
    "queued": {"digest": sha("22"), "bytes": 110, "rows": 4},
    "runner": {
        "name": "direct",
        "started_at": "2026-06-02T10:00:00Z",
        "finished_at": "2026-06-02T10:30:00Z",
        "splits_computed": 1,
        "splits_reused": 2,
    },
    "relative": [EXPECTED_FINDING],
    "newly_usable": 3,
    "accepted_by": "Maïté O'Neill",
}
EXPECTED_ENVELOPE["seal"] = hashlib.sha256(bytes_of(EXPECTED_ENVELOPE)).hexdigest()

PLAN = Plan(
    as_of=AS_OF,
    started_at=datetime(2026, 6, 2, 10, 0, tzinfo=UTC),
    corpus="s3://bucket/corpus",
    source="s3://bucket/canonical",
    platform="sample",
    description=sha("d0"),
    accounts_digest=sha("a0"),
    accounts=ACCOUNTS,
    policy=Policy(preset="strict"),
    policy_object=ref("10", 900),
    packs=ref("11", 800),
    rules=("declared/plus",),
    snapshot=SNAPSHOT,
    lineage_key=KeyRef(id="lineage-0022", reference="env:LINEAGE_KEY"),
    engine=ENGINE,
    eligibility=ref("12", 700, 5),
    lookup=sha("16"),
    takedown=sha("18"),
    reviews=ref("19", 60, 1),
    splits=3,
    planned=sha("17"),
    reused=2,
    observed=ref("21", 100, 2),
    parent=None,
    quality=(),
)
EXPECTED_PLAN = {
    "format": 1,
    "as_of": "2026-06-01T00:00:00Z",
    "started_at": "2026-06-02T10:00:00Z",
    "corpus": "s3://bucket/corpus",
    "source": "s3://bucket/canonical",
    "platform": "sample",
    "description": sha("d0"),
    "accounts_digest": sha("a0"),
    "accounts": EXPECTED_ACCOUNTS,
    "policy": "compared by itself",
    "policy_object": {"digest": sha("10"), "bytes": 900, "rows": None},
    "packs": {"digest": sha("11"), "bytes": 800, "rows": None},
    "rules": ["declared/plus"],
    "snapshot": EXPECTED_SNAPSHOT,
    "lineage_key": {"id": "lineage-0022", "reference": "env:LINEAGE_KEY"},
    "engine": EXPECTED_ENGINE,
    "eligibility": {"digest": sha("12"), "bytes": 700, "rows": 5},
    "lookup": sha("16"),
    "takedown": sha("18"),
    "reviews": {"digest": sha("19"), "bytes": 60, "rows": 1},
    "splits": 3,
    "planned": sha("17"),
    "carried": 0,
    "reused": 2,
    "observed": {"digest": sha("21"), "bytes": 100, "rows": 2},
    "parent": None,
    "quality": [],
}

RESULT = SplitResult(
    split_key=sha("31"),
    split_digest=sha("32"),
    rows=3,
    shard=None,
    ledger=ref("33", 40, 3),
    footprint=ref("34", 50, 1),
    queue=ref("35", 70, 2),
    tally=(TallyEntry(surface="post", reason=4, rows=3),),
    masked=(),
    pictures=(Counted(name="withheld", count=2),),
)
EXPECTED_RESULT = {
    "split_key": sha("31"),
    "split_digest": sha("32"),
    "rows": 3,
    "shard": None,
    "ledger": {"digest": sha("33"), "bytes": 40, "rows": 3},
    "footprint": {"digest": sha("34"), "bytes": 50, "rows": 1},
    "queue": {"digest": sha("35"), "bytes": 70, "rows": 2},
    "tally": [{"surface": "post", "reason": 4, "rows": 3}],
    "masked": [],
    "pictures": [{"name": "withheld", "count": 2}],
}

NUMBERS = {
    name: number
    for number, name in enumerate([
        "records", "malformed_records", "duplicate_records", "implausible_dates", "unknown_visibility",
        "unmatched_authors", "accounts", "malformed_accounts", "duplicate_accounts", "unknown_births",
        "unknown_values",
    ])
}  # fmt: skip
MANIFEST = SourceManifest(
    platform="sample",
    description=sha("d0"),
    accounts=("accounts/a.parquet",),
    records=("records/é.parquet",),
    numbers=SourceNumbers(**NUMBERS),
)
EXPECTED_MANIFEST = {
    "format": 1,
    "platform": "sample",
    "description": sha("d0"),
    "accounts": ["accounts/a.parquet"],
    "records": ["records/é.parquet"],
    "numbers": NUMBERS,
}

DOCUMENTS = {
    "content": (CONTENT, EXPECTED_CONTENT),
    "envelope": (ENVELOPE, EXPECTED_ENVELOPE),
    "result": (RESULT, EXPECTED_RESULT),
    "manifest": (MANIFEST, EXPECTED_MANIFEST),
}


@pytest.mark.parametrize(("document", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_exactly_these_bytes(document, expected):
    assert document.to_canonical_json() == bytes_of(expected)
    assert document.content_digest() == hashlib.sha256(bytes_of(expected)).hexdigest()


def test_a_plan_is_exactly_this_and_holds_no_key():
    written = json.loads(PLAN.to_canonical_json())
    # shares of the thresholds are floats, which the standard library writes in another form
    assert written["policy"] == Policy(preset="strict").model_dump(mode="json")
    assert written | {"policy": "compared by itself"} == EXPECTED_PLAN


@pytest.mark.parametrize(
    "document", [CONTENT, ENVELOPE, PLAN, RESULT, MANIFEST], ids=lambda document: type(document).__name__
)
def test_a_document_read_back_is_the_same(document):
    again = type(document).parse(document.to_canonical_json(), "document")
    assert again == document
    assert again.to_canonical_json() == document.to_canonical_json()


def test_the_order_in_which_a_document_was_put_together_does_not_count():
    turned = COUNTS.model_copy(update={"outcomes": dict(reversed(COUNTS.outcomes.items()))})
    assert turned.to_canonical_json() == COUNTS.to_canonical_json()


@pytest.mark.parametrize("field", sorted(EXPECTED_ENVELOPE))
def test_an_envelope_with_a_changed_field_is_refused(field):
    changed = {"format": 2, "number": 3, "kind": "withdraw", "published_at": "2026-06-02T10:30:00Z",
               "seal": sha("ff"), "relative": []}  # fmt: skip
    text = json.dumps(EXPECTED_ENVELOPE | {field: changed.get(field)}).encode()
    with pytest.raises(BadInput, match=r"versions/2\.json"):
        Envelope.parse(text, "versions/2.json")


OUTSIDE = {
    "an instant without zone": {"published_at": "2026-06-02T10:30:00"},
    "an instant of another zone": {"published_at": "2026-06-02T12:30:00+02:00"},
    "an unknown kind": {"kind": "published"},
    "number 0": {"number": 0},
    "a digest in capitals": {"parent": {"number": 1, "envelope": sha("AB")}},
    "an address in place of a name": {"accepted_by": "maite@example.org"},
    "a number in place of a name": {"accepted_by": "+33612345678"},
    "a name of two lines": {"accepted_by": "Maïté\n"},
    "no name": {"accepted_by": ""},
    "a key nobody knows": {"note": "…"},
}


@pytest.mark.parametrize("change", OUTSIDE.values(), ids=OUTSIDE)
def test_what_an_envelope_cannot_say_is_refused(change):
    unsealed = {name: value for name, value in EXPECTED_ENVELOPE.items() if name != "seal"}
    assert Envelope.parse(json.dumps(unsealed).encode(), "envelope") == ENVELOPE
    with pytest.raises(BadInput) as caught:
        Envelope.parse(json.dumps(unsealed | change).encode(), "envelope")
    assert next(iter(change)) in str(caught.value)


def test_an_instant_is_written_in_utc():
    paris = timezone(timedelta(hours=2))
    with pytest.raises(ValueError, match="UTC"):
        CONTENT.model_validate(CONTENT.model_dump() | {"as_of": datetime(2026, 6, 1, tzinfo=paris)})


def test_nothing_of_a_document_can_be_assigned():
    with pytest.raises(ValueError, match="frozen"):
        ENVELOPE.number = 3

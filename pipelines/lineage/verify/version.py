"""``verify``: one version, from the chain down to every row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.keys import Key
from pipelines.lineage.verify.accounts import Terms, check_states, derive_accounts
from pipelines.lineage.verify.chain import (
    check_chain,
    check_change,
    is_known_before,
    version_before,
    version_of,
)
from pipelines.lineage.verify.document import Held, check_document
from pipelines.lineage.verify.faults import Faults, Report
from pipelines.lineage.verify.judge import load_policy
from pipelines.lineage.verify.objects import Objects
from pipelines.lineage.verify.parts import Part, check_part
from pipelines.lineage.verify.review_log import ReviewLog, check_log
from pipelines.lineage.verify.reviews import check_decisions, check_waiting, load_reviews
from pipelines.lineage.verify.rows import check_rows
from pipelines.lineage.verify.session import open_session
from pipelines.lineage.verify.snapshots import under_further_keys
from pipelines.lineage.verify.source import Source, open_source, read_accounts
from pipelines.lineage.verify.sources import check_source
from pipelines.lineage.verify.takedowns import derive_takedowns
from schemas.errors import ConfigurationError
from schemas.identifiers import SCHEME
from schemas.policy import Policy
from schemas.pseudonyms import Keychain
from schemas.release import release_schema
from schemas.reviews import REVIEWS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.corpus.store import Store
    from schemas.documents import ContentDocument
    from schemas.snapshots import RegistrySnapshot


@dataclass(frozen=True)
class Evidence:
    """What a version is derived from again."""

    root: Path
    """The source root: canonical tables and source.json."""
    registry_keys: Keychain
    lineage_key: Key
    registry: "Callable[[int], RegistrySnapshot] | None" = None
    """The registry's own snapshot at an event number; None: the version's is taken as given."""
    target_key: Callable[[], bytes] | None = None
    """The key that opens takedowns; asked for where there are some."""
    reviews: ReviewLog | None = None
    """The log of reviews; None: decisions of persons are taken as given."""


@dataclass(frozen=True)
class Verified:
    """The report, and what else there is to say."""

    report: Report
    number: int | None
    notes: tuple[str, ...]


def verify(
    store: "Store",
    number: int | None,
    evidence: Evidence | None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Verified:
    """Check version ``number`` (None: the latest), and the whole chain.

    Without ``evidence`` only the structure is checked: digests, references, forms and counts.
    ``progress`` is told how many splits of how many are done.

    Raises:
        ConfigurationError: no such version, or keys that did not make it. BadInput: no such source.
    """
    faults = Faults()
    objects = Objects(store, faults)
    envelopes = check_chain(store, faults)
    objects.counts["envelopes"] = len(envelopes)
    envelope = version_of(envelopes, number, faults.all())
    held = None
    if envelope is not None:
        check_change(envelope, envelopes, faults)
        held = check_document(envelope, objects)
    queue: list[pa.Table] | None = None
    if held is not None and held.policy is not None and held.splits is not None:
        queue = _check_splits(held, held.policy, objects, evidence, progress)
    if envelope is not None and held is not None and evidence is not None and evidence.reviews is not None:
        check_log(evidence.reviews, held, envelope, objects)
    if envelope is not None and held is not None and is_known_before(envelope, envelopes):
        before = version_before(envelope, envelopes)
        check_decisions(held, envelope, before, objects)
        if queue is not None:
            check_waiting(queue, envelope, before, objects)
    found = faults.all()
    report = Report(ok=not found, checked=dict(objects.counts), findings=found)
    return Verified(report, envelope.number if envelope else None, _notes(evidence))


def _check_splits(
    held: Held,
    policy: Policy,
    objects: Objects,
    evidence: Evidence | None,
    progress: Callable[[int, int], None],
) -> list[pa.Table] | None:
    """Check every split; the parts of the queue, None if one of them cannot be read."""
    schema = release_schema(policy.release.columns)
    splits, queue = held.splits or [], []
    with open_session() as session:
        load_reviews(session, REVIEWS.empty_table() if held.reviews is None else held.reviews)
        derived = _derive(session, held, policy, objects, evidence) if evidence is not None else None
        for done, split in enumerate(splits):
            progress(done, len(splits))
            part = check_part(session, objects, split, schema, held.content.rules)
            objects.counts["splits"] += 1
            if part is not None:
                queue.append(part.queue)
            if part is not None and derived is not None:
                source, terms = derived
                objects.faults.absorb(check_rows(session, source, split, part, terms))
                _count(objects, part)
    progress(len(splits), len(splits))
    return queue if len(queue) == len(splits) else None


def _derive(
    session: "DuckDBPyConnection", held: Held, policy: Policy, objects: Objects, evidence: Evidence
) -> tuple[Source, Terms] | None:
    content = held.content
    _check_keys(content, evidence)
    source = open_source(evidence.root)
    accounts, digest = read_accounts(source)
    check_source(source, digest, held, objects.faults)
    if held.snapshot is None or held.reviews is None:
        return None
    if evidence.registry is not None:
        # Since it was taken the key may have been rotated: its pseudonyms are under the first keys only.
        further = evidence.registry_keys.secrets[len(content.snapshot.key_ids) :]
        now = under_further_keys(session, held.snapshot, further)
        _check_snapshot(evidence.registry(content.snapshot.event), now, held, objects)
    keys = evidence.registry_keys.secrets[: len(content.snapshot.key_ids)], evidence.lineage_key.secret
    screening = {
        "policy": policy.screening_digest(),
        "packs": content.packs.digest,
        "key": evidence.lineage_key.id,
        "platform": source.manifest.platform,
        "engine": content.engine.digest,
    }
    terms = Terms(content.as_of, policy, source.manifest.platform, *keys, screening, held.reviews)
    derive_takedowns(session, held.snapshot, terms, evidence.target_key, objects.faults)
    counts = derive_accounts(session, accounts, held.snapshot, terms, objects.faults)
    objects.counts["accounts"] = counts.accounts
    if counts != content.accounts:
        told = content.accounts.model_dump()
        objects.faults.add("accounts", "accounts", 2, expected=f"{counts.model_dump()}", found=f"{told}")
    if held.eligibility is not None:
        check_states(session, held.eligibility, terms, objects.faults)
    load_policy(session, policy)
    return source, terms


def _check_keys(content: "ContentDocument", evidence: Evidence) -> None:
    told = content.snapshot.key_ids
    for purpose, built_with, found in (
        ("registry", told, evidence.registry_keys.ids[: len(told)]),
        ("lineage", (content.keys.get("lineage"),), (evidence.lineage_key.id,)),
    ):
        if built_with != found:
            raise ConfigurationError(
                f"{purpose} key",
                expected=f"the key the version was built with, {_in_order(built_with)}",
                found=_in_order(found),
                remedy="point keys in optout.yaml at it, or check what needs no key with --structure-only",
            )
    if content.snapshot.scheme != SCHEME:
        raise ConfigurationError(
            "normal form of identifiers",
            expected=f"scheme {content.snapshot.scheme}, which the version was built with",
            found=f"scheme {SCHEME}",
            remedy="verify with the release of optout that built the version",
        )


def _in_order(key_ids: Sequence[str | None]) -> str:
    return ", then ".join(f"{key_id}" for key_id in key_ids)


def _check_snapshot(registry: "RegistrySnapshot", now: pa.Table, held: Held, objects: Objects) -> None:
    """Compare the registry with what the version's snapshot is under the registry's keys of now."""
    ref = held.content.snapshot
    name = objects.store.object_name("lineage", ref.object.digest, "parquet")
    if registry.registry_id != ref.registry_id:
        words = f"registry {registry.registry_id}"
        objects.faults.add("snapshot", name, 6, expected=words, found=f"registry {ref.registry_id}")
    elif (registry.root, registry.log_key) != (ref.root, ref.log_key):
        words = f"the log of the registry up to event {ref.event}, root {registry.root[:12]}"
        objects.faults.add("snapshot", name, 6, expected=words, found=f"another log, root {ref.root[:12]}")
    elif not registry.was(now):
        objects.faults.add(
            "snapshot", name, 6,
            expected=f"the {len(registry.objections)} objections of the registry at event {ref.event}",
            found=f"{len(now)} objections, not the same",
        )  # fmt: skip


def _count(objects: Objects, part: Part) -> None:
    objects.counts["rows"] += len(part.ledger)
    objects.counts["shard_rows"] += len(part.shard) if part.shard is not None else 0


def _notes(evidence: Evidence | None) -> tuple[str, ...]:
    notes = []
    if evidence is None:
        notes.append(
            "structure only: that the rows follow from source, registry, reviews and policy was not checked"
        )
        return tuple(notes)
    if evidence.registry is None:
        notes.append("the registry was not opened: the version's snapshot of it was taken as given")
    if evidence.reviews is None:
        notes.append("the log of reviews was not opened: decisions of persons were taken as given")
    return tuple(notes)

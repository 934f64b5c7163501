"""What must hold of registry, reviews and accounts before anything is planned; BadInput says what not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from pipelines.corpus.chain import Version, read_object_table
from pipelines.corpus.store import Store
from schemas.documents import AccountCounts
from schemas.errors import BadInput
from schemas.identifier_columns import digest_array
from schemas.policy import RegistryPolicy
from schemas.pseudonyms import pseudonyms
from schemas.reviews import REVIEWS, refused_pictures
from schemas.snapshots import RegistrySnapshot
from schemas.sorted_rows import BATCH_ROWS, sorted_rows
from schemas.tables import SNAPSHOT


def check_registry(
    snapshot: RegistrySnapshot, parent: Version | None, policy: RegistryPolicy, now: datetime
) -> None:
    """Law 2: a registry that is unexpectedly empty, stale, another one, or rolled back stops the build."""
    if not len(snapshot.objections) and not policy.allow_empty:
        raise BadInput(
            "registry",
            expected="at least one live objection",
            found="none",
            remedy="import the objections; if there are none, set registry.allow_empty: true in the policy",
        )
    _check_fresh(snapshot, policy, now)
    if parent is None:
        return
    used = parent.content.snapshot
    if snapshot.registry_id != used.registry_id:
        raise BadInput(
            "registry",
            expected=f"registry {used.registry_id}, which version {parent.number} was built with",
            found=f"registry {snapshot.registry_id}",
            remedy="point registry in optout.yaml at the registry in use",
        )
    if snapshot.event < used.event:
        raise BadInput(
            "registry",
            expected=f"event {used.event} or later, which version {parent.number} was built with",
            found=f"event {snapshot.event}: the registry was rolled back",
            remedy="restore the newer copy: objections made since would be lost",
        )
    if snapshot.log_key != used.log_key:
        raise BadInput(
            "registry",
            expected=f"a log signed by {used.log_key}, as for version {parent.number}",
            found=f"one signed by {snapshot.log_key}",
            remedy="restore registry and log key from one backup: the log was made anew",
        )
    if snapshot.key_ids[: len(used.key_ids)] != used.key_ids:
        raise BadInput(
            "registry",
            expected=f"pseudonyms under {', then '.join(used.key_ids)}, as for version {parent.number}",
            found=", then ".join(snapshot.key_ids),
            remedy="restore the newer copy of the registry: its key was rotated since",
        )


def check_parent(
    store: Store,
    snapshot: RegistrySnapshot,
    registry: Callable[[int | None], RegistrySnapshot],
    parent: Version,
    keys: Sequence[bytes],
) -> None:
    """Law 2: a registry that was rolled back and has gone on since stops the build.

    ``registry``: the same one as it stood at an earlier event. ``keys``: those of its pseudonyms. If the key
    was rotated since, the parent's are under the first of them only: the others are applied before comparing.
    """
    used = parent.content.snapshot
    earlier = snapshot if snapshot.event == used.event else registry(used.event)
    held = read_object_table(store, used.object, SNAPSHOT)
    if earlier.root != used.root or not earlier.was(_under_all(held, used.key_ids, keys)):
        raise BadInput(
            "registry",
            expected=f"the objections of version {parent.number} at event {used.event}",
            found="others: the registry was rolled back, and has gone on since",
            remedy="restore the newer copy, and enter again what came in after it: objections would be lost",
        )


def check_reviews(store: Store, decided: pa.Table, parent: Version | None, lineage_key: str) -> None:
    """Law 2: a log of reviews that lost refusals, or decisions that name nothing any more, stop the build.

    ``decided`` is a REVIEWS table. A refusal is for good: without it, copies of a refused picture that no
    rule suspects would be kept. ``lineage_key``: the id of the key under which pictures have their names.
    """
    if parent is None:
        return
    before = read_object_table(store, parent.content.reviews, REVIEWS)
    named_under = parent.content.keys["lineage"]
    if named_under != lineage_key and (parent.envelope.queued or len(before) or len(decided)):
        raise BadInput(
            "reviews",
            expected=f"pictures named under lineage key {named_under}, as in version {parent.number}",
            found=f"lineage key {lineage_key}, under which nobody knows them: not since when they wait, nor "
            "what was decided",
            remedy="point keys.lineage in optout.yaml at that key",
        )
    missing = refused_pictures(before) - refused_pictures(decided)
    if missing:
        raise BadInput(
            "log of reviews",
            expected=f"every refusal of version {parent.number}: none is ever taken back",
            found=f"{len(missing)} that are missing",
            remedy="restore the file that reviews in optout.yaml names, and decide again what came after it",
        )


def _check_fresh(snapshot: RegistrySnapshot, policy: RegistryPolicy, now: datetime) -> None:
    days = policy.max_quiet_days
    if not snapshot.event or days is None:
        return
    last = snapshot.recorded_at
    if last is None or now - last > timedelta(days=days):
        raise BadInput(
            "registry",
            expected=f"an event of the last {days} days",
            found="none whose time is known" if last is None else f"the last one of {last:%Y-%m-%d}",
            remedy="point registry in optout.yaml at the one that is written to, and look at its door; "
            "if nobody objected since, set registry.max_quiet_days in the policy",
        )


def _under_all(held: pa.Table, key_ids: Sequence[str], keys: Sequence[bytes]) -> pa.Table:
    """A SNAPSHOT table under the first keys, after the others were applied: sorted as such a table is."""
    further = keys[len(key_ids) :]
    if not further:
        return held
    place = SNAPSHOT.get_field_index("pseudonym")

    def made() -> Iterator[pa.RecordBatch]:
        for batch in held.to_batches(max_chunksize=BATCH_ROWS):
            digests = pseudonyms(further, b"", batch.column(place).to_pylist())
            yield batch.set_column(place, SNAPSHOT.field(place), digest_array(digests))

    return sorted_rows(made(), SNAPSHOT)


def check_platforms(snapshot: RegistrySnapshot, platform: str, policy: RegistryPolicy) -> None:
    """An objection under another name of the platform hits nobody, and nobody would notice."""
    known = {platform, *policy.other_platforms}
    strange = [name for name in snapshot.platforms if name not in known]
    if strange:
        raise BadInput(
            "registry",
            expected=f"account ids and handles of {platform}, the platform of the source",
            found=f"also some of {', '.join(strange)}",
            remedy="write platform in source.yaml as it was when they were registered, then `optout ingest`; "
            "if it serves other sources, too, name their platforms in registry.other_platforms of the policy",
        )


def check_accounts(counts: AccountCounts) -> None:
    """Without accounts nobody's age is known."""
    if not counts.accounts:
        raise BadInput(
            "accounts",
            expected="at least one account",
            found=f"none in {counts.rows} rows ({counts.defective_rows} malformed)",
            remedy="check the accounts mapping in source.yaml: without accounts nobody's age is known",
        )

"""The chain of envelopes: what exists, in which order, and that nobody changed it (law 4)."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.corpus.objects import Suffix, Zone, object_name, open_object, read_object
from schemas.documents import ContentDocument, Envelope, ObjectRef, Parent
from schemas.errors import BadInput, ConfigurationError, LostRace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from pipelines.corpus.store import Store

_ENTRY = re.compile(r"versions/(\d{8})\.json")
_RESTORE = "restore versions/ from a backup: nothing published is ever edited"


@dataclass(frozen=True)
class Version:
    """A published version: its entry in the chain and its content document."""

    envelope: Envelope
    envelope_digest: str
    content: ContentDocument

    @property
    def number(self) -> int:
        """Its number in the chain."""
        return self.envelope.number


def entry_name(number: int) -> str:
    """The name of an entry: ``versions/00000001.json``."""
    return f"versions/{number:08d}.json"


def parent_of(entry: Envelope) -> Parent:
    """How the next entry names ``entry``, which comes from the chain."""
    return Parent(number=entry.number, envelope=entry.content_digest())


def read_chain(store: "Store") -> tuple[Envelope, ...]:
    """Every entry from the first, verified: numbers without a gap, seals, digests of parents.

    Raises:
        BadInput: names the entry that is missing, changed or not ours.
    """
    chain: list[Envelope] = []
    for number, stored in enumerate(store.list("versions"), start=1):
        match = _ENTRY.fullmatch(stored.name)
        if match is None:
            raise BadInput(
                stored.name,
                expected="nothing but entries of the chain in versions/",
                found="a file of another name",
                remedy="move it elsewhere",
            )
        if int(match[1]) != number:
            raise BadInput(
                entry_name(number),
                expected="entries numbered from 1 without a gap",
                found=f"{stored.name} without it",
                remedy=_RESTORE,
            )
        entry = _parse_entry(store.read(stored.name), number)
        _check_parent(entry, chain[-1] if chain else None)
        chain.append(entry)
    return tuple(chain)


def find_entry(chain: "Sequence[Envelope]", number: int | None) -> Envelope:
    """The published version ``number`` of a chain, by default the latest.

    Raises:
        ConfigurationError: there is none of that number; the error names those there are.
    """
    published = {entry.number: entry for entry in chain if entry.kind == "publish"}
    found = published.get(max(published, default=0) if number is None else number)
    if found is None:
        numbers = ", ".join(str(existing) for existing in published)
        raise ConfigurationError(
            "version" if number is None else f"version {number}",
            expected=f"one of {numbers}" if published else "a published version",
            found="none of that number" if published else "an empty corpus",
            remedy="`optout versions` lists them" if published else "run `optout build`",
        )
    return found


def latest_version(store: "Store") -> Version | None:
    """The version published last; None in an empty corpus."""
    published = [entry for entry in read_chain(store) if entry.kind == "publish"]
    return load_entry(store, published[-1]) if published else None


def load_version(store: "Store", number: int | None = None) -> Version:
    """A published version by number, by default the latest. The whole chain is verified first.

    Raises:
        ConfigurationError: no such version. BadInput: the chain or the content document is damaged.
    """
    return load_entry(store, find_entry(read_chain(store), number))


def load_entry(store: "Store", entry: Envelope) -> Version:
    """The version that an entry of a verified chain publishes.

    Raises:
        BadInput: its content document is missing or damaged.
    """
    name = entry_name(entry.number)
    if entry.content is None:
        raise BadInput(name, expected="a content document", found="none", remedy=_RESTORE)
    data = read_object(store, "lineage", entry.content, "json")
    content = ContentDocument.parse(data, object_name("lineage", entry.content.digest, "json"))
    if entry.shards != content.shards:
        raise BadInput(
            name,
            expected="the list of shards that the content document names",
            found="another one",
            remedy=_RESTORE,
        )
    return Version(entry, entry.content_digest(), content)


def publish(store: "Store", envelope: Envelope) -> Envelope:
    """Append an entry, the one write that makes a version exist; returns the entry that stands.

    Publishing the same plan again changes nothing: who was killed right after this may run again.

    Raises:
        LostRace: somebody else's entry has the number. BadInput: what the entry follows or names
            is not in the store.
    """
    name, data = entry_name(envelope.number), envelope.to_canonical_json()
    if not store.exists(name):
        before = envelope.number - 1
        _check_parent(envelope, _parse_entry(store.read(entry_name(before)), before) if before else None)
        _check_references(store, envelope)
    if store.create(name, data):
        return envelope
    standing = _parse_entry(store.read(name), envelope.number)
    if standing != envelope and not _of_one_plan(standing, envelope):
        raise LostRace(
            f"version {envelope.number}",
            expected="a number that nobody has taken",
            found="another build published it first",
            remedy="run `optout build` again: it follows that version, and finished splits are reused",
        )
    return standing


def read_splits(store: "Store", version: Version) -> "pa.Table":
    """The splits of a version in order: a SPLITS table."""
    from schemas.tables import SPLITS

    return read_object_table(store, version.content.splits, SPLITS)


def read_object_table(
    store: "Store", ref: ObjectRef, schema: "pa.Schema", zone: Zone = "lineage"
) -> "pa.Table":
    """A table of the corpus, checked against the reference that led to it and the schema it must have.

    A large one comes to lie in a file (schemas.spill) and not in memory.

    Raises:
        BadInput: missing, changed, not a Parquet table of that schema and number of rows; or a disk is full.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from schemas.spill import MEMORY_ROWS, kept

    is_large = ref.rows is not None and ref.rows > MEMORY_ROWS
    try:
        # Not read_table: it makes a dataset first, and takes twice as long.
        if is_large:
            file = pq.ParquetFile(open_object(store, zone, ref, "parquet"))
            table = kept(file.iter_batches(), file.schema_arrow)
        else:
            table = pq.ParquetFile(pa.BufferReader(read_object(store, zone, ref, "parquet"))).read()
    except (pa.ArrowException, OSError) as error:
        raise _not_a_table(zone, ref, schema, type(error).__name__) from error
    if not table.schema.equals(schema):
        raise _not_a_table(zone, ref, schema, f"the columns {', '.join(table.schema.names)}, or other types")
    if ref.rows is not None and len(table) != ref.rows:
        raise _not_a_table(zone, ref, schema, f"{len(table)} rows where {ref.rows} were promised")
    return table


def _parse_entry(data: bytes, number: int) -> Envelope:
    name = entry_name(number)
    entry = Envelope.parse(data, name)
    # An entry without its seal, or written in another way, has other bytes.
    if entry.to_canonical_json() != data or entry.number != number:
        raise BadInput(
            name,
            expected=f"entry {number} as it was published, with its seal",
            found="bytes that were changed afterwards",
            remedy=_RESTORE,
        )
    return entry


def _of_one_plan(one: Envelope, other: Envelope) -> bool:
    """Whether two entries publish what one plan made; they may differ in when they did."""
    if one.runner is None or other.runner is None or one.runner.started_at != other.runner.started_at:
        return False
    return (one.kind, one.parent, one.content) == (other.kind, other.parent, other.content)


def _check_parent(entry: Envelope, before: Envelope | None) -> None:
    expected = parent_of(before) if before else None
    if entry.parent != expected or entry.number != (before.number if before else 0) + 1:
        raise BadInput(
            entry_name(before.number if before else entry.number),
            expected=_described(entry.parent),
            found=_described(expected),
            remedy=_RESTORE,
        )


def _described(parent: Parent | None) -> str:
    return f"entry {parent.number} with SHA-256 {parent.envelope}" if parent else "no parent"


def _check_references(store: "Store", entry: Envelope) -> None:
    named: list[tuple[Zone, ObjectRef | None, Suffix]] = [
        ("lineage", entry.content, "json"),
        ("data", entry.shards, "parquet"),
        ("lineage", entry.observed, "parquet"),
    ]
    for zone, ref, suffix in named:
        if ref is not None and store.size(name := object_name(zone, ref.digest, suffix)) != ref.bytes:
            raise BadInput(
                name,
                expected=f"an object of {ref.bytes} bytes, written before version {entry.number}",
                found="none of that size",
                remedy="run `optout build` again",
            )


def _not_a_table(zone: Zone, ref: ObjectRef, schema: "pa.Schema", found: str) -> BadInput:
    return BadInput(
        object_name(zone, ref.digest, "parquet"),
        expected=f"a Parquet table with the columns {', '.join(schema.names)}",
        found=found,
        remedy="read it with the release of optout that wrote it",
    )

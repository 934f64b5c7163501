"""The chain of envelopes: numbers without gaps, each holding the digest of the one before."""

import re
from typing import TYPE_CHECKING

from pipelines.lineage.verify.objects import parsed
from schemas.canonical import sha256
from schemas.documents import Envelope
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.corpus.store import Store
    from pipelines.lineage.verify.faults import Faults

LAW = 4
_NAME = re.compile(r"versions/(\d{8})\.json")


def check_chain(store: "Store", faults: "Faults") -> dict[int, Envelope]:
    """Every envelope that can be read, by number; whatever breaks the chain is a fault."""
    data = {}
    for stored in store.list("versions/"):
        match = _NAME.fullmatch(stored.name)
        if match is None:
            faults.add("chain", stored.name, LAW, expected="versions/NNNNNNNN.json", found="another name")
        else:
            data[int(match[1])] = store.read(stored.name)
    if not data:
        raise ConfigurationError(
            "versions/",
            expected="a published version",
            found="an empty corpus",
            remedy="run `optout build`, or correct corpus in optout.yaml",
        )
    envelopes = {}
    for number in range(1, max(data) + 1):
        name = envelope_name(number)
        if number not in data:
            faults.add("chain", name, LAW, expected="an envelope: numbers have no gap", found="none")
            continue
        envelope = parsed(faults, name, data[number], Envelope)
        if envelope is not None:
            envelopes[number] = envelope
            _check_links(envelope, number, data, faults)
    return envelopes


def envelope_name(number: int) -> str:
    """The name of the envelope of one number."""
    return f"versions/{number:08d}.json"


def version_of(
    envelopes: dict[int, Envelope], number: int | None, problems: "Sequence[object]"
) -> Envelope | None:
    """The envelope of a version, or of the latest; None if the chain's faults hide it.

    Raises:
        ConfigurationError: no such version, and nothing in the chain is damaged.
    """
    published = [found for found, envelope in envelopes.items() if envelope.kind == "publish"]
    wanted = number if number is not None else max(published, default=None)
    if wanted in published:
        return envelopes[wanted]
    if problems:
        return None
    raise ConfigurationError(
        "version" if wanted is None else f"version {wanted}",
        expected=f"one of {', '.join(map(str, sorted(published)))}" if published else "a published version",
        found="none",
        remedy="`optout versions` lists them",
    )


def version_before(envelope: Envelope, envelopes: dict[int, Envelope]) -> Envelope | None:
    """The last version published before another; None: it is the first.

    Of a chain whose entries before it can be read: :func:`is_known_before`.
    """
    numbers = [n for n, entry in envelopes.items() if n < envelope.number and entry.kind == "publish"]
    return envelopes[max(numbers)] if numbers else None


def is_known_before(envelope: Envelope, envelopes: dict[int, Envelope]) -> bool:
    """Whether every entry before one can be read: of another, named as a fault, nobody knows what it was."""
    return all(number in envelopes for number in range(1, envelope.number))


def check_change(envelope: Envelope, envelopes: dict[int, Envelope], faults: "Faults") -> None:
    """What a version says of the one before it: there, and nothing that failed without being accepted."""
    name = envelope_name(envelope.number)
    before = [envelopes.get(number) for number in range(1, envelope.number)]
    is_first = not any(entry is None or entry.kind == "publish" for entry in before)
    said = bool(envelope.relative), envelope.newly_usable is not None
    # Of an entry that cannot be read, and is named as such, nobody knows what it was.
    if None not in before and said != (not is_first, not is_first):
        what = (
            "nothing of a version before" if is_first else "findings and newly usable rows, next to the last"
        )
        faults.add("change", name, LAW, expected=what, found="something else")
    for finding in envelope.relative:
        if not finding.success and envelope.accepted_by is None:
            found = f"observed {finding.observed}, accepted by nobody"
            faults.add("change", name, LAW, expected=finding.expectation, found=found)


def _check_links(envelope: Envelope, number: int, data: dict[int, bytes], faults: "Faults") -> None:
    name = envelope_name(number)
    if envelope.number != number:
        faults.add("chain", name, LAW, expected=f"number {number}", found=f"number {envelope.number}")
    expected = number - 1 or None
    found = envelope.parent.number if envelope.parent else None
    if found != expected:
        faults.add("chain", name, LAW, expected=f"parent {expected}", found=f"parent {found}")
    elif envelope.parent is not None and number - 1 in data:
        digest = sha256(data[number - 1])
        if digest != envelope.parent.envelope:
            faults.add(
                "chain",
                envelope_name(number - 1),
                LAW,
                expected=f"SHA-256 {envelope.parent.envelope}, as version {number} says",
                found=f"SHA-256 {digest}",
            )
    if envelope.kind == "publish":
        for what in ("content", "shards", "observed", "runner"):
            if getattr(envelope, what) is None:
                faults.add("chain", name, LAW, expected=f"a reference to {what}", found="none")

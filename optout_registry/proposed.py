"""A file of objections as it would be recorded: nothing is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from optout_registry import held, log
from optout_registry.bulk import BadLine, ImportReport, read_file
from optout_registry.identity import check_chain
from optout_registry.intake import Intake
from optout_registry.objections import Answer, Objection, State
from optout_registry.receiving import sort_out
from optout_registry.registry import Registry
from schemas.snapshots import RegistrySnapshot
from schemas.tables import SNAPSHOT


@dataclass(frozen=True)
class Proposed:
    """What an import would come to."""

    report: ImportReport
    """``added`` are those that would be."""
    new: RegistrySnapshot
    """Their objections alone, one row for each, in the order of the file."""


def propose_file(
    registry: Registry,
    path: Path,
    intake: Intake,
    *,
    clock: Callable[[], datetime],
    on_bad: Callable[[BadLine], None],
) -> Proposed:
    """Read a file as an import would, and record nothing. Takes memory for each new objection.

    Raises:
        BadInput, ConfigurationError: as :func:`optout_registry.bulk.import_file`.
    """
    check_chain(registry.identity, intake.keychain.ids)
    before: dict[str, held.Held] = {}  # what the parts before would have added
    parts: list[pa.RecordBatch] = []
    platforms: set[str] = set()

    def take(objections: Sequence[Objection], batch: str, recorded_at: datetime) -> Sequence[Answer]:
        with registry.reading() as connection:
            known = held.find(connection, [objection.request_id for objection in objections])
            size = log.head(connection)
        known |= {one.request_id: before[one.request_id] for one in objections if one.request_id in before}
        answers, new = sort_out(objections, known, size, recorded_at, batch)
        for one in new:
            before[one.event.request_id] = held.Held(one.event.number, batch, one.content, None)
        states = (answer.state for answer in answers)
        wanted = [one for one, state in zip(objections, states, strict=True) if state is State.ADDED]
        parts.append(_rows(wanted))
        platforms.update(one.target.platform for one in wanted if one.target.platform is not None)
        return answers

    report = read_file(registry, path, intake, take, clock=clock, on_bad=on_bad)
    with registry.reading() as connection:
        size = log.head(connection)
        root = log.root_at(connection, size).hex()
    identity = registry.identity
    table = pa.Table.from_batches(parts, SNAPSHOT)
    new = RegistrySnapshot(
        registry_id=identity.id,
        event=size,
        root=root,
        log_key=identity.log_key,
        key_ids=identity.key_ids,
        scheme=identity.scheme,
        objections=table,
        platforms=tuple(sorted(platforms)),
    )
    return Proposed(report, new)


def _rows(objections: Sequence[Objection]) -> pa.RecordBatch:
    rows = [
        {
            "type": str(one.target.type),
            "pseudonym": one.target.pseudonym,
            "linked": one.linked,
            "roles": one.roles,
            "surfaces": one.surfaces,
            "purposes": one.purposes,
            "sealed": one.target.sealed,
            "until": None,
        }
        for one in objections
    ]
    return pa.RecordBatch.from_pylist(rows, SNAPSHOT)

"""An ingest: find the files, convert them, publish the canonical tables."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.corpus.source_root import SourceRoot
from pipelines.ingest.convert import check_constants
from pipelines.ingest.find_files import FoundFile, find_files, find_folder
from pipelines.ingest.limits import UNIT_BYTES
from pipelines.ingest.measure import Measured
from pipelines.ingest.pictures.stamp import check_unchanged_root, observed_root
from schemas.canonical import canonical_json, sha256
from schemas.ingest_plans import IngestPlan, IngestUnit, SourceFile, TableName, UnitResult
from schemas.manifest import SourceManifest
from schemas.module_bytes import module_digests
from schemas.source import Entry, SourceDescription

Job = Callable[[str, list[int]], None]
"""Converts units of a plan: plan id, numbers of units."""


@dataclass(frozen=True)
class Ingested:
    """What an ingest wrote: the manifest, source files, and rows by table and defective field."""

    manifest: SourceManifest
    files: int
    rows: Counter[str]
    defects: Counter[tuple[str, str]]
    """(table, field) -> rows that did not conform."""
    pictures: Counter[str]
    """What became of the pictures that records name, as :class:`PictureCount` calls it."""


def ingest(root: SourceRoot, plan: IngestPlan, job: Job) -> Ingested:
    """Convert what is missing of a plan, and make its tables the source.

    An ingest that died is gone on with, if neither source.yaml, a file nor this program has changed.
    Nothing of the source that is there is touched before the new tables are whole.

    Raises:
        BadInput: a file cannot be read, or changed meanwhile. LostRace: another ingest is running.
    """
    plan_id = plan.content_digest()
    with root.held():
        root.sweep_unfinished(plan_id)
        root.put_unfinished(f"{plan_id}/plan.json", plan.to_canonical_json())
        missing = [number for number in range(len(plan.units)) if not _is_whole(root, plan_id, number)]
        if missing:
            job(plan_id, missing)
        if plan.media is not None:
            check_unchanged_root(plan.media)
        results = [_finished(root, plan_id, number) for number in range(len(plan.units))]
        manifest = SourceManifest(
            platform=plan.description.platform,
            description=plan.description.content_digest(),
            accounts=_parts(plan, results, "accounts"),
            records=_parts(plan, results, "records"),
            numbers=_measured(root, plan_id, len(plan.units)).numbers(),
        )
        root.publish(manifest)
        root.sweep(manifest)
    return _summary(manifest, plan, results)


def plan_ingest(description: SourceDescription, folder: Path) -> IngestPlan:
    """Find the files of a source, and put small ones together. ``folder`` holds source.yaml.

    Raises:
        ConfigurationError: a constant that cannot be cast, a variable that is not set.
        BadInput: a file that is not there, cannot be read, or is named twice.
    """
    units = []
    for table, entries in _tables(description):
        for number, entry in enumerate(entries):
            check_constants(entry, f"source.yaml, {table}[{number}]")
            found = find_files(entry.files, folder)
            units += [
                IngestUnit(table=table, entry=number, files=files)
                for files in _together(map(_observed, found))
            ]
    media = description.media_root
    return IngestPlan(
        converter=_converter(),
        description=description,
        media=None if media is None else observed_root(media, find_folder(media, folder).resolve()),
        units=tuple(units),
    )


def done_count(root: SourceRoot, plan: IngestPlan) -> int:
    """How many units of a plan are converted."""
    return len(root.list_unfinished(f"{plan.content_digest()}/results"))


def _converter() -> str:
    modules = {**module_digests("schemas"), **module_digests("pipelines.ingest")}
    return sha256(canonical_json({"modules": modules, "pyarrow": pa.__version__}))


def _tables(description: SourceDescription) -> Iterator[tuple[TableName, tuple[Entry, ...]]]:
    yield "accounts", description.accounts
    yield "records", description.records


def _observed(file: FoundFile) -> SourceFile:
    status = file.path.stat()
    return SourceFile(
        path=str(file.path), name=file.name, bytes=status.st_size, stamp=str(status.st_mtime_ns)
    )


def _together(files: Iterable[SourceFile]) -> Iterator[tuple[SourceFile, ...]]:
    held: list[SourceFile] = []
    size = 0
    for file in files:
        if held and size + file.bytes > UNIT_BYTES:
            yield tuple(held)
            held, size = [], 0
        held.append(file)
        size += file.bytes
    if held:
        yield tuple(held)


def _result(root: SourceRoot, plan_id: str, number: int) -> UnitResult | None:
    data = root.read_unfinished(f"{plan_id}/results/{number:05d}.json")
    return None if data is None else UnitResult.parse(data, f"the result of unit {number}")


def _is_whole(root: SourceRoot, plan_id: str, number: int) -> bool:
    """Whether a unit has a result from before, and its parts are the bytes that were written."""
    result = _result(root, plan_id, number)
    return result is not None and result.digest == sha256(
        canonical_json(list(map(root.digest, result.parts)))
    )


def _finished(root: SourceRoot, plan_id: str, number: int) -> UnitResult:
    result = _result(root, plan_id, number)
    if result is None:
        msg = f"the job ended without a result of unit {number}"
        raise RuntimeError(msg)
    return result


def _parts(plan: IngestPlan, results: list[UnitResult], table: str) -> tuple[str, ...]:
    units = zip(plan.units, results, strict=True)
    return tuple(sorted(part for unit, result in units if unit.table == table for part in result.parts))


def _measured(root: SourceRoot, plan_id: str, units: int) -> Measured:
    measured = Measured()
    for number in range(units):
        data = root.read_unfinished(f"{plan_id}/measured/{number:05d}.npz")
        assert data is not None  # noqa: S101 - written before the result
        with np.load(io.BytesIO(data)) as arrays:
            measured.add(arrays)
    return measured


def _summary(manifest: SourceManifest, plan: IngestPlan, results: list[UnitResult]) -> Ingested:
    rows: Counter[str] = Counter()
    defects: Counter[tuple[str, str]] = Counter()
    pictures: Counter[str] = Counter()
    for unit, result in zip(plan.units, results, strict=True):
        pictures.update({counted.what: counted.pictures for counted in result.pictures})
        rows[unit.table] += result.rows
        for defect in result.defects:
            defects[unit.table, defect.field] += defect.rows
    files = sum(len(unit.files) for unit in plan.units)
    return Ingested(manifest, files, rows, defects, pictures)

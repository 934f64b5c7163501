"""The ingest job: unit numbers, reshuffle, convert. Map-only; files go straight to the source root."""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apache_beam as beam
import numpy as np
from apache_beam.pvalue import PCollection

from pipelines.corpus.source_root import SourceRoot
from pipelines.ingest.convert_unit import UnitConversion
from pipelines.jobs import failures
from pipelines.jobs.options import beam_options
from schemas.canonical import canonical_json, sha256
from schemas.errors import OptoutError
from schemas.ingest_plans import DefectCount, IngestPlan, PictureCount, UnitResult


@dataclass
class ConvertUnits(beam.PTransform[Any, Any]):
    """Numbers of units to the same numbers; parts and results go to the source root at ``url``."""

    url: str
    plan_id: str
    now: datetime

    def expand(self, units: PCollection[int]) -> PCollection[int]:
        """Convert each unit on its own."""
        done: PCollection[int] = units | "Convert" >> beam.ParDo(_Convert(self.url, self.plan_id, self.now))
        return done


class _Convert(beam.DoFn):
    def __init__(self, url: str, plan_id: str, now: datetime) -> None:
        self._url, self._plan_id, self._now = url, plan_id, now

    def process(self, element: int) -> Iterator[int]:
        root = SourceRoot(self._url)
        try:
            convert_unit(root, self._plan_id, element, self._now)
            yield element
        except OptoutError as error:
            with suppress(OptoutError):  # a disk that takes nothing more: the launcher will meet it, too
                root.put_unfinished(f"{self._plan_id}/failed/{element:05d}", failures.to_bytes(error))


def convert_unit(root: SourceRoot, plan_id: str, number: int, now: datetime) -> None:
    """Write the parts of one unit, then its measurements, its result last."""
    data = root.read_unfinished(f"{plan_id}/plan.json")
    assert data is not None  # noqa: S101 - written before the job, removed after it
    plan = IngestPlan.parse(data, "the plan of this ingest")
    unit = plan.units[number]
    conversion = UnitConversion(plan.description, unit, now, plan.media)
    names, digests = [], []
    for part, buffer in enumerate(conversion.parts()):
        bytes_of_part = memoryview(buffer).cast("B")
        names.append(root.put_part(unit.table, number, part, bytes_of_part))
        digests.append(sha256(bytes_of_part))
    sink = io.BytesIO()
    arrays: dict[str, Any] = conversion.measured.to_arrays()
    np.savez(sink, **arrays)
    root.put_unfinished(f"{plan_id}/measured/{number:05d}.npz", sink.getvalue())
    result = UnitResult(
        parts=tuple(names),
        rows=conversion.rows,
        defects=tuple(DefectCount(field=name, rows=n) for name, n in sorted(conversion.defects.items())),
        pictures=tuple(
            PictureCount(what=what, pictures=n) for what, n in sorted(conversion.pictures.items()) if n
        ),
        digest=sha256(canonical_json(digests)),
    )
    root.put_unfinished(f"{plan_id}/results/{number:05d}.json", result.to_canonical_json())


def run_ingest_job(
    url: str, plan_id: str, units: list[int], now: datetime, runner: str, workers: int
) -> None:
    """Convert these units of a plan; returns when it is done.

    Raises:
        OptoutError: what the first failing unit met.
    """
    root = SourceRoot(url)
    root.delete_unfinished(f"{plan_id}/failed")
    with beam.Pipeline(options=beam_options(runner, workers)) as pipeline:
        _ = (
            pipeline
            | "Units" >> beam.Create(units)
            | "Spread" >> beam.Reshuffle()
            | "Files" >> ConvertUnits(url, plan_id, now)
        )
    for name in root.list_unfinished(f"{plan_id}/failed"):
        held = root.read_unfinished(f"{plan_id}/failed/{name}")
        assert held is not None  # noqa: S101 - it was listed
        raise failures.from_bytes(held)
    missing = {f"{unit:05d}.json" for unit in units} - set(root.list_unfinished(f"{plan_id}/results"))
    if missing:
        root.put_unfinished(f"{plan_id}/failed/probe", bytes(failures.PROBE))
        raise failures.unexplained(len(missing))

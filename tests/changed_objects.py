"""What ``screen`` makes of splits, changed before it is written: everything else of the build is real."""

from dataclasses import dataclass
from pathlib import PurePath

import pyarrow as pa
from screened import table_of

from pipelines.jobs import screening
from pipelines.screen.encode import encode
from schemas.canonical import sha256
from schemas.documents import ObjectRef
from schemas.plans import SplitResult
from schemas.tables import FOOTPRINT, LEDGER

SCREEN = screening.screen


@dataclass
class Made:
    """The objects and counts of one split as rows, to be changed in place."""

    shard: list
    ledger: list
    footprint: list
    shard_schema: pa.Schema
    counts: dict
    """Of the result: rows, tally, masked, pictures, as JSON."""
    who: dict
    """Subjects by name."""

    def released(self, row):
        """What the shard holds of a row of the split."""
        return self.shard[self.ledger[row]["place"]]

    def appearance(self, name, role):
        """Which row of the footprint part counts somebody in a role."""
        wanted = self.who[name], role
        (index,) = [n for n, r in enumerate(self.footprint) if (r["subject"], r["role"]) == wanted]
        return index

    def forget(self, index):
        """Take a row out of the footprint part; the ledger points at the others as before."""
        del self.footprint[index]
        for entry in self.ledger:
            if entry["footprint"] is not None:
                entry["footprint"] -= entry["footprint"] > index

    def tally(self, surface, reason):
        """The result's count of rows of one surface with one reason."""
        told = self.counts["tally"]
        (entry,) = [e for e in told if (e["surface"], e["reason"]) == (surface, reason.code)]
        return entry

    def add(self, what, name, count):
        """Count more: ``masked`` or ``pictures``."""
        (entry,) = [entry for entry in self.counts[what] if entry["name"] == name]
        entry["count"] += count


def screen_with(changes, who):
    """``screen``, the objects of the file of records of number n changed by ``changes[n]``."""

    def screen(opened, inputs):
        screened = SCREEN(opened, inputs)
        shard = table_of(screened.shard)
        made = Made(
            shard.to_pylist(),
            table_of(screened.ledger).to_pylist(),
            table_of(screened.footprint).to_pylist(),
            shard.schema,
            screened.result.model_dump(mode="json"),
            who,
        )
        changes[int(PurePath(opened.ids.source.split.path).stem.rpartition("-")[2])](made)
        return _written(made, screened)

    return screen


def _written(made, screened):
    objects = {
        "shard": encode(pa.Table.from_pylist(made.shard, made.shard_schema)),
        "ledger": encode(pa.Table.from_pylist(made.ledger, LEDGER)),
        "footprint": encode(pa.Table.from_pylist(made.footprint, FOOTPRINT)),
    }
    refs = {
        name: ObjectRef(digest=sha256(data), bytes=len(data), rows=len(getattr(made, name)))
        for name, data in objects.items()
    }
    result = SplitResult.model_validate({**made.counts, **refs})
    return type(screened)(**objects, queue=screened.queue, result=result)

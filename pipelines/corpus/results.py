"""The results of splits in staging, which resume, retry and reuse look up by split key."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.corpus.objects import Zone, object_name
from pipelines.corpus.staging import RESULTS, plan_file
from schemas.canonical import sha256
from schemas.errors import BadInput
from schemas.plans import SplitResult

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.corpus.store import Store


def put_result(store: "Store", result: SplitResult) -> None:
    """Write the result of a split, after all the objects it names."""
    store.replace(f"{RESULTS}/{result.split_key}.json", result.to_canonical_json())


def find_result(store: "Store", split_key: str) -> SplitResult | None:
    """The result of a split, of this run or of one that died; None if there is none, or it is not whole."""
    result = _read(store, split_key)
    return result if result is not None and is_whole(store, result) else None


def is_whole(store: "Store", result: SplitResult) -> bool:
    """Whether all objects of a result are there with the bytes that their names say. Reads them."""
    return _has_objects(store, result) and all(
        sha256(store.read(name)) == digest for name, digest, _ in _objects(result)
    )


def results_of(store: "Store", plan_id: str, splits: "pa.Table") -> list[SplitResult]:
    """The result of each row of a PLANNED table, in its order.

    Raises:
        BadInput: names the first split without a result.
    """
    columns = [splits.column(name).to_pylist() for name in ("split", "path", "ordinal", "reused", "previous")]
    results = []
    for split, path, ordinal, reused, previous in zip(*columns, strict=True):
        found = (
            SplitResult.parse(previous, plan_file(plan_id, "splits.parquet"))
            if reused
            else computed_result(store, plan_id, split)
        )
        if found is None:
            raise BadInput(
                f"split {split} ({path}, ordinal {ordinal})",
                expected="a result in staging, with its objects",
                found="none",
                remedy=f"run `optout job {plan_id}` again: finished splits are kept",
            )
        results.append(found)
    return results


def computed_result(store: "Store", plan_id: str, split: int) -> SplitResult | None:
    """The result that the job of a plan has written or digested: sizes are compared, and nothing is read."""
    mark = plan_file(plan_id, f"done/{split}")
    if not store.exists(mark):
        return None
    result = _read(store, store.read(mark).decode("ascii"))
    return result if result is not None and _has_objects(store, result) else None


def _read(store: "Store", split_key: str) -> SplitResult | None:
    name = f"{RESULTS}/{split_key}.json"
    if not store.exists(name):
        return None
    try:
        result = SplitResult.parse(store.read(name), name)
    except BadInput:
        return None  # of another release: computed anew
    return result if result.split_key == split_key else None


def _has_objects(store: "Store", result: SplitResult) -> bool:
    return all(store.size(name) == size for name, _, size in _objects(result))


def _objects(result: SplitResult) -> Iterator[tuple[str, str, int]]:
    """Name, digest and bytes of each object of a result."""
    zones: list[Zone] = ["data", "lineage", "lineage", "lineage"]
    refs = (result.shard, result.ledger, result.footprint, result.queue)
    for zone, ref in zip(zones, refs, strict=True):
        if ref is not None:
            yield object_name(zone, ref.digest, "parquet"), ref.digest, ref.bytes

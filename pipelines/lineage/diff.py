"""What changed from one version to another: inputs, counts, splits, shards and single rows."""

from collections import Counter
from typing import Any

import numpy as np

from pipelines.corpus.chain import Version, read_object_table
from pipelines.corpus.store import Store
from pipelines.lineage.parts import ledger_part, split_rows
from schemas.outcomes import REASON_OF_CODE, Outcome, Reason
from schemas.tables import SHARDS

NEW_SPLIT = "in a new split"
GONE_SPLIT = "in a split that is gone"


def diff(store: Store, a: Version, b: Version) -> list[dict[str, Any]]:
    """Flat rows {section, name, a, b, change} that say how ``b`` differs from ``a``.

    Sections: ``input`` (only those that changed; ``change`` is null), ``outcome`` and ``reason``
    (rows), ``splits`` and ``shards`` (how many), ``newly_usable`` (rows kept in ``b`` and not in
    ``a``, by the reason they had in ``a``) and ``newly_unusable`` (rows kept in ``a`` and not in
    ``b``, by the reason they have in ``b``). Rows are compared one by one where both versions
    hold a split with the same bytes; a kept row of any other split is new or gone with its split.
    """
    splits_a, splits_b = split_rows(store, a), split_rows(store, b)
    return [
        *_inputs(a, b),
        *_counts(a, b),
        *_splits(splits_a, splits_b),
        *_shards(store, a, b),
        *_transitions(store, splits_a, splits_b),
    ]


def newly_usable(store: Store, before: Version, splits: list[dict[str, Any]]) -> int:
    """Rows that ``before`` did not keep and that are kept now, in splits with the same bytes.

    ``splits`` are rows of SPLITS whose ledger parts are in the store.
    """
    found = _transitions(store, split_rows(store, before), splits)
    return sum(
        row["change"] for row in found if row["section"] == "newly_usable" and row["name"] != NEW_SPLIT
    )


def _row(section: str, name: str, a: Any, b: Any, change: int | None = None) -> dict[str, Any]:  # noqa: ANN401
    return {"section": section, "name": name, "a": a, "b": b, "change": change}


def _inputs(a: Version, b: Version) -> list[dict[str, Any]]:
    before, after = _named_inputs(a), _named_inputs(b)
    names = list(dict.fromkeys([*before, *after]))
    return [
        _row("input", name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _named_inputs(version: Version) -> dict[str, str | int]:
    content = version.content
    return {
        "as_of": content.as_of.isoformat().replace("+00:00", "Z"),
        "platform": content.source.platform,
        "source description": content.source.description,
        "accounts": content.source.accounts,
        "records": content.source.splits,
        "policy": content.policy.digest,
        "packs": content.packs.digest,
        "registry": content.snapshot.registry_id,
        "registry event": content.snapshot.event,
        "objections": content.snapshot.object.digest,
        "identifier scheme": content.snapshot.scheme,
        "engine": content.engine.digest,
        **{f"{purpose} key": key_id for purpose, key_id in sorted(content.keys.items())},
    }


def _counts(a: Version, b: Version) -> list[dict[str, Any]]:
    before, after = a.content.counts, b.content.counts
    rows = [_changed("outcome", "rows", before.rows, after.rows)]
    for outcome in Outcome:
        held = before.outcomes.get(outcome.value, 0), after.outcomes.get(outcome.value, 0)
        rows.append(_changed("outcome", outcome.value, *held))
    for reason in Reason:
        held = before.reasons.get(reason.label, 0), after.reasons.get(reason.label, 0)
        if any(held) and reason is not Reason.KEPT:
            rows.append(_changed("reason", reason.label, *held))
    return rows


def _changed(section: str, name: str, a: int, b: int) -> dict[str, Any]:
    return _row(section, name, a, b, b - a)


def _splits(splits_a: list[dict[str, Any]], splits_b: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {split["split_key"] for split in splits_a}
    reused = sum(split["split_key"] in known for split in splits_b)
    return [
        _changed("splits", "all", len(splits_a), len(splits_b)),
        _row("splits", "reused", None, reused),
        _row("splits", "recomputed", None, len(splits_b) - reused),
    ]


def _shards(store: Store, a: Version, b: Version) -> list[dict[str, Any]]:
    before, after = (_shard_list(store, version) for version in (a, b))
    dropped, added = (before - after).total(), (after - before).total()
    return [
        _changed("shards", "all", before.total(), after.total()),
        _row("shards", "dropped", dropped, None, -dropped),
        _row("shards", "added", None, added, added),
    ]


def _shard_list(store: Store, version: Version) -> Counter[str]:
    listed = read_object_table(store, version.content.shards, SHARDS, zone="data")
    return Counter(listed.column("shard").to_pylist())


def _transitions(
    store: Store, splits_a: list[dict[str, Any]], splits_b: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    usable: Counter[str] = Counter()
    unusable: Counter[str] = Counter()
    left = _by_digest(splits_a)
    for after in splits_b:
        same = left.get(after["split_digest"])
        if not same:
            usable[NEW_SPLIT] += _kept(after)
            continue
        # Equal bytes in several places: prefer the place they had.
        before = next((split for split in same if _place(split) == _place(after)), same[0])
        same.remove(before)
        if before["ledger"] != after["ledger"]:
            _compare(store, before, after, usable, unusable)
    for remaining in left.values():
        unusable[GONE_SPLIT] += sum(_kept(split) for split in remaining)
    return [*_listed("newly_usable", usable, 1), *_listed("newly_unusable", unusable, -1)]


def _by_digest(splits: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    result: dict[str, list[dict[str, Any]]] = {}
    for split in splits:
        result.setdefault(split["split_digest"], []).append(split)
    return result


def _place(split: dict[str, Any]) -> tuple[str, int]:
    return split["path"], split["ordinal"]


def _kept(split: dict[str, Any]) -> int:
    return sum(entry["rows"] for entry in split["tally"] if entry["reason"] == Reason.KEPT.code)


def _compare(
    store: Store,
    before: dict[str, Any],
    after: dict[str, Any],
    usable: Counter[str],
    unusable: Counter[str],
) -> None:
    old, new = (ledger_part(store, split).column("reason").to_numpy() for split in (before, after))
    kept = Reason.KEPT.code
    gained, lost = old[(old != kept) & (new == kept)], new[(old == kept) & (new != kept)]
    for codes, counter in ((gained, usable), (lost, unusable)):
        for code, rows in zip(*np.unique(codes, return_counts=True), strict=True):
            counter[REASON_OF_CODE[int(code)].label] += int(rows)


def _listed(section: str, counter: Counter[str], sign: int) -> list[dict[str, Any]]:
    order = [*(reason.label for reason in Reason), NEW_SPLIT, GONE_SPLIT]
    return [_row(section, name, None, None, sign * counter[name]) for name in order if counter[name]]

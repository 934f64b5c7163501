"""Whether the source is the one a version says it was built from, and all of it."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from schemas.canonical import canonical_json, sha256

if TYPE_CHECKING:
    from pipelines.lineage.verify.document import Held
    from pipelines.lineage.verify.faults import Faults
    from pipelines.lineage.verify.source import Source


def check_source(source: "Source", accounts: str, held: "Held", faults: "Faults") -> None:
    """Compare platform, digests and the list of splits with the files of the source.

    ``accounts`` is the digest of the accounts files. The bytes of the splits are compared later,
    split by split.
    """
    told, splits = held.content.source, held.splits or []
    digests = sha256(canonical_json([split["split_digest"] for split in splits]))
    compared = {
        "source platform": (source.manifest.platform, told.platform),
        "source description": (source.manifest.content_digest(), told.description),
        "source accounts": (accounts, told.accounts),
        "source splits": (digests, told.splits),
    }
    for name, (expected, found) in compared.items():
        if expected != found:
            faults.add("source", name, 3, expected=expected, found=found)
    _check_cover(source, splits, faults)


def _check_cover(source: "Source", splits: list[dict[str, Any]], faults: "Faults") -> None:
    paths = sorted(source.manifest.records)
    by_path = defaultdict(list)
    for split in splits:
        by_path[split["path"]].append(split)
    if list(by_path) != paths:
        faults.add(
            "source", "source files", 1,
            expected=f"splits of all {len(paths)} files of records, in order of path",
            found=f"splits of {len(by_path)} files",
        )  # fmt: skip
    for number, path in enumerate(paths):
        at = 0
        for ordinal, split in enumerate(by_path.get(path, ())):
            if (split["ordinal"], split["first_row_group"]) != (ordinal, at):
                faults.add(
                    "source", f"split {split['split']}", 1,
                    expected=f"ordinal {ordinal} of its file, from row group {at}",
                    found=f"ordinal {split['ordinal']}, from row group {split['first_row_group']}",
                )  # fmt: skip
            at = split["first_row_group"] + split["row_groups"]
        groups = source.file(path)[1].metadata.num_row_groups
        if path in by_path and at != groups:
            faults.add(
                "source", f"file {number} of the source", 1,
                expected=f"{groups} row groups in its splits", found=f"{at}",
            )  # fmt: skip

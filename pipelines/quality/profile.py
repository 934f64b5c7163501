"""The profile of a version: what the release gate asserts on."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from schemas.profile import MEASURED, PROFILE, counts_of
from schemas.tables import SPLITS


def profile_of(splits: pa.Table, measured: Mapping[str, Sequence[int]]) -> pa.Table:
    """One PROFILE row for each row of a SPLITS table.

    Outcomes and reasons come from the tallies; ``measured`` gives, for each name of MEASURED, one
    number per split that was counted otherwise, so that the gate can compare the two.

    Raises:
        TypeError: ``splits`` is no SPLITS table, or ``measured`` has other names.
        ValueError: a list of ``measured`` is not as long as the table.
    """
    if not splits.schema.equals(SPLITS) or set(measured) != set(MEASURED):
        msg = f"profile_of takes a SPLITS table and {', '.join(MEASURED)}"
        raise TypeError(msg)
    columns = {
        "split": splits.column("split").to_pylist(),
        "rows": splits.column("rows").to_pylist(),
        **{name: list(values) for name, values in measured.items()},
        **counts_of(splits),
    }
    if any(len(values) != len(splits) for values in columns.values()):
        msg = "profile_of takes one number per split"
        raise ValueError(msg)
    return pa.table({name: columns[name] for name in PROFILE.names}, schema=PROFILE)

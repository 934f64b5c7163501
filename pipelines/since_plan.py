"""What has come since a plan was made, and keeps its version from being published."""

import pyarrow as pa

from pipelines.corpus.chain import read_object_table
from pipelines.corpus.store import Store
from schemas.errors import LateObjections
from schemas.plans import Plan
from schemas.reviews import REVIEWS, refused_pictures
from schemas.snapshots import RegistryHead


def check_refusals(store: Store, plan: Plan, decided: pa.Table) -> None:
    """What somebody refused since the plan is in no version that comes after.

    Raises:
        LateObjections: somebody did.
    """
    late = refused_pictures(decided) - refused_pictures(read_object_table(store, plan.reviews, REVIEWS))
    if late:
        raise LateObjections(
            "log of reviews",
            expected="refusals as they were planned",
            found=f"{len(late)} that have come since",
            remedy="run `optout build` again: only the splits they touch are redone",
        )


def check_head(plan: Plan, head: RegistryHead) -> None:
    """Law 6: the registry is read again right before publishing.

    Raises:
        LateObjections: it has moved on.
    """
    planned = plan.snapshot
    if (head.registry_id, head.event, head.root) != (planned.registry_id, planned.event, planned.root):
        raise LateObjections(
            "registry",
            expected=f"event {planned.event}, as it was planned",
            found=f"event {head.event}: objections or withdrawals have come since",
            remedy="run `optout build` again: only the splits they touch are redone",
        )

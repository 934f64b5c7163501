"""Builds that a gate refused: what it found stays readable after the build has ended."""

from typing import TYPE_CHECKING

from pipelines.corpus.staging import REFUSED
from schemas.errors import Refused
from schemas.plans import Refusal

if TYPE_CHECKING:
    from pipelines.corpus.store import Store


def record_refusal(store: "Store", refusal: Refusal) -> None:
    """Keep what a gate found."""
    store.replace(f"{REFUSED}/{refusal.content_digest()}.json", refusal.to_canonical_json())


def read_refusals(store: "Store") -> list[Refusal]:
    """Every refusal that is kept, oldest first."""
    found = [Refusal.parse(store.read(entry.name), entry.name) for entry in store.list(REFUSED)]
    return sorted(found, key=lambda refusal: (refusal.refused_at, refusal.plan or ""))


_REMEDY = "`optout versions --refused` shows all findings; correct the source or the policy"
_ACCEPT = "find out why (`optout versions --refused`); if it is meant, repeat with --accept-change NAME"


def refused(refusal: Refusal, *, acceptable: bool = False) -> Refused:
    """The error a person sees: the first finding that failed, and where the others are.

    ``acceptable``: nothing failed but what somebody may accept.
    """
    failed = [finding for finding in refusal.findings if not finding.success]
    first = failed[0]
    arguments = ", ".join(f"{name}={value}" for name, value in sorted(first.arguments.items()))
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    what = "version" if refusal.plan else "source"
    return Refused(
        f"the quality gate refused this {what}; nothing was published",
        expected=f"{first.expectation} ({arguments})",
        found=f"{first.observed}{more}",
        remedy=_ACCEPT if acceptable else _REMEDY,
    )

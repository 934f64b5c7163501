"""Builds that a gate refused: what it found stays readable after the build has ended."""

import re
from typing import TYPE_CHECKING

from pipelines.corpus.staging import REFUSED
from schemas.documents import Finding
from schemas.errors import Refused
from schemas.plans import Refusal

if TYPE_CHECKING:
    from pipelines.corpus.store import Store

_REFUSAL = re.compile(rf"{REFUSED}/[0-9a-f]{{64}}\.json")


def record_refusal(store: "Store", refusal: Refusal) -> None:
    """Keep what a gate found."""
    store.replace(f"{REFUSED}/{refusal.content_digest()}.json", refusal.to_canonical_json())


def read_refusals(store: "Store") -> list[Refusal]:
    """Every refusal that is kept, oldest first."""
    names = (entry.name for entry in store.list(REFUSED))
    found = [Refusal.parse(store.read(name), name) for name in names if _REFUSAL.fullmatch(name)]
    return sorted(found, key=lambda refusal: (refusal.refused_at, refusal.plan or ""))


_AGAIN = "`optout versions --refused` shows this again"
_ACCEPT = f"find out why; if it is meant, repeat with --accept-change NAME. {_AGAIN}"


def refused(refusal: Refusal, *, acceptable: bool = False) -> Refused:
    """The error a person sees: every finding that failed, with the key of policy.yaml that decides.

    ``acceptable``: nothing failed but what somebody may accept.
    """
    failed = [finding for finding in refusal.findings if not finding.success]
    what = "version" if refusal.plan else "source"
    if acceptable:
        remedy = _ACCEPT
    elif any(finding.threshold for finding in failed):
        remedy = f"correct the source, or the key in policy.yaml if it asks too much. {_AGAIN}"
    elif refusal.plan is None:
        remedy = f"check source.yaml and its files, then `optout ingest`. {_AGAIN}"
    else:
        remedy = f"report it: this is a fault of the program or a damaged object. {_AGAIN}"
    return Refused(
        f"the quality gate refused this {what}; nothing was published",
        expected=f"a {what} as policy.yaml asks for, in which every row is accounted for",
        found="\n".join(describe(finding) for finding in failed),
        remedy=remedy,
    )


def describe(finding: Finding) -> str:
    """A finding in one line: the key of policy.yaml that decides, what it asks, what was observed."""
    observed = f"{finding.observed:.6g}" if isinstance(finding.observed, float) else f"{finding.observed}"
    name = str(finding.arguments.get("column", finding.expectation)).replace("_", " ")
    if finding.threshold is None:
        return f"{name}: {bound(finding)} whatever policy.yaml says, found {observed}"
    now = " now" if finding.threshold.startswith("quality.relative.") else ""
    rows = f"{finding.rows:,} of {finding.of_rows:,} rows{now}"
    return f"{finding.threshold}: {bound(finding)}, found {name} {observed} ({rows})"


def bound(finding: Finding) -> str:
    """What was asked: ``at most 0.05`` of a column, otherwise the arguments of the expectation."""
    for argument, words in (("max_value", "at most"), ("min_value", "at least")):
        if argument in finding.arguments:
            return f"{words} {finding.arguments[argument]:.10g}"
    return ", ".join(f"{name}={value}" for name, value in sorted(finding.arguments.items()))

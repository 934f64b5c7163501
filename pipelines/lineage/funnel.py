"""The funnel of a version: rows in, what became of them, and why."""

from typing import Any

from pipelines.corpus.chain import Version
from schemas.outcomes import Outcome, Reason

SIGNS = ("declared", "suspected", "no_sign", "unassessed")
"""What rules find of a picture; ADR 15."""


def funnel(version: Version) -> dict[str, Any]:
    """{version, rows, outcomes: {outcome: rows}, reasons: {primary reason: rows}}.

    Every outcome is there, and every reason that occurs, ``kept`` among them: outcomes and reasons
    each add up to ``rows``.
    """
    counts = version.content.counts
    return {
        "version": version.number,
        "rows": counts.rows,
        "outcomes": {outcome.value: counts.outcomes.get(outcome.value, 0) for outcome in Outcome},
        "reasons": {r.label: counts.reasons[r.label] for r in Reason if counts.reasons.get(r.label)},
    }


def funnel_table(version: Version) -> list[dict[str, Any]]:
    """The funnel as rows for reading: in order of precedence, with what is left, then the totals."""
    numbers = funnel(version)
    rows = left = numbers["rows"]
    lines = [_line("", "rows in", rows, rows) | {"left": left}]
    for reason in Reason:
        count = numbers["reasons"].get(reason.label, 0)
        if count and reason is not Reason.KEPT:
            left -= count
            lines.append(_line(reason.outcome.value, reason.label, count, rows) | {"left": left})
    totals = [Outcome.REJECTED, Outcome.REMOVED, Outcome.QUARANTINED, Outcome.KEPT]
    lines += [_line(outcome.value, "all", numbers["outcomes"][outcome.value], rows) for outcome in totals]
    total = sum(numbers["outcomes"].values())
    return [*lines, _line("total", " + ".join(outcome.value for outcome in totals), total, rows)]


def picture_table(version: Version) -> list[dict[str, Any]]:
    """The pictures of records that no standing rule removed: by what rules found, then what became of them.

    Unassessed: nothing was written or declared that a rule can read. Empty where there were no pictures.
    """
    counts = version.content.counts.pictures
    judged = sum(counts.get(sign, 0) for sign in SIGNS)
    fates = ("released", "withheld")
    return [
        {
            "picture": name.replace("_", " "),
            "pictures": counts.get(name, 0),
            "share": f"{counts.get(name, 0) / judged:.1%}",
        }
        for name in (*SIGNS, *fates)
        if judged
    ]


def _line(outcome: str, reason: str, count: int, rows: int) -> dict[str, Any]:
    share = f"{count / rows:.1%}" if rows else ""
    return {"outcome": outcome, "reason": reason, "rows": count, "share": share}

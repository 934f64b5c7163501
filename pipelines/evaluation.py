"""How good the rules on pictures are: their verdicts beside what people say of the same words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.rules.circumstances import Circumstances
from pipelines.rules.packs import Packs
from pipelines.rules.pictures import Sign, picture_signs
from schemas.errors import BadInput
from schemas.fields import RECORDS
from schemas.labelled import LabelledCaption
from schemas.policy import PicturePolicy
from schemas.signs import Level

REACHED = (Level.DECLARED, Level.STRONG, Level.WEAK)
"""Levels from the surest on: a line counts at the level at which it would be removed or quarantined."""
_CONFIDENCE = 1.96
"""Standard deviations on either side: 95 %."""
_DRAWS = 2000


@dataclass(frozen=True)
class Judged:
    """A labelled line and what the rules make of it."""

    line: LabelledCaption
    level: Level
    """The surest at which it is declared or suspected; NONE: it is neither."""
    rules: tuple[str, ...]
    """Ids of the rules that gave evidence, weak evidence included that is not enough."""


@dataclass(frozen=True)
class Score:
    """How lines at some levels compare with their labels. Shares are null where nothing is counted."""

    lines: int
    minors: int
    found: int
    """Minors among those that rules found."""
    false_alarms: int

    @property
    def precision(self) -> float | None:
        """Share of minors among what is found."""
        return self.found / (self.found + self.false_alarms) if self.found + self.false_alarms else None

    @property
    def recall(self) -> float | None:
        """Share of minors that is found."""
        return self.found / self.minors if self.minors else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both."""
        counted = self.minors + self.found + self.false_alarms
        return 2 * self.found / counted if counted else None

    def as_json(self) -> dict[str, object]:
        """Numbers, and 95 % intervals: Wilson's, for F1 a bootstrap with a fixed seed."""
        alarms = self.found + self.false_alarms
        return {
            "lines": self.lines, "minors": self.minors, "found": self.found,
            "false_alarms": self.false_alarms,
            "precision": self.precision, "precision_interval": _wilson(self.found, alarms),
            "recall": self.recall, "recall_interval": _wilson(self.found, self.minors),
            "f1": self.f1, "f1_interval": _bootstrap(self),
        }  # fmt: skip


def read_labelled(path: Path) -> list[LabelledCaption]:
    """The lines of a labelled file; BadInput names the line that is none."""
    lines = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                lines.append(LabelledCaption.parse(line, f"{path}, line {number}"))
    if not lines:
        raise BadInput(str(path), expected="labelled captions, one JSON object a line", found="no line",
                       remedy="name another file")  # fmt: skip
    return lines


def judge(lines: Sequence[LabelledCaption], packs: Packs, policy: PicturePolicy) -> list[Judged]:
    """What the rules make of each line."""
    records = pa.Table.from_pylist([_record(line) for line in lines], RECORDS)
    signs = picture_signs(records, Circumstances.unknown(len(records)), packs, policy)
    ids = packs.rules
    evidence: list[list[str]] = [[] for _ in lines]
    pairs = zip(*(found.tolist() for found in signs.evidence_of_rows()), strict=True)
    for row, rule in pairs:
        evidence[row].append(ids[rule])
    strong = {rule.id for pack in packs.packs for rule in pack.words if rule.level == Level.STRONG}

    def level(sign: int, rules: Iterable[str]) -> Level:
        if sign == Sign.DECLARED:
            return Level.DECLARED
        if sign != Sign.SUSPECTED:
            return Level.NONE
        return Level.WEAK if strong.isdisjoint(rules) else Level.STRONG

    return [
        Judged(line, level(sign, rules), tuple(rules))
        for line, sign, rules in zip(lines, signs.sign.tolist(), evidence, strict=True)
    ]


def score(judged: Iterable[Judged], upto: Level) -> Score:
    """Count what is found at a level or a surer one."""
    counted = [one for one in judged if one.line.label != "unclear"]
    found = [one for one in counted if one.level in REACHED[: REACHED.index(upto) + 1]]
    minors = sum(one.line.label == "minor" for one in found)
    return Score(len(counted), sum(one.line.label == "minor" for one in counted), minors, len(found) - minors)


def evaluation(judged: Sequence[Judged], packs: Packs) -> dict[str, object]:
    """The whole result as JSON: by level, language, kind of line and rule; errors by rule."""

    def by(key: Callable[[Judged], str]) -> list[dict[str, object]]:
        groups: dict[str, list[Judged]] = {}
        for one in judged:
            groups.setdefault(key(one), []).append(one)
        return [
            {"of": name, "level": level.value, **score(group, level).as_json()}
            for name, group in sorted(groups.items()) for level in REACHED
        ]  # fmt: skip

    levels = {rule.id: rule.level for pack in packs.packs for rule in pack.words}
    hit = {rule: [one for one in judged if rule in one.rules] for rule in packs.rules}
    return {
        "lines": len(judged),
        "unclear": sum(one.line.label == "unclear" for one in judged),
        "levels": [{"level": level.value, **score(judged, level).as_json()} for level in REACHED],
        "languages": by(lambda one: one.line.language or ""),
        "kinds": by(lambda one: one.line.kind),
        "rules": [
            {"rule": rule, "level": levels.get(rule, Level.DECLARED).value, **_counts(lines),
             "errors": [one.line.id for one in lines if one.line.label == "none" and one.level != Level.NONE]}
            for rule, lines in hit.items() if lines
        ],
        "missed": [one.line.id for one in judged if one.line.label == "minor" and one.level == Level.NONE],
    }  # fmt: skip


def _counts(judged: Sequence[Judged]) -> dict[str, int]:
    return {label: sum(one.line.label == label for one in judged) for label in ("minor", "none", "unclear")}


def _record(line: LabelledCaption) -> dict[str, object]:
    medium = {
        "alt_text": line.alt_text, "auto_alt_text": line.auto_alt_text, "caption": line.caption,
        "taken_at": line.taken_at,
        "metadata": [{"property": name, "values": list(values)} for name, values in line.metadata.items()],
    }  # fmt: skip
    return {"language": line.language, "text": line.text, "media": [medium]}


def _wilson(hits: int, of: int) -> tuple[float, float] | None:
    if not of:
        return None
    share, square = hits / of, _CONFIDENCE**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _CONFIDENCE * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _bootstrap(score: Score) -> tuple[float, float] | None:
    if score.f1 is None:
        return None
    missed = score.minors - score.found
    rest = score.lines - score.found - missed - score.false_alarms
    cells = np.array([score.found, missed, score.false_alarms, rest])
    found, missing, false, _ = (
        np.random.default_rng(0).multinomial(score.lines, cells / score.lines, _DRAWS).T
    )
    drawn = 2 * found / np.maximum(2 * found + missing + false, 1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)

"""Root-cause attribution: from a frame of cells to the causes of its total's move, with numbers and words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from . import words
from .cells import Cause, Cells, Floats, Mask
from .evidence import Additive, Evidence, Shares, level
from .judged import leaves
from .scan import DEEPER, Found, Scan

COLUMNS = ("verdict", "cause", "share", "actual", "expected", "score", "p_value", "why")

_PASSES = 3
_STILL = 1e-9
_CLEAR = 4.5  # a log-likelihood ratio: the total is 3 standard deviations from the expected


def attribute(
    frame: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    actual: str,
    expected: str,
    actual_of: str | None = None,
    expected_of: str | None = None,
    depth: int | None = None,
    weakest: float | None = None,
    most: int = 12,
) -> pd.DataFrame:
    """Return which slices (market = UK and surface = LIVE) explain that the total of `actual` is not that of `expected`.

    `actual` and `expected` name columns of numbers, one row for each cell or part of one; for a rate they are its
    numerators (clicks), `actual_of` and `expected_of` its denominators (views). `depth`: the most dimensions in one
    cause. `weakest`: a cause with less than this part of the strongest one's score is left out (totals: 0; rates: 0.3 with
    few cells, less with many, since the cells of a rate seldom vary independently).

    One row for each cause, the one that explains most first: verdict "cause"; cause, a tuple of (dimension, value);
    share of the total's move that it explains (1 is all; other causes and what is left make up the rest); actual and
    expected in the slice (sums, or rates); score, its log-likelihood ratio less the price of the search; p_value,
    Bonferroni over all slices; why, in words. Where nothing stands out, or the numbers cannot be judged, there is one
    row: verdict "no clear cause" or "not judged", cause (), and the reason. Raises ValueError for unknown columns.
    """
    numbers = _columns(frame, dimensions, [actual, expected], [actual_of, expected_of])
    judged = leaves(frame, list(dimensions), numbers)
    if isinstance(judged, str):
        return _one_row("not judged", judged)
    metric = _Metric.of(judged, numbers)
    if isinstance(metric, str):
        return _one_row("not judged", metric)
    if abs(metric.move) <= _STILL * max(metric.level, _STILL):
        return _one_row("no clear cause", "the total is as expected", metric)
    return _answer(metric, Cells(judged, list(dimensions), depth), weakest, most)


def _columns(
    frame: pd.DataFrame, dimensions: Sequence[str], pair: list[str], of: list[str | None]
) -> list[str]:
    """Return the columns of numbers; ValueError where the call itself is wrong."""
    denominators = [name for name in of if name is not None]
    if len(denominators) == 1:
        raise ValueError("a rate needs both denominators: actual_of and expected_of")
    if not dimensions:
        raise ValueError("name at least one dimension")
    wanted = [*dimensions, *pair, *denominators]
    if unknown := [name for name in wanted if name not in frame.columns]:
        raise ValueError(f"the frame has no column {', '.join(map(repr, unknown))}")
    if len(set(wanted)) < len(wanted):
        raise ValueError("a column is named twice")
    return [*pair, *denominators]


@dataclass(frozen=True)
class _Metric:
    """One number for each leaf: what is counted, what was expected of it and, for a rate, the units of both."""

    found: Floats
    expected: Floats
    units: Floats | None = None
    units_before: Floats | None = None
    before: Floats | None = None

    @classmethod
    def of(cls, judged: pd.DataFrame, numbers: list[str]) -> _Metric | str:
        """Return the metric of the leaves, or why it cannot be judged."""
        columns = [judged[name].to_numpy(dtype=np.float64) for name in numbers]
        found, expected = columns[:2]
        if len(columns) == 2:
            if found.sum() + expected.sum() == 0:
                return "all numbers are 0"
            return cls(found, expected)
        units, units_before = columns[2:]
        if units.sum() == 0 or units_before.sum() == 0:
            return f"all of {numbers[2] if units.sum() == 0 else numbers[3]} is 0, so there is no rate"
        overall = expected.sum() / units_before.sum()
        rate = np.divide(expected, units_before, out=np.full(len(found), overall), where=units_before > 0)
        return cls(found, units * rate, units, units_before, expected)

    @property
    def move(self) -> float:
        """What is to be explained: actual less expected; of a rate, at the units of now (its mix is another matter)."""
        return float(self.found.sum() - self.expected.sum())

    @property
    def level(self) -> float:
        """The size of the total, to compare its move with."""
        return float(max(self.found.sum(), self.expected.sum()))

    @property
    def mix(self) -> float:
        """How much of a rate's change comes from more or fewer units in cells with another rate; 0 for totals."""
        if self.units is None or self.units_before is None or self.before is None:
            return 0.0
        return float(self.expected.sum() / self.units.sum() - self.before.sum() / self.units_before.sum())

    def evidence(self, shared: float, normal: Mask | None) -> Evidence:
        """Return the evidence against "all leaves at `shared` times the expected"; `normal` leaves tell the noise."""
        if self.units is None or self.units_before is None or self.before is None:
            return Additive(self.found, shared * self.expected, normal)
        within = bool((self.found <= self.units).all() and (self.before <= self.units_before).all())
        if not within:  # a mean (minutes for each case), not a share
            return Additive(self.found, shared * self.expected, normal)
        before = np.minimum(shared * self.before, self.units_before)
        return Shares(self.found, self.units, before, self.units_before, normal)

    def values(self, inside: Mask) -> tuple[float, float]:
        """Return actual and expected of some leaves: sums, or rates."""
        found, expected = float(self.found[inside].sum()), float(self.expected[inside].sum())
        if self.units is None:
            return found, expected
        units = float(self.units[inside].sum())
        return (found / units, expected / units) if units else (math.nan, math.nan)


@dataclass(frozen=True)
class _Explained:
    """The causes of a metric's move; `level` is by how much all other cells moved alike (1: not at all)."""

    causes: list[Found]
    level: float
    cells: Cells


def _explain(metric: _Metric, cells: Cells, weakest: float | None, most: int) -> _Explained:
    """Scan, then again with the noise of the leaves that no cause explains, and from the level that they share."""
    shared, normal, found, whole = 1.0, None, list[Found](), True
    for _ in range(_PASSES):
        evidence = metric.evidence(shared, normal)
        least = evidence.weakest if weakest is None else weakest
        before = found
        found = Scan(cells, evidence, _direction(metric, evidence, shared), least, most, whole).causes()
        everywhere = any(not cells.cuboids[part.cuboid].dimensions for part in found)
        found = [part for part in found if cells.cuboids[part.cuboid].dimensions]
        normal = _outside(cells, found)
        if not normal.any():
            break
        if everywhere or not whole:
            shared, whole = shared * level(evidence, normal), False
        elif metric.units is not None or [part[:2] for part in before] == [part[:2] for part in found]:
            break  # a rate's noise is a median already
    return _Explained(found, shared, cells)


def _direction(metric: _Metric, evidence: Evidence, shared: float) -> float:
    """Return +1 or -1 where the total itself moved beyond its noise, 0 (causes may go either way) where it did not."""
    total = evidence.ratio(tuple(np.atleast_1d(each.sum()) for each in evidence.sums))[0]
    clear = shared == 1.0 and total * metric.move > 0 and abs(total) > _CLEAR
    return math.copysign(1.0, metric.move) if clear else 0.0


def _outside(cells: Cells, found: list[Found]) -> Mask:
    left = np.ones(cells.size, dtype=np.bool_)
    for part in found:
        left &= ~cells.inside(part.cuboid, part.at)
    return left


def _answer(metric: _Metric, cells: Cells, weakest: float | None, most: int) -> pd.DataFrame:
    explained = _explain(metric, cells, weakest, most)
    if not explained.causes:
        return _one_row("no clear cause", words.no_cause(explained.level, cells.size), metric)
    searched = sum(cuboid.slices for cuboid in cells.cuboids)
    left, rows = np.ones(cells.size, dtype=np.bool_), list[tuple[Any, ...]]()
    for part in explained.causes:
        held = cells.inside(part.cuboid, part.at)
        own, left = held & left, left & ~held
        share = float((metric.found[own] - metric.expected[own]).sum() / metric.move)
        cause = cells.name(part.cuboid, part.at)
        raw = max(part.worth + _price(cells, part), 0.0) / DEEPER ** (len(cause) - 1)
        p_value = min(1.0, searched * math.erfc(math.sqrt(raw)) / 2)
        why = _why(metric, cause, held, share, explained.level)
        rows.append(("cause", cause, share, *metric.values(held), part.worth, p_value, why))
    rows.sort(key=lambda row: (-row[2], -row[5]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _price(cells: Cells, part: Found) -> float:
    return math.log(cells.cuboids[part.cuboid].slices) + math.log(len(cells.cuboids))


def _why(metric: _Metric, cause: Cause, held: Mask, share: float, level: float) -> str:
    now, then = metric.values(held)
    counted = None
    if metric.units is not None:
        counted = (float(metric.found[held].sum()), float(metric.units[held].sum()))
    sentence = words.cause(cause, now, then, counted, share, rising=metric.move > 0)
    within = None if metric.units is None else metric.move / float(metric.units.sum())
    return sentence + words.beside(level, metric.mix, within)


def _one_row(verdict: str, reason: str, metric: _Metric | None = None) -> pd.DataFrame:
    now, then = (
        (math.nan, math.nan) if metric is None else metric.values(np.ones(len(metric.found), dtype=np.bool_))
    )
    row = (verdict, (), math.nan, now, then, math.nan, math.nan, f"{verdict}: {reason}")
    return pd.DataFrame([row], columns=list(COLUMNS))

"""The test for counts with a short history: what would a negative binomial predict, given the series and its siblings?

Each series keeps a level (gamma-Poisson, with slowly fading memory) and a dispersion. The dispersion of the series' own
forecast errors is pooled with that of its siblings (as so many further observations), so that 16 periods are enough; the
siblings' common movement (a local linear trend, and the day of the week) moves the forecast. Past outbreaks are cut
before they are learnt from. Forecast errors, not residuals of a fit, carry the dispersion: a trend or a season that the
level follows too late widens the interval instead of raising alarms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WARM_UP = 8
"""Periods from which a first level is made."""

ENOUGH = 16
"""Periods of history before anything is judged."""

CUT = 2.58
"""Standard errors above the forecast at which a past count is cut (Noufaily et al. 2013 weight down from there)."""

CUT_LOSS = 1.10
"""What cutting takes from the mean square of an error, given back."""

MOVED = 1.5
"""Standard errors off the forecast, for WARM_UP periods on end and on one side: the series has a new level."""

MEMORY = 1 - 1 / 40
"""How much of the past's weight is left after one more period: about 40 periods are remembered."""

ERROR_MEMORY = 1 - 1 / 80
PRIOR = 12.0
"""The siblings' dispersion counts as this many observations of the series' own."""

OVERDISPERSION_AT_FIRST = 0.1
"""Variance / mean - 1, for a mean of 1, before any sibling has said anything."""

LEVEL_GAIN, TREND_GAIN, DAMPING = 0.3, 0.05, 0.9
PANEL_LEAST = 5
PANEL_DOUBT = 60.0
"""Cases a period at which the siblings' common movement is believed half."""


@dataclass
class Predicted:
    """`mean` and `dispersion` of the count before it is seen, `history` (periods with a count before), each
    (periods, series). NaN before there is a level."""

    mean: Floats
    dispersion: Floats
    history: NDArray[np.intp]


def predict(counts: Floats, cycle: int = 1) -> Predicted:
    """Predict each count of many series from the counts before it. `counts` is (periods, series), NaN where missing.

    `cycle` is 7 for days, 1 for weeks and months. Causal: what is predicted for a period depends on earlier ones only.
    """
    periods, series = counts.shape
    seen = np.isfinite(counts)
    history = np.concatenate([np.zeros((1, series), dtype=np.intp), np.cumsum(seen, axis=0)])[:-1]
    mean, dispersion = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    panel = _Panel(cycle)
    state = _Levels(series)
    for now in range(periods):
        started = state.exposure > 0
        factor = panel.factor(now)
        mean[now, started] = (factor * state.level())[started]
        dispersion[now, started] = state.dispersion(mean[now], factor)[started]
        if now >= WARM_UP:
            fresh = (history[now] >= WARM_UP) & ~started
            if fresh.any():
                state.begin(fresh, counts[:now, fresh], panel.seasonal(np.arange(now)))
                mean[now, fresh] = (factor * state.level())[fresh]
                dispersion[now, fresh] = state.dispersion(mean[now], factor)[fresh]
        cut = state.learn(counts[now], mean[now], dispersion[now], factor)
        moved = state.moved(counts[now], mean[now], dispersion[now])
        if moved.any():
            recent = slice(now + 1 - WARM_UP, now + 1)
            state.begin(moved, counts[recent, moved], panel.seasonal(np.arange(now + 1 - WARM_UP, now + 1)))
        panel.learn(now, cut, state.level(), seen[now] & (state.exposure > 0))
    return Predicted(mean, dispersion, history)


class _Levels:
    """Level and dispersion of each series: sums of cut counts, of exposures, and of squared forecast errors."""

    def __init__(self, series: int) -> None:
        self.cases = np.full(series, 0.5)
        self.exposure = np.zeros(series)
        self.errors = np.zeros(series)
        self.terms = np.zeros(series)
        self.run = np.zeros(series)
        self.shared = OVERDISPERSION_AT_FIRST

    def level(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.exposure > 0, self.cases / self.exposure, np.nan)

    def dispersion(self, mean: Floats, factor: float) -> Floats:
        """Return variance / mean of the forecast: the series' own and its siblings' dispersion, and doubt of the level."""
        with np.errstate(divide="ignore", invalid="ignore"):
            prior = 1 + self.shared * mean
            own = (PRIOR * prior + CUT_LOSS * self.errors) / (PRIOR + self.terms)
            return np.maximum(1.0, own) * (1 + factor / self.exposure)

    def begin(self, fresh: NDArray[np.bool_], past: Floats, seasonal: Floats) -> None:
        """Make a first level from the first counts, the largest of them cut at what their median says is usual."""
        scaled = past / seasonal[:, None]
        usual = np.maximum(np.nanmedian(scaled, axis=0), 0.5 * np.nanmean(scaled, axis=0))
        most = usual + CUT * np.sqrt(usual * (1 + self.shared * usual)) + 1
        kept = np.minimum(scaled, most)
        self.cases[fresh] = 0.5 + np.nansum(kept * seasonal[:, None], axis=0)
        self.exposure[fresh] = (np.isfinite(past) * seasonal[:, None]).sum(axis=0)

    def learn(self, counts: Floats, mean: Floats, dispersion: Floats, factor: float) -> Floats:
        """Take the counts of one period in; return them as they were learnt, with outbreaks cut."""
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.sqrt(mean * dispersion)
            cut = np.minimum(counts, mean + CUT * spread + 1)
            square = np.square(cut - mean) / (mean * (1 + factor / self.exposure))
        usable = np.isfinite(square)
        self.cases[usable] = MEMORY * (self.cases[usable] - 0.5) + cut[usable] + 0.5
        self.exposure[usable] = MEMORY * self.exposure[usable] + factor
        self.errors[usable] = ERROR_MEMORY * self.errors[usable] + square[usable]
        self.terms[usable] = ERROR_MEMORY * self.terms[usable] + 1
        self._pool(mean)
        return cut

    def moved(self, counts: Floats, mean: Floats, dispersion: Floats) -> NDArray[np.bool_]:
        """Say which series have been far off on one side for so long that this is their level now; one period's news."""
        with np.errstate(invalid="ignore"):
            side = np.sign(counts - mean) * (np.abs(counts - mean) > MOVED * np.sqrt(mean * dispersion))
        side = np.nan_to_num(side)
        self.run = np.where(side == 0, 0.0, np.where(np.sign(self.run) == side, self.run + side, side))
        moved = np.abs(self.run) >= WARM_UP
        self.run[moved] = 0.0
        return np.asarray(moved)

    def _pool(self, mean: Floats) -> None:
        """Learn how overdispersed the siblings are together: (variance / mean - 1) / mean, large means weigh more."""
        told = (self.terms >= 4) & (mean > 0)
        if not told.any():
            return
        size = mean[told]
        excess = CUT_LOSS * self.errors[told] - self.terms[told]
        weight = 1 / (1 + size)
        total, against = (weight * excess).sum() + 2.0, (weight * self.terms[told] * size).sum() + 20.0
        self.shared = float(np.clip(total / against, 0.0, 10.0))


class _Panel:
    """The common movement of the siblings: observed over flat expectation, followed by a damped local linear trend
    (Gardner and McKenzie 1985), and the profile of the day of the week."""

    def __init__(self, cycle: int) -> None:
        self.ratio, self.slope, self.belief = 1.0, 0.0, 0.0
        self.slots = np.full(cycle, 20.0)

    def seasonal(self, periods: NDArray[np.intp]) -> Floats:
        return np.asarray(self.slots[periods % len(self.slots)] / self.slots.mean())

    def factor(self, now: int) -> float:
        """Return how the coming period compares with the series' levels."""
        common = max(0.2, self.ratio + DAMPING * self.slope) ** self.belief
        return float(common * self.seasonal(np.array([now]))[0])

    def learn(self, now: int, counts: Floats, levels: Floats, usable: NDArray[np.bool_]) -> None:
        if usable.sum() < PANEL_LEAST:
            return
        observed, expected = float(counts[usable].sum()), float(levels[usable].sum())
        slot = now % len(self.slots)
        if len(self.slots) > 1:
            self.slots *= MEMORY
            self.slots[slot] += observed / max(expected, 1e-9) * len(self.slots) * (1 - MEMORY) * 20
        seen = observed / max(expected, 1e-9) / float(self.seasonal(np.array([now]))[0])
        before = self.ratio
        self.ratio = LEVEL_GAIN * seen + (1 - LEVEL_GAIN) * (before + DAMPING * self.slope)
        self.slope = TREND_GAIN * (self.ratio - before) + (1 - TREND_GAIN) * DAMPING * self.slope
        self.belief = expected / (expected + PANEL_DOUBT)

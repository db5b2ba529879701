"""Is this number strange? One series judged point by point, each from its own past, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .signals.comparing import Compared, compare, units_changed
from .signals.readings import LEAST, Bools, Floats, Ints, Readings, Texts, read
from .signals.scoring import episodes, quantile_so_far, scores
from .signals.settings import Settings, at_odds, chosen
from .signals.wording import number, point_words, shift_words, since

_WARMEST, _NEAR, _UNUSUAL, _SHIFTED = 750, 0.8, 3.0, 5.0


def detect(timestamps: Any, values: Any, **settings: Any) -> pd.DataFrame:
    """Judge every point of a series from the points before it.

    `timestamps` is anything pandas reads as times, or small integers or None for equally spaced points. Returns one row
    for each input row, in its order: `expected`, `lower`, `upper` (expected +- `width` usual errors, and not below 0
    where no value has been), `score` (0 to 1), `flag` (True from the `threshold`, 0.5), `anomaly` (none / low / high / watch), `z` (the comparisons' combined
    deviation in usual errors, signed), `episode` (its number, 0 for none), `threshold`, and `why` in words. A row that is
    not judged has score 0 and says "not judged: REASON".

    Settings: `threshold` on the score, or `rate` in flags per 1,000 points of this series' own past; `multiplier` of the
    threshold's odds (see `taught`); `season`, a length of time or a number of points, "none" for none; `warm_up` in
    points; `min_scale`, the least usual error in units of the value; `width`; `label`, the unit's name; `timezone` of
    the slots; `known_events` as (start, end, name) or (day, name): flags in them become "expected: NAME" and they do not
    teach; `details` adds each comparison's z. Raises ValueError for settings that cannot be meant and for lengths that differ.
    """
    return judge(timestamps, values, chosen(settings)).frame()


@dataclass(frozen=True)
class Judged:
    """A series, what its usable rows were compared with, and what was found; `why` has a text for each usable row."""

    readings: Readings
    compared: Compared
    settings: Settings
    score: Floats
    threshold: Floats
    flag: Bools
    anomaly: Texts
    episode: Ints
    judged: Bools
    why: Texts

    def frame(self) -> pd.DataFrame:
        """Return the result in the input's order."""
        readings, compared, width = self.readings, self.compared, self.settings.width
        seen = np.where(compared.history >= LEAST, 1.0, np.nan)
        lower, upper = compared.usual(width)
        columns: dict[str, Any] = {
            "expected": self._spread(compared.expected * seen, np.nan),
            "lower": self._spread(lower * seen, np.nan),
            "upper": self._spread(upper * seen, np.nan),
            "score": self._spread(self.score, 0.0),
            "flag": self._spread(self.flag, False),
            "anomaly": self._spread(self.anomaly, "none"),
            "z": self._spread(np.where(self.judged, compared.z, np.nan), np.nan),
            "episode": self._spread(self.episode, 0),
            "threshold": self._spread(self.threshold, np.nan),
        }
        if self.settings.details:
            columns |= {f"z_{name}": self._spread(one.z * seen, np.nan) for name, one in compared.by.items()}
        why = readings.reasons.copy()
        why[readings.rows] = self.why
        return pd.DataFrame(columns | {"why": why}, index=readings.index)

    def _spread(self, found: Any, otherwise: Any) -> Any:
        whole = np.full(self.readings.size, otherwise, dtype=np.asarray(found).dtype)
        whole[self.readings.rows] = found
        return whole


def judge(timestamps: Any, values: Any, settings: Settings) -> Judged:
    """Judge a series and keep everything that was found on the way."""
    readings = read(timestamps, values, settings.timezone)
    with np.errstate(all="ignore"):
        compared = compare(readings, settings)
        taught = np.where(compared.event == "", readings.values, np.nan)
        unit = units_changed(taught, compared.cycle.windows[1])
    why = _not_judged(readings, compared, settings, taught, unit)
    outside = compared.event != ""
    judged = (why == "") & ~outside
    score = scores(compared.z, compared.shift, judged, compared.cycle)
    limit = limits(score, judged, readings, settings)
    flag = judged & (score >= limit)
    unusual = judged & (np.abs(compared.z) >= _UNUSUAL)
    episode, starts = episodes(flag, unusual, max(3, compared.cycle.rows // 24))
    shifted = judged & (np.abs(compared.shift) >= _SHIFTED)
    telling = np.where(np.abs(compared.z) >= _UNUSUAL, compared.z, compared.shift)
    side = np.where(telling < 0, "low", "high").astype(object)
    watch = shifted | (judged & (score >= _NEAR * limit))
    anomaly = np.where(flag | (episode > 0), side, np.where(watch, "watch", "none")).astype(object)
    made = Judged(readings, compared, settings, score, limit, flag, anomaly, episode, judged, why)
    _say(made, starts, shifted, outside & (why == ""))
    return made


def limits(score: Floats, judged: Bools, readings: Readings, settings: Settings) -> Floats:
    """Return the score from which each usable row is flagged."""
    multiplier = np.asarray(settings.multiplier, dtype=float)
    if multiplier.ndim:
        if len(multiplier) != readings.size:
            raise ValueError(f"there are {len(multiplier):,} multipliers and {readings.size:,} values")
        multiplier = multiplier[readings.rows]
    limit = np.full(len(score), settings.threshold)
    if settings.rate is not None:
        limit = quantile_so_far(score, judged, settings.rate, settings.threshold)
    return at_odds(limit, multiplier)


def _not_judged(
    readings: Readings, compared: Compared, settings: Settings, taught: Floats, unit: Floats
) -> Texts:
    """Return for each usable row why it is not judged, "" where it is."""
    why = np.full(len(readings.rows), "", dtype=object)
    warm = settings.warm_up
    if warm is None:
        warm = int(np.clip(compared.cycle.rows // 2, 30, _WARMEST))
    warm = max(warm, LEAST)
    for row in np.flatnonzero(compared.history < warm).tolist():
        had = int(compared.history[row])
        needed = f"at least {LEAST}" if row < LEAST else f"{warm:,}"
        why[row] = f"not judged: {had:,} of {needed} points of history"
    known = np.isfinite(taught)
    if known.any():
        first = readings.values[np.argmax(known)]
        same = np.logical_and.accumulate(~known | (taught == first)) & (why == "")
        why[same] = f"not judged: every value so far is {number(first)}"
    for row in np.flatnonzero((unit != 0) & (why == "")).tolist():
        times = f"{unit[row]:,.0f} times" if unit[row] > 1 else f"1/{1 / unit[row]:,.0f} of"
        why[row] = f"not judged: the unit seems to have changed (about {times} the level before)"
    return why


def _say(made: Judged, starts: Bools, shifted: Bools, outside: Bools) -> None:
    """Write the reason of each row that is not ordinary into `made.why`."""
    readings, compared, settings = made.readings, made.compared, made.settings
    began = np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0)) if len(starts) else starts
    for row in np.flatnonzero((made.anomaly != "none") & made.judged).tolist():
        said = point_words(row, readings, compared, settings)
        if made.episode[row] and not starts[row]:
            said = f"{said}; unusual since {since(int(began[row]), readings)}"
        elif shifted[row] and np.abs(compared.z[row]) < _UNUSUAL:
            said = f"{said}; {shift_words(row, readings, compared)}"
        made.why[row] = said
    for row in np.flatnonzero(outside).tolist():
        strange = np.abs(compared.z[row]) >= _UNUSUAL
        detail = f" ({point_words(row, readings, compared, settings)})" if strange else ""
        made.why[row] = f"expected: {compared.event[row]}{detail}"

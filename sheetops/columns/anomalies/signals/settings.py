"""What a person can choose about the judging of a series, and what is taken for granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .readings import Floats

DEFAULT_THRESHOLD = 0.5
"""A score at or above this is flagged, unless another threshold, a rate or a multiplier is chosen."""


@dataclass(frozen=True)
class Settings:
    """The settings of `detect`, which says what each is for."""

    threshold: float = DEFAULT_THRESHOLD
    rate: float | None = None
    multiplier: Any = 1.0
    season: Any = None
    warm_up: int | None = None
    min_scale: float = 0.0
    width: float = 3.0
    label: str = ""
    timezone: str | None = None
    known_events: Iterable[Any] = ()
    details: bool = False


def chosen(settings: Mapping[str, Any]) -> Settings:
    """Return `settings` checked. Raise ValueError when there is no such setting or it cannot be meant."""
    names = [field.name for field in fields(Settings)]
    if unknown := sorted(set(settings) - set(names)):
        raise ValueError(f"detect has no setting '{unknown[0]}'; it has: {', '.join(names)}")
    made = Settings(**settings)
    if not 0 < made.threshold < 1:
        raise ValueError(f"threshold is a score between 0 and 1, not {made.threshold}")
    if made.rate is not None and not 0 < made.rate < 1000:
        raise ValueError(f"rate is flags per 1,000 points, more than 0 and less than 1,000, not {made.rate}")
    if not np.all(np.asarray(made.multiplier, dtype=float) > 0):
        raise ValueError(f"multiplier is a positive number, or one for each row, not {made.multiplier}")
    if made.warm_up is not None and made.warm_up < 0:
        raise ValueError(f"warm_up is a number of points, not {made.warm_up}")
    return made


def score_threshold(settings: Settings) -> float:
    """Return the score from which a series' last point is flagged: the threshold with the series' own multiplier applied."""
    multiplier = np.asarray(settings.multiplier, dtype=float)
    last = float(multiplier.reshape(-1)[-1]) if multiplier.size else 1.0
    return float(at_odds(np.array([settings.threshold]), last)[0])


def at_odds(threshold: Floats, multiplier: Any) -> Floats:
    """Return thresholds with a multiplier of their odds applied.

    The odds score / (1 - score) are proportional to the combined deviation.
    """
    odds = threshold / (1 - np.minimum(threshold, 1 - 1e-12)) * multiplier
    return np.asarray(odds / (1 + odds), dtype=float)


def event_spans(events: Iterable[Any]) -> list[tuple[np.datetime64, np.datetime64, str]]:
    """Return known events as (start, end, name), the end not included.

    An event is (start, end, name) or (day, name). Where both ends are whole days, the last day is part of the event.
    """
    spans = []
    for event in events:
        parts = tuple(event)
        if len(parts) not in (2, 3):
            raise ValueError(f"a known event is (start, end, name) or (day, name), not {event!r}")
        start, end = _wall(parts[0]), _wall(parts[-2])
        if start == start.normalize() and end == end.normalize():
            end += pd.Timedelta(days=1)
        spans.append((start.to_datetime64(), end.to_datetime64(), str(parts[-1])))
    return spans


def _wall(when: Any) -> Any:
    stamp = pd.Timestamp(when)
    return stamp.tz_localize(None) if stamp.tzinfo else stamp

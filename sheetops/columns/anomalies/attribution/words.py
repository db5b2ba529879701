"""Causes in words: what moved, from what to what, and how much of the total's move that is."""

from __future__ import annotations

from .cells import Cause

_PERCENT_OF_RATE = 0.995  # a change of level smaller than this is not worth a sentence


def named(cause: Cause) -> str:
    """Return "market = UK and surface = LIVE"."""
    return " and ".join(f"{dimension} = {value}" for dimension, value in cause) or "everything"


def number(value: float) -> str:
    """Return a number as people write it: 1,240 or 3.7 or 0.052."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.3g}"


def percent(value: float) -> str:
    """Return a part of one as per cent, with a digit after the point where it is small: 71 % or 4.2 %."""
    return f"{value * 100:.0f} %" if abs(value) >= 0.1 else f"{value * 100:.1f} %"


def cause(
    cause: Cause,
    actual: float,
    expected: float,
    counted: tuple[float, float] | None,
    share: float,
    *,
    rising: bool,
) -> str:
    """Return the sentence about one cause; `counted` is (found, units) of a rate, None for a total."""
    if counted is None:
        change = f" ({(actual / expected - 1) * 100:+.0f} %)" if expected > 0 else ""
        moved = f"{number(actual)}, {number(expected)} expected{change}"
    elif actual <= 1 and expected <= 1:
        moved = (
            f"{percent(actual)} ({number(counted[0])} of {number(counted[1])}), {percent(expected)} expected"
        )
    else:
        moved = f"{number(actual)} each, {number(expected)} expected"
    return f"{named(cause)}: {moved}; {percent(share)} of the total's {'rise' if rising else 'fall'}"


def beside(level: float, mix: float, rate_change: float | None) -> str:
    """Return what else is to be said: that all cells moved, or that a rate changed because its mix did."""
    said = ""
    if abs(level - 1) > 1 - _PERCENT_OF_RATE:
        said += f"; beside it all cells {_moved(level)}"
    if rate_change is not None and abs(mix) > abs(rate_change):
        said += f"; the mix of cells alone changed the overall rate by {mix * 100:+.1f} points"
    return said


def no_cause(level: float, cells: int) -> str:
    """Return why no slice is named."""
    if abs(level - 1) > 1 - _PERCENT_OF_RATE:
        return f"all cells {_moved(level)}; none of the slices of {cells:,} cells stands out from that"
    return f"the move is spread over {cells:,} cells; no slice of them stands out from their usual noise"


def _moved(level: float) -> str:
    return f"{'rose' if level > 1 else 'fell'} by about {percent(abs(level - 1))}"

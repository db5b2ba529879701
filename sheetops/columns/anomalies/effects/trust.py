"""How often each way finds an effect where there is none: measured, and said beside every answer."""

from __future__ import annotations

from .effect import Effect, Kind

FOUND_FALSELY: dict[Kind, float] = {"series": 6.5, "distance": 7.2, "units": 5.0, "few units": 9.6}
"""Per cent of 2,000 seeded trials without an effect: overdispersed weekly counts, 60 to 120 of them, correlation 0 to 0.7
(`python scripts/benchmark.py effects panels`). Of distances the larger of 1 and 6 comparisons, of few units 2 against 10."""
OF_SHARES = 7.7
"""The same for one series of shares: counts of counts."""
BEFORE_AFTER = 39
"""The same for a t-test of the weeks before against those after."""


def trust_words(found: Effect) -> str:
    """Say how far an answer can be trusted; "" where nothing was judged."""
    if found.verdict == "not judged":
        return ""
    if found.kind == "rate ratio":
        return "How far to trust it: two rates alone cannot tell a measure from a trend or a season; look again with more weeks."
    share = OF_SHARES if found.kind == "series" and found.share else FOUND_FALSELY[found.kind]
    few = (
        "; with fewer than 4 groups on a side that is more than the nominal 5 %"
        if found.kind == "few units"
        else ""
    )
    return (
        f"How far to trust it: where nothing happened, this way finds an effect in {share:g} % of trials "
        f"(nominal 5 %; comparing the average before and after, {BEFORE_AFTER} %){few}."
    )

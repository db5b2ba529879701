"""What was mined: the scenarios of a period with their numbers, and which cases are in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from scipy import special

from ..statistics import benjamini_hochberg, poisson_greater
from .cells import Cells, scan
from .coding import Bools, Ints, cube, text_of
from .cover import Judged, View, cover
from .expectation import INDEPENDENCE, PREVIOUS, Background, independence, previous
from .period import FEWEST, Period
from .settings import Settings
from .structure import dependent_pairs

NEW, RISING, FALLING, CHRONIC, STEADY, UNTOLD = "new", "rising", "falling", "chronic", "steady", "no history"
NEWS = (NEW, RISING)

_WORTH_A_LOOK = 3.0
"""The log-likelihood ratio (p of about 0.01) from which a combination can become a scenario in some round."""


@dataclass(frozen=True)
class Scenario:
    """One scenario: its values, its cases in the window against what was expected, and how its rate moves.

    `expected` counts what the other scenarios bring. `basis` is the comparison in which it stands out most. `before` are
    its cases in the windows before. `rows` are the places of its cases in the window.
    """

    attributes: Mapping[str, Any]
    n: int
    expected: float
    lower: float
    upper: float
    p_value: float
    q_value: float
    basis: str
    trend: str
    before: int
    strength: float
    rows: Ints

    @property
    def id(self) -> str:
        """The same for the same values, whatever the period: `S-` and eight hexadecimal digits."""
        return scenario_id(self.attributes)

    @property
    def ratio(self) -> float:
        """Observed over expected."""
        return self.n / self.expected if self.expected > 0 else float("inf")

    @property
    def shrunk(self) -> float:
        """Observed over expected, both with half a case more (Noren et al. 2013): small counts stay near 1."""
        return (self.n + 0.5) / (self.expected + 0.5)


def scenario_id(attributes: Mapping[str, Any]) -> str:
    """Return an id that depends on the attributes and their values alone."""
    said = "\x1f".join(sorted(f"{name}\x1e{text_of(value)}" for name, value in attributes.items()))
    return f"S-{blake2b(said.encode('utf-8', 'replace'), digest_size=4).hexdigest()}"


def scenarios_of(period: Period, settings: Settings) -> list[Scenario]:
    """Return the scenarios of a period, at most `settings.most`: new and rising ones first, the strongest first."""
    cases = cube(period.attributes, period.now, period.before)
    compared = [independence(cases, dependent_pairs(cases))]
    if cases.before.sum() >= FEWEST:
        compared.append(previous(cases))
    backgrounds = [basis.fitted(cases.now) for basis in compared]
    depth = settings.depth_for(len(cases.names))
    found = scan(cases, settings.min_count, depth, lambda cells: _worth_it(cells, backgrounds))
    judged = cover(cases, found, compared, settings)
    if not len(judged.tests):
        return []
    trends = _trends(judged, cases.now.sum(), cases.before.sum(), period.windows_before, settings.trend_level)
    return _first(_scenarios(period, judged, trends), settings.most)


def _worth_it(cells: Cells, backgrounds: Sequence[Background]) -> Bools:
    nothing = np.zeros(len(cells.n))
    good = np.zeros(len(cells.n), bool)
    for background in backgrounds:
        good |= background.gain(cells, nothing) >= _WORTH_A_LOOK
    return good


def _scenarios(period: Period, judged: Judged, trends: Sequence[str]) -> list[Scenario]:
    which = np.argmin([view.p for view in judged.views], axis=0)
    q = benjamini_hochberg(judged.adjusted, tests=1)
    strength = np.max([view.gain for view in judged.views], axis=0) - np.log(judged.tests)
    found = []
    for k, trend in enumerate(trends):
        view: View = judged.views[which[k]]
        codes = [(place, int(code)) for place, code in enumerate(judged.cells.codes[k]) if code]
        inside = period.now.copy()
        for place, code in codes:
            inside &= period.attributes[place].codes == code
        found.append(
            Scenario(
                {period.attributes[a].name: period.attributes[a].values[code - 1] for a, code in codes},
                int(judged.cells.n[k]), float(view.expected[k]),
                float(view.interval.lower[k]), float(view.interval.upper[k]),
                float(view.p[k]), float(q[k]), view.name, trend, int(judged.cells.before[k]),
                float(strength[k]), np.flatnonzero(inside),
            )
        )  # fmt: skip
    return found


def _trends(judged: Judged, now: float, before: float, windows: float, level: float) -> list[str]:
    """Return how each scenario's share of the cases moves against the windows before."""
    n, earlier = judged.cells.n, judged.cells.before
    if before < FEWEST:
        return [UNTOLD] * len(n)
    share = now / (now + before)
    more = special.betainc(np.maximum(n, 1e-300), earlier + 1, share)
    less = special.betainc(earlier + 1e-300, n + 1, 1 - share)
    by_chance = next(view for view in judged.views if view.name == INDEPENDENCE)
    often = poisson_greater(earlier, np.maximum(by_chance.expected * before / now, 1e-9)) < level
    unseen = earlier < max(windows, 1.0)
    rising = more < level
    stood_out = [view.p for view in judged.views if view.name == PREVIOUS]
    for p in stood_out:
        rising |= (p * judged.tests < level) & (n / now > earlier / before)
    kinds = [rising & unseen, rising, less < level, often]
    return [str(kind) for kind in np.select(kinds, [NEW, RISING, FALLING, CHRONIC], STEADY)]


def _first(found: Sequence[Scenario], most: int) -> list[Scenario]:
    return sorted(found, key=lambda one: (one.trend not in NEWS, -one.strength, one.id))[:most]

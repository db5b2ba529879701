"""What mining is told besides the cases: how sure, how deep, how many."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

MOST_SETS = 1_000
"""Sets of attributes that a scan goes through: all of four or fewer of 12 attributes, of three of 17, of two beyond."""


@dataclass(frozen=True)
class Settings:
    """The settings of `mine`, with the defaults that a team begins with.

    `q`: the share of false scenarios that is put up with (Benjamini-Hochberg). `max_depth`: attributes in a scenario
    at most; `min_count`: its cases in the window at least; `most`: scenarios that are returned at most;
    `history`: how many windows before this one are looked back to; `values`: how many values of an attribute,
    the commonest, are looked at; `trend_level`: the p-value under which a change of rate is one.
    """

    q: float = 0.05
    max_depth: int = 5
    min_count: int = 5
    most: int = 30
    history: int = 6
    values: int = 400
    trend_level: float = 0.01

    def depth_for(self, attributes: int) -> int:
        """Return how deep so many attributes are looked into: less deep where there would be too many sets of them."""
        depth = self.max_depth
        while depth > 2 and sum(comb(attributes, d) for d in range(2, depth + 1)) > MOST_SETS:
            depth -= 1
        return depth

    def __post_init__(self) -> None:
        if not 0 < self.q < 1 or not 0 < self.trend_level < 1:
            raise ValueError("q and trend_level are shares between 0 and 1")
        if min(self.max_depth, self.min_count, self.most, self.values) < 1 or self.history < 0:
            raise ValueError("max_depth, min_count, most and values are at least 1, history at least 0")

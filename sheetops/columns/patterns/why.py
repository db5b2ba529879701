"""Scenarios in words: what recurs, how often, how sure that is, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .coding import text_of

LONGEST = 40
"""Characters of a value in a label."""


def label(attributes: Mapping[str, Any]) -> str:
    """Return a scenario as people say it: "UK x LIVE x misleading claims"."""
    return " x ".join(_short(text_of(value)) for value in attributes.values())


def attributes_text(attributes: Mapping[str, Any]) -> str:
    """Return a scenario with its attributes' names: "market = UK; surface = LIVE"."""
    return "; ".join(f"{name} = {_short(text_of(value))}" for name, value in attributes.items())


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\u2026"


def number(value: float) -> str:
    """Return a count as people write it: one decimal under ten, none above."""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def chance(value: float) -> str:
    """Return a q-value with one figure that counts; very small ones by a bound."""
    return "q < 0.001" if value < 0.001 else f"q = {value:.1g}"


def rate(yes: int, decided: int, lower: float, upper: float) -> str:
    """Return a rate with its interval: "6 of 11 (55 %, 28-79 %)"."""
    return f"{yes:,} of {decided:,} ({yes / decided:.0%}, {lower * 100:.0f}-{upper:.0%})".replace("%", " %")


def sentence(said: str, n: int, days: float, expected: float, q: float, rates: Sequence[str] = ()) -> str:
    """Return why a scenario is one: "UK x LIVE: 14 in 28 days, 4.5 expected (q = 0.003); overturned 6 of 11 (...)"."""
    period = f"{days:g} day{'s' if days != 1 else ''}"
    counted = f"{said}: {n:,} in {period}, {number(expected)} expected ({chance(q)})"
    return "; ".join([counted, *rates])

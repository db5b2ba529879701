"""What to do about a pattern: the first template that fits what is known about it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .risk import ELEVATED, HIGH
from .why import number

_REACHES = {HIGH: (HIGH,), ELEVATED: (HIGH, ELEVATED)}


@dataclass(frozen=True)
class Recommendation:
    """A recommendation: its type, what it says, and who it is for."""

    type: str
    say: str
    owner: str


@cache
def shipped_recommendations() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of recommendations.toml, in its order."""
    text = (files(__package__) / "recommendations.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["recommendation"]
    return tuple(rows)


@dataclass(frozen=True)
class Found:
    """What is known about a pattern: its numbers, and by outcome its level of risk and its rate in words."""

    pattern: str
    attributes: Mapping[str, Any]
    trend: str
    n: int
    days: float
    expected: float
    levels: Mapping[str, str]
    rates: Mapping[str, str]


def recommend(found: Found, templates: Sequence[Mapping[str, Any]] | None = None) -> Recommendation | None:
    """Return the first template all of whose conditions hold, filled in; None where none does.

    `templates` are rows as in recommendations.toml, the shipped ones unless a team has its own.
    """
    for row in shipped_recommendations() if templates is None else templates:
        if _fits(row, found):
            words = {
                "pattern": found.pattern, "n": f"{found.n:,}", "days": f"{found.days:g}",
                "expected": number(found.expected), "rate": found.rates.get(str(row.get("outcome", "")), ""),
            }  # fmt: skip
            return Recommendation(
                str(row.get("type", "")), _filled(str(row.get("say", "")), words), str(row.get("owner", ""))
            )
    return None


def _fits(row: Mapping[str, Any], found: Found) -> bool:
    if "outcome" in row:
        level = found.levels.get(str(row["outcome"]), "")
        if level not in _REACHES.get(str(row.get("level", HIGH)), ()):
            return False
    if "trend" in row and found.trend not in row["trend"]:
        return False
    return "attribute" not in row or row["attribute"] in found.attributes


def _filled(template: str, words: Mapping[str, str]) -> str:
    """Return a template with its words; braces that name nothing stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), template)

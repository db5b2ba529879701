"""A figure of a report: this week, last week, the change, and whether that is outside its normal range, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .document import Form, Grid, Number, show
from .normal_range import Range, not_judged

COLUMNS = ("Figure", "This week", "Last week", "Change", "Normal range", "")


@dataclass(frozen=True)
class Figure:
    """One number of a report. `group` is what it is of (a market), "" for all; `note` stands behind the value: "of 41"."""

    name: str
    now: float | None
    last: float | None
    form: Form = "count"
    range: Range = field(default_factory=lambda: not_judged("no history"))
    group: str = ""
    note: str = ""

    @property
    def where(self) -> str:
        """Where it lies: "above", "below" or "within" its normal range, or "not judged"."""
        return self.range.where(self.now)

    @property
    def change(self) -> float | None:
        """Against last week."""
        return None if self.now is None or self.last is None else self.now - self.last

    def words(self) -> str:
        """Say where it lies."""
        if self.where == "not judged":
            return f"not judged: {self.range.reason or 'no value'}"
        return {
            "above": "ABOVE its normal range",
            "below": "BELOW its normal range",
            "within": "within its normal range",
        }[self.where]

    def usual(self) -> str:
        """Return the normal range as text, "" where there is none."""
        if self.range.low is None or self.range.high is None:
            return "–"
        return f"{show(self.range.low, self.form)} to {show(self.range.high, self.form)}"

    def row(self) -> tuple[str | Number, ...]:
        """Return it as a row of a table with COLUMNS."""
        now: str | Number = (
            f"{show(self.now, self.form)} ({self.note})" if self.note else Number(self.now, self.form)
        )
        change = Number(self.change, self.form, change=True)
        return (self.name, now, Number(self.last, self.form), change, self.usual(), self.words())

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "figure": self.name, "of": self.group, "now": self.now, "last": self.last, "change": self.change,
            "form": self.form, "low": self.range.low, "high": self.range.high, "weeks": self.range.weeks,
            "where": self.where, "words": self.words(), "note": self.note,
        }  # fmt: skip


def grid(figures: Iterable[Figure]) -> Grid:
    """Return figures one under the other."""
    return Grid(COLUMNS, tuple(one.row() for one in figures))


def by_group(title: str, names: Sequence[str], figures: Iterable[Figure]) -> Grid:
    """Return figures with a row for each group and a column for each name: "41 (38)", marked where outside its range."""
    cells: dict[str, dict[str, str]] = {}
    for one in figures:
        mark = {"above": " ▲", "below": " ▼"}.get(one.where, "")
        said = f"{show(one.now, one.form)} ({show(one.last, one.form)}){mark}"
        cells.setdefault(one.group, {})[one.name] = said
    rows = tuple((group, *(of.get(name, "–") for name in names)) for group, of in cells.items())
    caption = "This week, in brackets last week. ▲ above, ▼ below its normal range."
    return Grid((title, *names), rows, caption)


def outside(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Return a sentence for each figure that is outside its normal range."""
    return tuple(
        f"{one.group + ': ' if one.group else ''}{one.name[:1].lower() + one.name[1:]} {show(one.now, one.form)}, "
        f"{one.where} its normal range of {one.usual()} (last {one.range.weeks} weeks)"
        for one in figures
        if one.where in ("above", "below")
    )

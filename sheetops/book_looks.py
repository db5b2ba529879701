"""How a template's workbooks are laid out beyond the fields: tucked columns, ends, charts, and words about the work."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOOK_NAME = "look.toml"


@dataclass(frozen=True)
class TabLook:
    """How a tracker's tab is laid out.

    `tucked` are fields whose columns are folded away behind a + above the header. `ends` are the statuses in which a record
    is done with. `count_by` are the choices and references that the dashboard counts, `per_week` the date by which it
    counts, and `sums` the numbers that are added up by that date in place of counting.
    """

    tucked: frozenset[str] = frozenset()
    status: str = "status"
    ends: tuple[str, ...] = ()
    count_by: tuple[str, ...] = ()
    per_week: str = ""
    sums: tuple[str, ...] = ()

    @property
    def has_dashboard(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.count_by or self.per_week)


@dataclass(frozen=True)
class BookLook:
    """What the workbooks of a template show besides rows: `how` has the words for each file, `tabs` the look of each tracker.

    `starters` are values that tables come with (table -> keys): drop-downs of references offer them.
    """

    how: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tabs: Mapping[str, TabLook] = field(default_factory=dict)
    starters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def tab(self, tracker: str) -> TabLook:
        """Return the look of a tracker's tab: a plain one where nothing is said."""
        return self.tabs.get(tracker, TabLook())

    def __or__(self, other: BookLook) -> BookLook:
        """Return both together."""
        return BookLook(
            {**self.how, **other.how}, {**self.tabs, **other.tabs}, {**self.starters, **other.starters}
        )


def read_book_look(folder: Path) -> BookLook:
    """Return what the look.toml of a template's folder says; a plain look where there is none."""
    said = read_look_file(folder)
    tabs = {name: _tab(entry) for name, entry in said.get("trackers", {}).items()}
    return BookLook({file: tuple(lines) for file, lines in said.get("how", {}).items()}, tabs)


def read_look_file(folder: Path) -> dict[str, Any]:
    """Return the look.toml of a folder as it is written, empty where there is none."""
    path = folder / LOOK_NAME
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _tab(entry: Mapping[str, Any]) -> TabLook:
    return TabLook(
        frozenset(entry.get("tucked", ())), entry.get("status", "status"), tuple(entry.get("ends", ())),
        tuple(entry.get("count_by", ())), entry.get("per_week", ""), tuple(entry.get("sums", ())),
    )  # fmt: skip


def tucked_runs(fields: list[str], look: TabLook) -> Iterator[tuple[int, int]]:
    """Yield first and last place (0-based) of each run of neighbouring columns that are folded away."""
    first = None
    for place, name in enumerate([*fields, ""]):
        if name in look.tucked and first is None:
            first = place
        elif name not in look.tucked and first is not None:
            yield first, place - 1
            first = None

"""A workspace of two workbooks, and a world whose clock moves by waiting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sheetops.buttons.schedules.carrying_out import Went, World, run_schedule
from sheetops.buttons.schedules.kept import Schedule, Schedules
from sheetops.library import Workspace, open_workspace

from ...trackers import workbooks

CONFIG = """
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "closed"] }
""" + "".join(
    f"""
[trackers.{name}]
file = "{name.title()}.xlsx"
tab = "Cases"
table = "cases"
[trackers.{name}.columns]
"Case" = "case_id"
"Status" = "status"
"""
    for name in ("desk", "night")
)
MORNING = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)


@dataclass
class Scheduled:
    """A schedule of a workspace, and somebody who looks at what its runs leave behind."""

    folder: Path
    now: dt.datetime = MORNING
    waits: list[float] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    ping: Callable[[str], None] | None = None

    @property
    def schedule(self) -> Schedule:
        return Schedule(
            "desk-sync", "every 15 min 8-19", "sync", "cron", "python", MORNING, "https://hc.example/u?a=1"
        )

    @property
    def kept(self) -> Schedules:
        return Schedules(self.folder)

    def open(self) -> Workspace:
        return open_workspace(self.folder, now=lambda: self.now, who="schedule")

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)
        self.meanwhile()

    def world(self) -> World:
        return World(
            lambda: self.now, self.sleep, lambda: 0.5, self.log.append, self.ping or self.pings.append
        )

    def run(self, **options: Any) -> Went | None:
        """A run of the schedule, a quarter of an hour after the last; the log and the pings are of this one."""
        self.now += dt.timedelta(minutes=15)
        self.log, self.pings, self.waits = [], [], []
        schedule = replace(self.schedule, **options.pop("schedule", {}))
        return run_schedule(schedule, self.kept, self.open, self.world(), **options)

    def book(self, name: str = "Desk") -> Path:
        return self.folder / f"{name}.xlsx"

    def tab(self, name: str = "Desk") -> list[str]:
        """The first lines of the tab `sheetops`."""
        return [str(row[0]) if row else "" for row in workbooks.rows(self.book(name), tab="sheetops")[:3]]

    def type(self, cells: dict[str, Any], name: str = "Desk") -> None:
        workbooks.edit(self.book(name), cells)


@pytest.fixture
def scheduled(tmp_path: Path) -> Scheduled:
    (tmp_path / "sheetops.toml").write_text(CONFIG, encoding="utf-8")
    for name in ("Desk", "Night"):
        workbooks.make(tmp_path / f"{name}.xlsx", [["Case", "Status"], ["A", "open"], ["B", "closed"]])
    made = Scheduled(tmp_path)
    made.run()
    return made

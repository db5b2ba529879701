"""People in two cities who tick cells: London in a Google spreadsheet on a sandbox, Dublin in a workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sheetops.buttons.watching.watch import Looked, Watch, World
from sheetops.library import Workspace, open_workspace
from sheetops.merge.tab_controls import LABELS
from sheetops.sandbox import Sandbox

from ...trackers import workbooks
from ...trackers.google import books
from ...trackers.google.cities import Cities

NOON = dt.datetime(2026, 11, 26, 12, 0, tzinfo=dt.UTC)


class Stopped(BaseException):
    """The machine stops in this moment."""


@dataclass
class Ticking:
    """Both cities, and a watch that a test lets look."""

    cities: Cities
    now: dt.datetime = NOON
    said: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    while_waiting: Callable[[], None] = lambda: None
    fault: Callable[[str], None] = lambda point: None
    every: float = 60.0

    @property
    def dublin(self) -> Path:
        return self.cities.folder / "Dublin.xlsx"

    def open(self, who: str) -> Workspace:
        return open_workspace(
            self.cities.folder, environ={"SHEETOPS_GOOGLE_URL": self.cities.box.url}, who=who
        )

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)
        self.while_waiting()

    def _reached(self, point: str) -> None:
        self.fault(point)

    def watch(self) -> Watch:
        world = World(lambda: self.now, self.sleep, lambda: 0.5, self.said.append, self._reached)
        return Watch(self.open, self.every, world)

    def look(self) -> Looked:
        """A watch begins, looks once, and ends."""
        self.said.clear()
        return self.watch().run(once=True)

    # --- people

    def controls(self, city: str) -> dict[str, list[Any]]:
        """What stands in the control cells of a city: action -> tick, name, record, outcome."""
        rows = self.tab(city)
        names = {name: action for action, (name, _) in LABELS.items()}
        return {
            names[row[1]]: [*row, *[None] * (4 - len(row))]
            for row in rows
            if len(row) > 1 and row[1] in names
        }

    def tab(self, city: str) -> list[list[Any]]:
        if city == "London":
            return self.cities.london("sheetops")
        return workbooks.rows(self.dublin, tab="sheetops")

    def outcome(self, city: str, action: str) -> str:
        return str(self.controls(city)[action][3])

    def ticked(self, city: str, action: str) -> bool:
        return self.controls(city)[action][0] in ("x", True)

    def row(self, city: str, action: str) -> int:
        return next(
            n for n, row in enumerate(self.tab(city), 1) if len(row) > 1 and row[1] == LABELS[action][0]
        )

    def tick(self, city: str, action: str, *, mark: Any = None, record: str = "") -> None:
        row = self.row(city, action)
        if city == "London":
            self.cities.ana.type(f"sheetops!A{row}", str(mark or "TRUE"))
            if record:
                self.cities.ana.type(f"sheetops!C{row}", record)
            return
        workbooks.edit(
            self.dublin, {f"A{row}": mark or "x"} | ({f"C{row}": record} if record else {}), tab="sheetops"
        )

    def untick(self, city: str, action: str) -> None:
        row = self.row(city, action)
        if city == "London":
            self.cities.ana.type(f"sheetops!A{row}", "FALSE")
        else:
            workbooks.edit(self.dublin, {f"A{row}": None}, tab="sheetops")

    def edit(self, city: str, key: str, note: str) -> None:
        """Somebody types a note into a case."""
        rows = self.cities.london() if city == "London" else self.cities.dublin()
        number = next(n for n, row in enumerate(rows, 1) if row[0] == key)
        if city == "London":
            self.cities.ana.type(f"Cases!E{number}", note)
        else:
            self.cities.in_dublin(**{f"E{number}": note})

    def note(self, key: str) -> Any:
        with self.open("test") as ws:
            return ws.table("cases")[key]["note"]

    def runs(self) -> int:
        with self.open("test") as ws:
            return len(ws.runs(100))


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(seed=7) as box:
        yield box


@pytest.fixture
def ticking(tmp_path: Path, box: Sandbox) -> Iterator[Ticking]:
    """Both cities after a first sync and a first look of a watch: the ticks are there."""
    cities = Cities(tmp_path, box)
    assert cities.sync().exit_code == 0
    made = Ticking(cities)
    made.look()
    yield made
    cities.ws.close()


def open_by_kim(book: Path) -> Path:
    """Kim opens a workbook in Excel, which puts a file beside it."""
    lock = book.with_name(f"~${book.name}")
    lock.write_bytes(b"\x03Kim".ljust(55) + b"\x03\x00" + "Kim".encode("utf-16-le"))
    return lock


__all__ = ["NOON", "Stopped", "Ticking", "books", "open_by_kim"]

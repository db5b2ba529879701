"""Two people do anything, in any order, and runs are cut off anywhere: the promises of the protocol hold."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from sheetops.merge import rows
from sheetops.merge.absorb import _Absorb
from sheetops.merge.findings import Findings
from sheetops.merge.push import _Push
from sheetops.model.record import Record

from .files import FileStory
from .people import People
from .story import Story

pytestmark = pytest.mark.slow

NAMES = st.sampled_from(["north", "south"])
PLACES = st.integers(0, 7)
COLUMNS = st.integers(0, 4)
KEYS = st.sampled_from([None, None, "CASE-0050", "CASE-0051"])

BUDGET = settings(
    max_examples=int(os.environ.get("SHEETOPS_EXAMPLES", "50")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class Machine(RuleBasedStateMachine):
    """What people and runs may do. Every world in `worlds` goes through the same story."""

    orders: tuple[str, ...] = ("north first",)
    story: type[Story] = Story

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.worlds = [People(self.folder / order, order, self.story) for order in self.orders]

    @rule(name=NAMES, at=PLACES, column=COLUMNS)
    def edit(self, name: str, at: int, column: int) -> None:
        for world in self.worlds:
            world.edit(name, at, column)

    @rule(name=NAMES, at=PLACES, column=COLUMNS)
    def clear(self, name: str, at: int, column: int) -> None:
        for world in self.worlds:
            world.clear(name, at, column)

    @rule(name=NAMES, at=PLACES)
    def garbage(self, name: str, at: int) -> None:
        for world in self.worlds:
            world.garbage(name, at)

    @rule(name=NAMES, at=PLACES)
    def scribble(self, name: str, at: int) -> None:
        for world in self.worlds:
            world.scribble(name, at)

    @rule(name=NAMES, key=KEYS)
    def add(self, name: str, key: str | None) -> None:
        for world in self.worlds:
            world.add(name, key)

    @rule(name=NAMES, at=PLACES)
    def delete(self, name: str, at: int) -> None:
        for world in self.worlds:
            world.delete(name, at)

    @rule(name=NAMES, at=PLACES)
    def cut(self, name: str, at: int) -> None:
        for world in self.worlds:
            world.cut(name, at)

    @rule(name=NAMES)
    def paste(self, name: str) -> None:
        for world in self.worlds:
            world.paste(name)

    @rule(name=NAMES, at=PLACES)
    def duplicate(self, name: str, at: int) -> None:
        for world in self.worlds:
            world.duplicate(name, at)

    @rule(name=NAMES, at=PLACES)
    def rekey(self, name: str, at: int) -> None:
        for world in self.worlds:
            world.rekey(name, at)

    @rule(name=NAMES)
    def sort(self, name: str) -> None:
        for world in self.worlds:
            world.sort(name)

    @rule(at=PLACES, option=st.integers(0, 3))
    def decide(self, at: int, option: int) -> None:
        for world in self.worlds:
            world.decide(at, option)

    @rule()
    def sync(self) -> None:
        for world in self.worlds:
            world.sync()

    @rule()
    def settle(self) -> None:
        for world in self.worlds:
            world.settle_and_check()

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            for world in self.worlds:
                world.story.ws.close()
            shutil.rmtree(self.folder, ignore_errors=True)


class Interrupted(Machine):
    """Runs are cut off, and people type while they write."""

    @rule(crash_at=st.integers(1, 24))
    def sync_cut_off(self, crash_at: int) -> None:
        for world in self.worlds:
            world.sync(crash_at=crash_at)

    @rule(name=NAMES, at=PLACES, column=COLUMNS)
    def sync_while_typing(self, name: str, at: int, column: int) -> None:
        for world in self.worlds:
            world.sync(meanwhile=(name, at, column))


class EitherOrder(Machine):
    """The order in which trackers stand in the config makes no difference."""

    orders = ("north first", "south first")

    @rule()
    def settle(self) -> None:
        super().settle()
        one, other = (world.story for world in self.worlds)
        assert one.records() == other.records()
        assert one.held() == other.held()
        for name in ("north", "south"):
            assert one.rows(name) == other.rows(name)


class OverFiles(Machine):
    """Real workbooks, which people edit with another program; runs are cut off at any point."""

    story = FileStory

    @rule(crash_at=st.integers(1, 26))
    def sync_cut_off(self, crash_at: int) -> None:
        for world in self.worlds:
            world.sync(crash_at=crash_at)


TestInterrupted = Interrupted.TestCase
TestInterrupted.settings = BUDGET
TestEitherOrder = EitherOrder.TestCase
TestEitherOrder.settings = settings(BUDGET, max_examples=BUDGET.max_examples // 2)
TestOverFiles = OverFiles.TestCase
TestOverFiles.settings = settings(BUDGET, max_examples=BUDGET.max_examples // 3, stateful_step_count=15)


# --- the checks can fail: protocols that are wrong in known ways are caught -------------------------------


def _base_of_today(merge: _Absorb, key: str) -> dict[str, object]:
    return dict(merge.records[key].values)


def _row_for_everyone(push: _Push, key: str, record: Record) -> bool:
    return not record.archived and not push.found.row_held(key)


Broken = list[tuple[object, str, object]]
Steps = Callable[[People], object]

BROKEN: dict[str, tuple[Broken, Steps]] = {
    # What the dataset says now counts as agreed, although no sheet was written yet: the classic mistake.
    "base advanced before the write": (
        [(_Absorb, "base", _base_of_today)],
        lambda people: (people.edit("north", 0, 1), people.sync(crash_at=5)),
    ),
    # A run that was cut off between giving a key and writing it is forgotten.
    "keys minted twice": (
        [(rows, "_reuse_mints", lambda merge, keyless: keyless), (rows, "likeness", lambda one, other: 0.0)],
        lambda people: (people.add("north", None), people.sync(crash_at=5)),
    ),
    # The dataset wins every conflict.
    "held cells overwritten": (
        [(Findings, "cell_held", lambda found, key, name: False)],
        lambda people: (people.edit("north", 0, 1), people.edit("south", 0, 1)),
    ),
    # Every record gets a row wherever there is none, whoever deleted it.
    "deleted rows put back": (
        [(_Push, "_belongs", _row_for_everyone)],
        lambda people: people.delete("north", 0),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_protocol_is_caught(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    mistakes, steps = BROKEN[name]
    right = People(tmp_path / "right")
    steps(right)
    right.settle_and_check()
    for mistake in mistakes:
        monkeypatch.setattr(*mistake)
    wrong = People(tmp_path / "wrong")
    steps(wrong)
    with pytest.raises(AssertionError):
        wrong.settle_and_check()
    for people in (right, wrong):
        people.story.ws.close()


def test_the_machine_finds_a_broken_protocol_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Findings, "cell_held", lambda found, key, name: False)
    blind = settings(BUDGET, max_examples=300, derandomize=True, database=None, phases=[Phase.generate])
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(Interrupted, settings=blind)

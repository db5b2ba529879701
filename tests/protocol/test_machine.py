"""Two people do anything, in any order, and runs are cut off anywhere: the promises of the protocol hold."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from .people import People

pytestmark = pytest.mark.slow

NAMES = st.sampled_from(["north", "south"])
PLACES = st.integers(0, 7)
COLUMNS = st.integers(0, 4)
KEYS = st.sampled_from([None, None, "CASE-0050", "CASE-0051"])

BUDGET = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class Machine(RuleBasedStateMachine):
    """What people and runs may do. Every world in `worlds` goes through the same story."""

    orders: tuple[str, ...] = ("north first",)

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.worlds = [People(self.folder / order, order) for order in self.orders]

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


TestInterrupted = Interrupted.TestCase
TestInterrupted.settings = BUDGET
TestEitherOrder = EitherOrder.TestCase
TestEitherOrder.settings = settings(BUDGET, max_examples=30)

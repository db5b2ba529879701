"""The cells of one policy row, read one by one; what is wrong is noted in words and never raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ...model.condition import Condition
from ...model.errors import SheetopsError
from ...model.nearest import did_you_mean
from .calendar_choice import CalendarChoice, read_calendar_choice
from .policy_table import POLICY_TABLE
from .steps import Step, read_steps
from .targets import Target, parse_target
from .triggers import Trigger

_T = TypeVar("_T")


@dataclass(frozen=True)
class BadCell:
    """A cell that cannot be read, and why, as a clause or sentence."""

    column: str
    value: Any
    message: str


@dataclass
class Cells:
    """The cells of a policy row. `bad` grows while they are read."""

    row: Mapping[str, Any]
    timezone: str = "UTC"
    bad: list[BadCell] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether the row holds nothing at all."""
        return all(self.get(name) is None for name in self.row)

    def get(self, column: str) -> Any:
        """Return the cell, None when it is blank."""
        value = self.row.get(column)
        blank = value is None or (isinstance(value, str) and not value.strip()) or value != value
        return None if blank else value

    def wrong(self, column: str, message: str) -> None:
        """Note what is wrong with a cell."""
        self.bad.append(BadCell(column, self.get(column), message))

    def check_columns(self) -> None:
        """Note columns that policies do not have: a misspelt `pause` would silently not pause."""
        for name in self.row:
            if name not in POLICY_TABLE.by_name and self.get(name) is not None:
                self.wrong(name, f"is not a column of policies.{did_you_mean(name, POLICY_TABLE.by_name)}")

    def text(self, column: str) -> str:
        """Return the cell as text without outer spaces, "" when blank."""
        value = self.get(column)
        return "" if value is None else str(value).strip()

    def slug(self, column: str) -> str:
        """Return a name that can begin a column's name: "First response" is first_response."""
        said = re.sub(r"\W+", "_", self.text(column).casefold()).strip("_")
        if not said:
            self.wrong(column, "is blank; a policy needs a goal, such as first_response")
        return said

    def _read(self, column: str, read: Callable[[str], _T], blank: _T) -> _T:
        said = self.text(column)
        if not said:
            return blank
        try:
            return read(said)
        except SheetopsError as error:
            self.wrong(column, " ".join(part for part in (error.what, error.next_step) if part))
        except ValueError as error:
            self.wrong(column, str(error))
        return blank

    def condition(self, column: str, also: str = "") -> Condition | None:
        """Return the condition in a cell, joined by `and` with `also`; None when both are blank."""
        own = self._read(column, lambda said: _checked(Condition(said)).text, "")
        parts = [part for part in (own, also) if part]
        return (
            Condition(" and ".join(f"({part})" for part in parts) if len(parts) > 1 else parts[0])
            if parts
            else None
        )

    def priority(self, column: str) -> str:
        """Return the cell "P1, P2" as a condition on `priority`, "" when blank."""
        value = self.get(column)
        if value is None or isinstance(value, (int, float)):
            return "" if value is None else f"priority == {value!r}"
        words = [word.strip() for word in self.text(column).split(",") if word.strip()]
        return f"priority in [{', '.join(map(repr, words))}]"

    def trigger(self, column: str) -> Trigger | None:
        """Return the trigger in a cell, None when blank."""

        def read(said: str) -> Trigger:
            trigger = Trigger(said)
            _checked(trigger.condition)
            return trigger

        return self._read(column, read, None)

    def calendar(self, column: str) -> CalendarChoice:
        """Return the calendar choice; blank is `default`."""
        return self._read(column, read_calendar_choice, CalendarChoice("default"))

    def steps(self, column: str) -> tuple[Step, ...]:
        """Return the escalation steps."""
        return self._read(column, read_steps, ())

    def target(self, column: str) -> Target | None:
        """Return the target; a blank one is wrong."""
        if self.get(column) is None:
            self.wrong(column, "is blank; write a target such as 4h, 2bd, 90d or next business day 16:00")
            return None
        return self._read(column, parse_target, None)

    def number(self, column: str, blank: float) -> float:
        """Return a number."""

        def read(said: str) -> float:
            try:
                return float(said.rstrip("%"))
            except ValueError:
                raise ValueError(f"'{said}' is not a number") from None

        return self._read(column, read, blank)

    def percent(self, column: str, blank: float) -> float:
        """Return a percentage above 0 and up to 100; 0.8, as a cell formatted as percent holds it, is 80."""
        share = self.number(column, blank)
        if 0 < share <= 1 and not self.text(column).endswith("%"):
            share *= 100
        if not 0 < share <= 100:
            self.wrong(column, f"{self.text(column)} is not a percentage between 1 and 100")
        return share

    def flag(self, column: str) -> bool:
        """Return yes or no; blank is no."""
        said = self.text(column).casefold()
        if said not in {"", "true", "false", "yes", "no", "1", "0", "x"}:
            self.wrong(column, f"'{said}' is neither yes nor no")
        return said in {"true", "yes", "1", "x"}

    def one_of(self, column: str, words: Sequence[str]) -> str:
        """Return one of the words; blank is the first."""
        said = self.text(column).casefold() or words[0]
        if said not in words:
            known = ", ".join(word for word in words if word)
            self.wrong(column, f"'{said}' is not one of: {known}.{did_you_mean(said, words)}")
        return said

    def moment(self, column: str, blank: int) -> int:
        """Return Unix seconds of a date or time; one without a zone is wall time in the workspace's zone."""
        value = self.get(column)
        if isinstance(value, str):
            with suppress(ValueError):
                value = datetime.fromisoformat(value.strip())
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - wall time until the next line
        if isinstance(value, datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(self.timezone))
            with suppress(OverflowError):  # the last hours of year 9999, west of Greenwich
                return int(aware.astimezone(UTC).timestamp())
        if value is not None:
            self.wrong(column, f"'{value}' is not a date; write it like 2026-01-31")
        return blank


def _checked(condition: Condition) -> Condition:
    """Return the condition. Raise ConfigError when it cannot be read."""
    with suppress(TypeError):  # it was read, and then met a record without values
        condition.matches({})
    return condition

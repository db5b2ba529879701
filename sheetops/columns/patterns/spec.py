"""What `[patterns]` and `[standardise]` of sheetops.toml say."""

from __future__ import annotations

from dataclasses import dataclass

from ...model.condition import Condition

OUTCOMES = ("overturned", "reopened", "breached", "severe")
"""What a case may come to that makes a scenario a risk."""


@dataclass(frozen=True)
class Outcome:
    """Something a case may come to: `when` says that it did, `of` which cases it could have happened to (None: all)."""

    name: str
    when: Condition
    of: Condition | None = None


@dataclass(frozen=True)
class Exposure:
    """What those that a field names had to do with: the sum of the field `amount` of a table, for each of its values of `by`.

    `date` is when a row was, where rows are of a day or so; only those of the window count then ("": all are of the window). `noun` is one of it.
    """

    name: str
    table: str
    amount: str
    by: str
    date: str
    noun: str


@dataclass(frozen=True)
class PatternSpec:
    """What a `[patterns.TABLE]` part says.

    Scenarios are combinations of `attributes` among the cases of the last `window` days by `date`; they are records of the table
    `patterns`. `text` is a field of free text that is compared for the same story ("" : none). `repeats` are fields that name
    somebody, looked at for `repeat_days`, and judged by their `exposure` where there is one.
    """

    table: str
    date: str
    attributes: tuple[str, ...]
    window: int
    patterns: str
    outcomes: tuple[Outcome, ...]
    text: str
    repeats: tuple[str, ...]
    repeat_days: int
    fdr: float
    most: int
    timezone: str
    exposure: tuple[Exposure, ...] = ()

    @property
    def outcome_fields(self) -> tuple[str, ...]:
        """The fields that tell what a case came to."""
        conditions = [part for one in self.outcomes for part in (one.when, one.of) if part is not None]
        return tuple(dict.fromkeys(name for part in conditions for name in sorted(part.fields)))


@dataclass(frozen=True)
class StandardiseSpec:
    """What a `[standardise.TABLE]` part says: the fields whose spellings are brought together, confirmed in the table `spellings`."""

    table: str
    fields: tuple[str, ...]
    spellings: str

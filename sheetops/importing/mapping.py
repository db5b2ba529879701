"""What is remembered of a kind of file: which column is which field, what values mean, how dates are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.condition import Condition

BLANKS = ("n/a", "#n/a", "null", "-", "--")
"""What exports write where there is nothing. A choice that is spelled so is a choice all the same."""

SYSTEM, REFERENCE = "source_system", "source_ref"
"""The fields that say where a record is from and what it is called there."""


@dataclass(frozen=True)
class DateRule:
    """How dates are read in the rows that meet a condition on other fields; None: as in the others."""

    when: Condition
    day_first: bool | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class Alike:
    """Which new rows may be a record that is there: the same story in a text, equal fields, so many days apart."""

    text: str
    same: tuple[str, ...] = ()
    date: str | None = None
    days: int = 3


@dataclass(frozen=True)
class FileMapping:
    """How files of one kind become records of a table. `name` says which kind: it is written into the journal.

    `columns` is header -> field; `left_out` are headers nobody wants. `values` is field -> (spelling -> value) as people
    confirmed them, `constants` field -> value for every row. `history` is the header of the time at which a row was so,
    where several rows tell the course of one record.
    """

    name: str
    table: str
    columns: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    day_first: bool = True
    timezone: str = "UTC"
    rules: tuple[DateRule, ...] = ()
    blanks: tuple[str, ...] = BLANKS
    history: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    alike: Alike | None = None

    @property
    def fields(self) -> Mapping[str, str]:
        """Field -> the header it is filled from."""
        return {name: header for header, name in self.columns.items()}

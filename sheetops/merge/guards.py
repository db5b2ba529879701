"""Guards: what makes a plan too dangerous to apply without a person's word. Judged before any write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model.schema import GuardLimits


@dataclass(frozen=True)
class GuardTrip:
    """A guard that stopped a tracker: what it saw, in words, and the word that overrides it.

    `override` is the value for `--allow`; None where no word helps and the spreadsheet must be mended.
    """

    tracker: str
    code: str
    message: str
    override: str | None
    mend: str = ""

    @property
    def next_step(self) -> str:
        """What to do about it."""
        allow = f"If that is right, run: sheetops sync --allow {self.override}" if self.override else ""
        return " ".join(part for part in (self.mend, allow) if part)

    def to_json(self) -> dict[str, Any]:
        """Return the trip as plain data."""
        return {
            "tracker": self.tracker,
            "guard": self.code,
            "message": self.message,
            "override": self.override,
            "next_step": self.next_step,
        }


OVERRIDES: Mapping[str, str] = {
    "deletes": "archive more rows than the limit",
    "emptied": "accept that a tracker has no rows any more",
    "mass-edit": "accept a change of every row, or of most of a column",
    "stamp": "accept a file without its stamp, an older one, or a copy",
    "mapping": "accept that columns, key, time zone or date order changed since the last sync",
    "duplicates": "hold many duplicate keys and go on with the rest",
    "unparsable": "hold many unreadable cells and go on with the rest",
}
"""Every word `--allow` takes, and what it allows."""


@dataclass(frozen=True)
class Tally:
    """What a merge would do to one tracker, counted.

    `known` is the number of rows last agreed on, `rows` the number in the tab now.
    """

    tracker: str
    name: str
    known: int
    rows: int
    missing: int
    changed_rows: int
    changed_by_column: Mapping[str, int]
    duplicate_keys: int
    unparsable_by_column: Mapping[str, int]


def judge(tally: Tally, limits: GuardLimits) -> list[GuardTrip]:
    """Return the guards this tally trips, with the tracker's name and the numbers in each message."""
    trips = [
        _emptied(tally),
        _deletes(tally, limits),
        _mass_edit(tally, limits),
        _duplicates(tally, limits),
        *_unparsable(tally, limits),
    ]
    return [trip for trip in trips if trip]


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _emptied(tally: Tally) -> GuardTrip | None:
    if tally.rows or not tally.known or not tally.missing:
        return None
    return GuardTrip(
        tally.tracker,
        "emptied",
        f"{tally.name} has no rows any more; it had {tally.known:,} at the last sync.",
        "emptied",
        "Put the rows back (File > Version history, or the backup of the last run).",
    )


def _deletes(tally: Tally, limits: GuardLimits) -> GuardTrip | None:
    if not tally.rows:
        return None
    share = _percent(tally.missing, tally.known)
    many = tally.missing >= limits.deletes_at_least and share > limits.deletes_percent
    if not many and tally.missing <= limits.deletes_rows:
        return None
    return GuardTrip(
        tally.tracker,
        "deletes",
        f"{tally.missing:,} of {tally.known:,} rows ({share:.0f} %) are gone from {tally.name}.",
        "deletes",
        "Put them back if that was a mistake.",
    )


def _mass_edit(tally: Tally, limits: GuardLimits) -> GuardTrip | None:
    if tally.changed_rows < limits.changed_at_least:
        return None
    if tally.changed_rows >= tally.known:
        said = f"Every one of the {tally.known:,} rows of {tally.name} was changed."
        return GuardTrip(
            tally.tracker, "mass-edit", said, "mass-edit", "Was a formula or a paste run over it?"
        )
    for column, changed in tally.changed_by_column.items():
        share = _percent(changed, tally.known)
        if changed >= limits.changed_at_least and share > limits.changed_column_percent:
            said = f"Column '{column}' of {tally.name} changed in {changed:,} of {tally.known:,} rows ({share:.0f} %)."
            mend = "Was the column sorted, filled or pasted over by itself?"
            return GuardTrip(tally.tracker, "mass-edit", said, "mass-edit", mend)
    return None


def _duplicates(tally: Tally, limits: GuardLimits) -> GuardTrip | None:
    share = _percent(tally.duplicate_keys, tally.rows)
    if tally.duplicate_keys < limits.duplicates_at_least or share <= limits.duplicates_percent:
        return None
    return GuardTrip(
        tally.tracker,
        "duplicates",
        f"{tally.duplicate_keys:,} keys stand in more than one row of {tally.name} ({share:.1f} % of its rows).",
        "duplicates",
        "Remove the copies, or give them keys of their own.",
    )


def _unparsable(tally: Tally, limits: GuardLimits) -> list[GuardTrip]:
    trips = []
    for column, count in tally.unparsable_by_column.items():
        share = _percent(count, tally.rows)
        if count >= limits.unparsable_at_least and share > limits.unparsable_percent:
            said = f"{count:,} of {tally.rows:,} cells ({share:.0f} %) of column '{column}' in {tally.name} cannot be read."
            mend = "Check the column's type and date order in sheetops.toml."
            trips.append(GuardTrip(tally.tracker, "unparsable", said, "unparsable", mend))
    return trips

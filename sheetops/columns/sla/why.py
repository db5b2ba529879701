"""The reason for a verdict, in one sentence that a person can act on.

It names moments and never how long ago they were: a sentence in a cell stays true until the next run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .calendar import BusinessCalendar
from .instants import NEVER
from .saying import Texts, say_calendar, say_instants, say_lengths
from .timeline import Bools, Ints


def sentences(
    verdicts: pd.DataFrame,
    calendars: Mapping[str, BusinessCalendar],
    statuses: Sequence[Any],
    timezone: str,
) -> Texts:
    """Return one sentence per verdict. `statuses` are the values that `waiting` indexes."""
    if verdicts.empty:
        return np.zeros(0, dtype=object)
    facts = _Facts(verdicts, calendars, statuses, timezone)
    state = verdicts["state"].cat.codes.to_numpy()
    names = list(verdicts["state"].cat.categories)
    said = np.empty(len(verdicts), dtype=object)
    for code in np.unique(state).tolist():
        mine = np.flatnonzero(state == code)
        said[mine] = _WRITERS[names[code] if code >= 0 else ""](facts, mine)
    return said


class _Facts:
    """The parts that sentences are made of, each for the rows that a sentence asks about."""

    def __init__(
        self,
        verdicts: pd.DataFrame,
        calendars: Mapping[str, BusinessCalendar],
        statuses: Sequence[Any],
        timezone: str,
    ) -> None:
        self.timezone = timezone
        self._verdicts = verdicts
        self._seconds: dict[str, Ints] = {}
        self._hours = {name: say_calendar(calendar) for name, calendar in calendars.items()}
        self._where = np.array(
            [f" in {value}" if value else " paused" for value in statuses] or [""], dtype=object
        )

    def seconds(self, name: str, rows: Ints) -> Ints:
        """Return an instant or a length in seconds, NEVER for a blank."""
        if name not in self._seconds:
            column = self._verdicts[name]
            raw = column.to_numpy("timedelta64[us]") if column.dtype.kind == "m" else _utc(column)
            self._seconds[name] = np.where(np.isnat(raw), NEVER, raw.view(np.int64) // 1_000_000)
        return self._seconds[name][rows]

    def length(self, name: str, rows: Ints) -> Texts:
        return say_lengths(np.abs(self.seconds(name, rows)))

    def moment(self, name: str, rows: Ints) -> Texts:
        return say_instants(self.seconds(name, rows), self.timezone)

    def target(self, rows: Ints) -> Texts:
        """Return the target with its clock: "4h of Mon-Fri 09:00-18:00 (Europe/London)"."""
        targets = _words(self._verdicts["target"])
        clocks = self._verdicts["calendar"].cat
        hours = [f" of {self._hours[name]}" for name in clocks.categories]
        target, clock = self._verdicts["target"].cat.codes.to_numpy()[rows], clocks.codes.to_numpy()[rows]
        both, distinct = pd.factorize(target.astype(np.int64) * 1_000 + clock)
        said = [
            targets[n // 1_000] + (hours[n % 1_000] if _is_elapsed(targets[n // 1_000]) else "")
            for n in distinct
        ]
        return np.array(said or [""], dtype=object)[both]

    def paused(self, rows: Ints) -> Texts:
        """Return "; 1 h 20 min in Waiting for merchant not counted", "" where there was no pause."""
        seconds = self.seconds("paused_total", rows)
        status = self._verdicts["waiting"].to_numpy()[rows]
        said = np.full(len(rows), "", dtype=object)
        some = np.flatnonzero(seconds > 0)
        where = self._where[status[some]]
        said[some] = _said("; %s%s not counted", say_lengths(seconds[some]), where)
        return said

    def waiting(self, rows: Ints) -> Texts:
        status = self._verdicts["waiting"].to_numpy()[rows]
        return np.where(status == 0, "", self._where[status])

    def early(self, rows: Ints) -> Bools:
        return self._verdicts["early"].to_numpy()[rows]


def _utc(column: pd.Series) -> Any:
    return column.dt.tz_localize(None).to_numpy("datetime64[us]")


def _words(column: pd.Series) -> list[str]:
    return [str(word) for word in column.cat.categories]


def _is_elapsed(target: str) -> bool:
    """Return whether a target in words is one of open hours, so that its calendar belongs to it."""
    return bool(target) and target[-1] in "hms" and not target.startswith("until")


def _breached(facts: _Facts, rows: Ints) -> Texts:
    return _said(
        "Breached since %s, when %s were used up%s.",
        facts.moment("breached_at", rows),
        facts.target(rows),
        facts.paused(rows),
    )


def _on_track(facts: _Facts, rows: Ints) -> Texts:
    return _running("On track: due %s, when %s are used up%s.", facts, rows)


def _at_risk(facts: _Facts, rows: Ints) -> Texts:
    return _running("At risk: due %s, when %s are used up%s.", facts, rows)


def _running(sentence: str, facts: _Facts, rows: Ints) -> Texts:
    return _said(sentence, facts.moment("due", rows), facts.target(rows), facts.paused(rows))


def _met(facts: _Facts, rows: Ints) -> Texts:
    return _said(
        "Met on %s after %s, with %s left of %s%s.",
        facts.moment("end", rows),
        facts.length("elapsed", rows),
        facts.length("remaining", rows),
        facts.target(rows),
        facts.paused(rows),
    )


def _met_late(facts: _Facts, rows: Ints) -> Texts:
    return _said(
        "Met late on %s: %s were used up on %s, %s were counted%s.",
        facts.moment("end", rows),
        facts.target(rows),
        facts.moment("breached_at", rows),
        facts.length("elapsed", rows),
        facts.paused(rows),
    )


def _is_paused(facts: _Facts, rows: Ints) -> Texts:
    return _said(
        "Paused%s: %s left of %s when the clock goes on.",
        facts.waiting(rows),
        facts.length("remaining", rows),
        facts.target(rows),
    )


def _said(sentence: str, *parts: Texts) -> Texts:
    """Fill a sentence for each row; one row at a time is faster here than arrays of growing texts."""
    said = np.empty(len(parts[0]), dtype=object)
    said[:] = [sentence % words for words in zip(*(part.tolist() for part in parts), strict=True)]
    return said


def _cancelled(facts: _Facts, rows: Ints) -> Texts:
    return "Cancelled on " + facts.moment("end", rows) + " after " + facts.length("elapsed", rows) + "."


def _unjudged(facts: _Facts, rows: Ints) -> Texts:
    early = (
        "Not judged: its stop lies before its start ("
        + facts.moment("start", rows)
        + "); correct one of the two."
    )
    other = "Not judged: its calendar or date is missing or out of range; see the SLA checks."
    return np.where(facts.early(rows), early, other)


_WRITERS = {
    "breached": _breached,
    "on track": _on_track,
    "at risk": _at_risk,
    "met": _met,
    "met late": _met_late,
    "paused": _is_paused,
    "cancelled": _cancelled,
    "": _unjudged,
}

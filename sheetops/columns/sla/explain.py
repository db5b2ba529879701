"""Every second of a case's clock: counted, paused, stopped or closed, with the sum as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .cases import Cases
from .instants import to_datetimes
from .saying import say_calendar, say_instants, say_seconds
from .verdicts import Judged

COUNTED, PAUSED, STOPPED, CLOSED = "counted", "paused", "stopped", "closed"
COLUMNS = ("key", "goal", "cycle", "from", "to", "what", "seconds", "running", "status", "owner", "team",
           "policy", "policy_version", "calendar", "calendar_version")  # fmt: skip


def explain(cases: Cases, key: Any, goal: str | None = None) -> pd.DataFrame:
    """Return every interval of a case's clocks, in order, for one goal or all.

    `seconds` is the interval's length and `running` what had been counted at its end: the last `running` of
    a cycle is its elapsed time to the second. Instants are aware, in UTC. Raise KeyError for an unknown key.
    """
    found = np.flatnonzero(cases.timeline.keys == key)
    if not len(found):
        raise KeyError(key)
    rows = [
        row
        for judged in cases.judged
        if goal in (None, judged.goal)
        for cycle in np.flatnonzero(judged.columns["case"] == found[0]).tolist()
        for row in _intervals(cases, judged, cycle, key)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("from", "to"):
        frame[name] = to_datetimes(frame[name].to_numpy(np.int64))
    return frame


def _intervals(cases: Cases, judged: Judged, cycle: int, key: Any) -> Iterator[tuple[Any, ...]]:
    timeline, cycles = cases.timeline, judged.cycles
    ends = timeline.ends(cases.as_of)
    running = 0
    for place in np.flatnonzero(cycles.cycle == cycle).tolist():
        row = int(cycles.row[place])
        begin, end = int(timeline.at[row]), min(int(ends[row]), int(cycles.end[cycle]))
        calendar = int(judged.which[place])
        policy = judged.policies[int(cycles.policy[place])]
        name = judged.calendars[calendar] if calendar >= 0 else ""
        version = cases.ticking.calendars[name].version if name else ""
        what = STOPPED if cycles.off[place] else PAUSED if cycles.paused[place] else COUNTED
        who = [
            _value(cases, field, row)
            for field in (cases.settings.status, cases.settings.owner, cases.settings.team)
        ]
        for since, until, is_open in _pieces(cases, name, begin, end):
            kind = what if is_open else CLOSED
            running += until - since if kind == COUNTED else 0
            yield (key, judged.goal, int(cycles.number[cycle]), since, until, kind, until - since, running, *who,
                   policy.id, policy.version, name, version)  # fmt: skip


def _pieces(cases: Cases, calendar: str, begin: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Cut a stretch where its calendar opens and closes; without a calendar nothing of it counts."""
    spans = cases.ticking.calendars[calendar].intervals(begin, end).tolist() if calendar else []
    at = begin
    for opening, closing in spans:
        if opening > at:
            yield at, opening, False
        yield opening, closing, True
        at = closing
    if at < end:
        yield at, end, False


def _value(cases: Cases, field: str, row: int) -> Any:
    coded = cases.timeline.value_codes(field)
    return coded.values[coded.codes[row]]


def explain_lines(cases: Cases, key: Any, goal: str | None = None, *, most: int | None = None) -> list[str]:
    """Return what `explain` found as lines of text, in wall time of the settings' zone, with the sums.

    Of more than `most` intervals of a cycle only the first and the last are told; the sums are of all.
    """
    frame = explain(cases, key, goal)
    lines: list[str] = []
    for (name, cycle), part in frame.groupby(["goal", "cycle"], sort=False):
        last = part.iloc[-1]
        lines += [
            f"{key} {name}, cycle {cycle}",
            *_ends(list(_interval_lines(cases, part)), most),
            *_sums(part),
        ]
        lines += [
            f"  policy {last['policy']} (version {last['policy_version']})",
            f"  {_calendar_line(cases, last)}",
            "",
        ]
    return lines[:-1]


def _ends(lines: list[str], most: int | None) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    first, last = most // 2, most - most // 2
    return [
        *lines[:first],
        f"  ... {len(lines) - most:,} more intervals, counted the same way ...",
        *lines[-last:],
    ]


def _interval_lines(cases: Cases, part: pd.DataFrame) -> Iterator[str]:
    zone = cases.settings.timezone
    instants = [part[name].dt.as_unit("s").astype("int64").to_numpy() for name in ("from", "to")]
    begins, ends = (say_instants(at, zone) for at in instants)
    for begin, end, row in zip(begins, ends, part.itertuples(index=False), strict=True):
        who = ", ".join(str(word) for word in (row.status, row.owner, row.team) if word)
        yield f"  {begin} - {end}  {row.what:8}  {say_seconds(row.seconds):>12}  sum {say_seconds(row.running):>12}  {who}".rstrip()


def _sums(part: pd.DataFrame) -> Iterator[str]:
    for what in (COUNTED, PAUSED, STOPPED, CLOSED):
        seconds = int(part.loc[part["what"] == what, "seconds"].sum())
        if seconds or what == COUNTED:
            yield f"  {what}: {say_seconds(seconds)} ({seconds:,} s)"


def _calendar_line(cases: Cases, last: Any) -> str:
    if not last["calendar"]:
        return "no calendar"
    said = say_calendar(cases.ticking.calendars[last["calendar"]])
    return f"calendar {last['calendar']}: {said} (version {last['calendar_version']})"

"""What else changed when a number moved: events as hypotheses, graded, with evidence for and against; never as certainty.

Overlap in time is not a cause. An event is *strong* only when it began close before the onset, touches the same cells as
the causes that were found, and did not happen elsewhere or earlier without effect; what began after the onset is *against*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

Grade = Literal["strong", "possible", "weak", "against"]

CLASSES = ("policy/governance", "product", "algorithm", "outside")
"""What a kind of event may be mapped to. Kinds that the mapping does not know are "unclassified"."""

COLUMNS = ("class", "event", "grade", "for", "against", "why")

_ORDER: dict[Grade, int] = {"strong": 0, "possible": 1, "weak": 2, "against": 3}
_NEEDED = ("kind", "name", "start")
_CLOSE, _EARLIER = 0.5, 4.0
"""Close before the onset: within this many lengths of the incident (a day at least); long before: beyond so many."""

_HABIT = 2
"""So many earlier events of the same kind and place make one more of them unremarkable."""


@dataclass(frozen=True)
class Incident:
    """When a number moved (end None: it still does), and the causes: tuples of (dimension, value), as attribute() has them."""

    start: Any
    end: Any = None
    causes: Sequence[Sequence[tuple[str, Any]]] = field(default=())


def hypotheses(incident: Incident, events: pd.DataFrame, mapping: Mapping[str, str]) -> pd.DataFrame:
    """Return what may have to do with an incident: one row for each event that was under way or began near it.

    `events` has kind, name, start and, where known, end; every other column is a dimension (market, surface): blank
    means everywhere, "UK, DE" means both. `mapping` gives each kind of event its class: the team's own table.

    Rows: class; event ("release: player 4.2"); grade strong, possible, weak or against; for and against, in words; why,
    one sentence. Best first. Events without a start that can be read have the grade "weak" and say so. Where nothing can be
    compared there is one row without event: "not judged: REASON". Raises ValueError for an unknown class in the mapping.
    """
    if wrong := sorted(set(mapping.values()) - set(CLASSES)):
        raise ValueError(f"{', '.join(wrong)}: a class is one of {', '.join(CLASSES)}")
    onset, end = _time(incident.start), _time(incident.end)
    if reason := _not_judged(events, onset, end):
        return _frame([("", "", "", "", "", f"not judged: {reason}")])
    assert onset is not None
    window = _Window(onset, end, tuple(dict(cause) for cause in incident.causes))
    dimensions = [str(name) for name in events.columns if name not in (*_NEEDED, "end")]
    known = [_Event.of(row, dimensions) for row in events.to_dict("records")]
    judged = [_judge(event, window, known) for event in known]
    rows = [
        (_ORDER[one.grade], str(event.start), event.title, one, mapping.get(event.kind, "unclassified"))
        for event, one in zip(known, judged, strict=True)
        if one is not None
    ]
    rows.sort(key=lambda row: row[:3])
    return _frame([(of, title, *one.cells(title)) for _, _, title, one, of in rows])


def _not_judged(events: pd.DataFrame, onset: pd.Timestamp | None, end: pd.Timestamp | None) -> str | None:
    if onset is None:
        return "the incident has no start that can be read as a time"
    if end is not None and end < onset:
        return "the incident ends before it starts"
    if missing := [name for name in _NEEDED if name not in events.columns]:
        return f"the events have no column {', '.join(missing)}"
    return "there are no events on record" if len(events) == 0 else None


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _time(value: Any) -> pd.Timestamp | None:
    """Return a time in UTC without its zone; None where there is none."""
    found = pd.to_datetime(value, errors="coerce", utc=True) if value is not None else pd.NaT
    return None if pd.isna(found) else found.tz_localize(None)


@dataclass(frozen=True)
class _Window:
    onset: pd.Timestamp
    end: pd.Timestamp | None
    causes: tuple[dict[str, Any], ...]

    @property
    def length(self) -> timedelta:
        """How long the incident took, a day at least."""
        length = timedelta(days=1) if self.end is None else self.end - self.onset
        return max(length, timedelta(days=1))


@dataclass(frozen=True)
class _Event:
    kind: str
    title: str
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    where: dict[str, frozenset[str]]
    """For each dimension the values it is limited to."""

    @classmethod
    def of(cls, row: Mapping[Any, Any], dimensions: Sequence[str]) -> _Event:
        limits = {name: _values(row[name]) for name in dimensions}
        kind, name = (_text(row[column]) for column in ("kind", "name"))
        where = {name: values for name, values in limits.items() if values}
        return cls(kind, f"{kind}: {name}", _time(row["start"]), _time(row.get("end")), where)


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NaT or value != value else str(value).strip()


def _values(value: Any) -> frozenset[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset(_text(each).casefold() for each in value)
    return frozenset(part.strip().casefold() for part in _text(value).split(",") if part.strip())


@dataclass
class _Judgement:
    grade: Grade = "possible"
    supports: list[str] = field(default_factory=list)
    opposes: list[str] = field(default_factory=list)

    def cells(self, title: str) -> tuple[str, str, str, str]:
        """Return grade, for, against and why."""
        pro, con = "; ".join(self.supports) or "nothing", "; ".join(self.opposes) or "nothing found"
        verdict = {
            "strong": "worth looking at first",
            "possible": "may have to do with it",
            "weak": "little speaks for it",
            "against": "hardly the cause",
        }[self.grade]
        return self.grade, pro, con, f"{title} {verdict}. For: {pro}. Against: {con}."


def _judge(event: _Event, window: _Window, known: Sequence[_Event]) -> _Judgement | None:
    """Return what speaks for and against an event; None where it was over long before, or came long after."""
    if event.start is None:
        return _Judgement("weak", [], ["its start cannot be read as a time"])
    timing = _timing(event, event.start, window)
    if timing is None:
        return None
    close = timing.grade == "strong"
    matches = _place(event, window, timing)
    idle = _without_effect(event, window, known)
    if idle:
        timing.opposes.append(idle)
    if timing.grade == "against":
        return timing
    if matches is False:
        timing.grade = "weak" if close else "against"
    elif close and matches and not idle:
        timing.grade = "strong"
    elif close or matches:
        timing.grade = "possible" if not (idle and not close) else "weak"
    else:
        timing.grade = "weak"
    return timing


def _timing(event: _Event, start: pd.Timestamp, window: _Window) -> _Judgement | None:
    """Judge the time alone: "strong" stands for close before the onset, until the rest is known."""
    lead = window.onset - start
    if lead < timedelta(0):
        after_end = start > (window.end or window.onset + window.length)
        return None if after_end else _Judgement("against", [], [f"it began {_long(-lead)} after the onset"])
    if event.end is not None and event.end < window.onset:
        gap = window.onset - event.end
        if gap > _EARLIER * window.length:
            return None
        return _Judgement("weak", [f"it ended {_long(gap)} before the onset"], ["it was over by then"])
    if lead <= max(_CLOSE * window.length, timedelta(days=1)):
        began = "at the onset" if lead == timedelta(0) else f"{_long(lead)} before the onset"
        return _Judgement("strong", [f"it began {began} and went on"], [])
    if event.end is None and lead > _EARLIER * window.length:
        return None
    return _Judgement("possible", ["it was under way"], [f"it began {_long(lead)} before the onset"])


def _place(event: _Event, window: _Window, judged: _Judgement) -> bool | None:
    """Say whether the event is where the causes are; None where either is everywhere."""
    if not event.where:
        if window.causes:
            judged.opposes.append("it was not limited to the part that moved")
        return None
    limits = "; ".join(f"{name} {', '.join(sorted(values))}" for name, values in sorted(event.where.items()))
    if not window.causes:
        judged.opposes.append(f"it was limited to {limits}, and the incident's causes are not known")
        return None
    shared = [name for cause in window.causes for name in cause if name in event.where]
    if not shared:
        judged.opposes.append(f"it was limited to {limits}; the causes are in other dimensions")
        return None
    if any(_within(cause, event) for cause in window.causes):
        judged.supports.append(f"it touches the cells that moved ({limits})")
        return True
    judged.opposes.append(f"it was limited to {limits}, where the causes are not")
    return False


def _within(cause: Mapping[str, Any], event: _Event) -> bool:
    shared = [name for name in cause if name in event.where]
    return bool(shared) and all(_text(cause[name]).casefold() in event.where[name] for name in shared)


def _without_effect(event: _Event, window: _Window, known: Sequence[_Event]) -> str:
    """Say how often an event of the same kind and place happened well before, when nothing is known to have moved."""
    earlier = [
        other
        for other in known
        if other is not event
        and other.kind == event.kind
        and other.where == event.where
        and other.start is not None
        and event.start is not None
        and other.start < event.start - window.length
    ]
    elsewhere = [
        other
        for other in known
        if other is not event
        and other.title == event.title
        and other.start is not None
        and other.start <= window.onset
        and window.causes
        and other.where
        and not any(_within(cause, other) for cause in window.causes)
    ]
    said = []
    if len(earlier) >= _HABIT:
        said.append(f"{len(earlier)} earlier ones of its kind there are not part of this incident")
    if elsewhere:
        said.append("the same also happened elsewhere, where nothing moved")
    return "; ".join(said)


def _long(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"

"""What looks wrong in a business calendar that can be compiled all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from .hours import DAY, DAYS, Span, show_span, show_time

if TYPE_CHECKING:
    from .calendar import BusinessCalendar


def findings(calendar: BusinessCalendar) -> list[str]:
    """Return each finding as a sentence, the hours' first."""
    return [
        *_overlaps_of_the_week(calendar),
        *_overlaps_of_exceptions(calendar),
        *_holidays_on_closed_days(calendar),
        *_outside_the_horizon(calendar),
        *_holidays_end(calendar),
        *_edges_in_changed_hours(calendar),
    ]


def _overlaps(spans: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    for one, other in pairwise(sorted(spans)):
        if other[0] < one[1]:
            yield one, other


def _overlaps_of_the_week(calendar: BusinessCalendar) -> Iterator[str]:
    for n, spans in enumerate(calendar.week):
        for one, other in _overlaps(spans):
            yield f"{DAYS[n]}: {show_span(one)} and {show_span(other)} overlap; what they share counts once."
        late = [(opening - DAY, closing - DAY) for opening, closing in calendar.week[n - 1] if closing > DAY]
        for one in late:
            for other in (span for span in spans if span[0] < one[1]):
                yield (
                    f"{DAYS[n]}: {show_span(other)} overlaps with {DAYS[n - 1]} {show_span((one[0] + DAY, one[1] + DAY))}, "
                    "which runs into it; what they share counts once."
                )


def _overlaps_of_exceptions(calendar: BusinessCalendar) -> Iterator[str]:
    for day, spans in calendar.exceptions.items():
        for one, other in _overlaps(spans):
            yield f"{day}: {show_span(one)} and {show_span(other)} overlap; what they share counts once."


def _holidays_on_closed_days(calendar: BusinessCalendar) -> Iterator[str]:
    """Own dates only: a public holiday has a name and falls where it falls, on Sundays too."""
    nights = [any(closing > DAY for _, closing in calendar.week[n - 1]) for n in range(7)]
    closed = [
        day
        for day, name in calendar.holidays.items()
        if not name and not calendar.week[day.weekday()] and not nights[day.weekday()]
    ]
    if closed:
        yield f"{_count(len(closed), 'holiday')} on a day that is closed anyway, such as {closed[0]} ({DAYS[closed[0].weekday()]})."
    for day in calendar.holidays:
        if day in calendar.exceptions:
            yield f"{day} is a holiday and has hours of its own; its own hours count."


def _outside_the_horizon(calendar: BusinessCalendar) -> Iterator[str]:
    first, last = calendar.horizon
    for day in calendar.exceptions:
        if not first <= day.year <= last:
            yield f"{day} has hours of its own and is outside the horizon, {first} to {last}."


def _holidays_end(calendar: BusinessCalendar) -> Iterator[str]:
    last = max(calendar.holidays, default=None)
    if last is not None and last.year < calendar.horizon[1]:
        yield f"The last holiday is {last}; the years after it, up to {calendar.horizon[1]}, have none."


def _edges_in_changed_hours(calendar: BusinessCalendar) -> Iterator[str]:
    """Hours that begin or end in the hour that clocks skip or repeat: legal, and worth knowing of."""
    edges = sorted({edge % DAY for spans in calendar.week for span in spans for edge in span} - {0})
    found = (
        at
        for begin, end in calendar.wall_clock.changed_hours().tolist()
        for midnight in (begin - begin % DAY, end - end % DAY)
        for at in (midnight + edge for edge in edges)
        if begin < at < end
    )
    dated = {(date(1970, 1, 1) + timedelta(days=at // DAY), at % DAY) for at in found}
    hit = sorted((day, at) for day, at in dated if calendar.horizon[0] <= day.year <= calendar.horizon[1])
    if hit:
        day, at = hit[0]
        yield (
            f"{show_time(at)} lies inside an hour that clocks skip or repeat "
            f"({_count(len(hit), 'time')}, first on {day}): in a repeated hour both passes count, in a skipped one none."
        )


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")

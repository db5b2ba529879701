"""When a schedule runs, said in words: "every 15 min on workdays 8-19", "every monday at 9:00"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...model.errors import UnknownName
from ...model.nearest import did_you_mean

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALL, _WORK, _END = tuple(range(7)), tuple(range(5)), (5, 6)
_SETS = {
    "day": _ALL, "days": _ALL, "daily": _ALL, "workday": _WORK, "workdays": _WORK, "weekday": _WORK,
    "weekdays": _WORK, "weekend": _END, "weekends": _END,
}  # fmt: skip
_EXAMPLES = 'Write it like "every 15 min on workdays 8-19", "every day at 6:00" or "every monday at 9:00".'


@dataclass(frozen=True)
class When:
    """At which minutes of which hours of which weekdays (0: Monday), on the clock of the machine."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    said: str = ""

    def next_after(self, now: datetime) -> datetime:
        """Return the first time after `now` (naive, or aware in the machine's zone) at which it runs."""
        return next(self._times(now, 1))

    def last_until(self, now: datetime) -> datetime:
        """Return the last time up to `now` at which it ran, or should have."""
        return next(self._times(now, -1))

    def _times(self, now: datetime, step: int) -> Iterator[datetime]:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        for number in range(9):
            day = midnight + timedelta(days=step * number)
            if day.weekday() in self.days:
                times = [day.replace(hour=h, minute=m) for h in self.hours for m in self.minutes]
                for time in sorted(times, reverse=step < 0):
                    if (time > now) if step > 0 else (time <= now):
                        yield time

    @property
    def words(self) -> str:
        """Say it in full: "Monday to Friday, every 15 minutes from 08:00 to 18:45"."""
        return f"{self._day_words()}, {self._time_words()}"

    def _day_words(self) -> str:
        if self.days == _ALL:
            return "every day"
        names = [DAYS[day].capitalize() for day in self.days]
        runs_on = self.days == tuple(range(self.days[0], self.days[-1] + 1)) and len(names) > 2
        return f"{names[0]} to {names[-1]}" if runs_on else " and ".join(names)

    def _time_words(self) -> str:
        first, last = f"{self.hours[0]:02}:{self.minutes[0]:02}", f"{self.hours[-1]:02}:{self.minutes[-1]:02}"
        if len(self.minutes) > 1:
            return f"every {60 // len(self.minutes)} minutes from {first} to {last}"
        steps = {b - a for a, b in zip(self.hours, self.hours[1:], strict=False)}
        if len(self.hours) > 2 and len(steps) == 1:
            step = steps.pop()
            return f"{'hourly' if step == 1 else f'every {step} hours'} from {first} to {last}"
        return "at " + " and ".join(f"{hour:02}:{self.minutes[0]:02}" for hour in self.hours)


def next_run(said: str, now: datetime) -> datetime:
    """Return when a schedule that is said in words runs next after `now` (naive, or aware in the machine's zone)."""
    return read_when(said).next_after(now)


_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?"
_RANGE = re.compile(rf"\b(?:between |from )?{_CLOCK}\s*(?:-|–|to|and|until)\s*{_CLOCK}(?:\s*o'?clock)?\s*$")
_EVERY = re.compile(r"^every\s+(?:(\d+)\s*)?(min|mins|minute|minutes|m|hour|hours|h)\b")


def read_when(said: str) -> When:
    """Return when a schedule runs. Raise UnknownName, with an example, for what cannot be understood."""
    text = " ".join(said.casefold().split())
    rest = text
    if repeated := _EVERY.match(text):
        number, unit = int(repeated[1] or 1), repeated[2]
        rest = text[repeated.end() :].strip()
        hours = range(24)
        if (span := _RANGE.search(rest)) is not None:
            hours = _span(span, said)
            rest = rest[: span.start()].strip()
        days = _days(rest, said)
        return When(*_steps(number, unit[0] == "h", hours, said), days, said)
    before, at, clock = rest.partition(" at ")
    if not at:
        raise _unclear(said, "It says no time of the day.")
    times = [_time(part, said) for part in re.split(r"\s*(?:,|and)\s*", clock) if part]
    minutes = {minute for _, minute in times}
    if len(minutes) > 1:
        raise _unclear(said, "All its times have to be at the same minute; make one schedule for each.")
    days = _days(re.sub(r"^(every|weekly|each)\s*", "", before) or "day", said)
    return When(tuple(minutes), tuple(sorted({hour for hour, _ in times})), days, said)


def _steps(number: int, hourly: bool, hours: range, said: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if hourly:
        if not 1 <= number <= 12:
            raise _unclear(said, "Every 1 to 12 hours is possible.")
        return (0,), tuple(hours[::number])
    if number == 0 or number > 60 or 60 % number:
        raise _unclear(
            said, f"Every {number} minutes does not fit into an hour: 5, 10, 15, 20, 30 and 60 do."
        )
    return tuple(range(0, 60, number)), tuple(hours)


def _span(found: re.Match[str], said: str) -> range:
    (start, a), (end, b) = (
        _clock(*found.group(1, 2, 3), said=said),
        _clock(*found.group(4, 5, 6), said=said, last=24),
    )
    if a or b:
        raise _unclear(said, "From and to are full hours.")
    if end <= start:
        raise _unclear(said, f"{end}:00 is not after {start}:00; a night is two schedules.")
    return range(start, end)


def _time(text: str, said: str) -> tuple[int, int]:
    found = re.fullmatch(_CLOCK + r"(?:\s*o'?clock)?", text.strip())
    if found is None:
        raise _unclear(said, f"'{text.strip()}' is no time of the day.")
    return _clock(*found.group(1, 2, 3), said=said)


def _clock(hour: str, minute: str | None, half: str | None, *, said: str, last: int = 23) -> tuple[int, int]:
    number = int(hour)
    if half:
        number = number % 12 + (12 if half == "pm" else 0)
    if number > last or int(minute or 0) > 59:
        raise _unclear(said, f"'{hour}{f':{minute}' if minute else ''}' is no time of the day.")
    return number, int(minute or 0)


def _days(text: str, said: str) -> tuple[int, ...]:
    """Return the weekdays that are named: "on workdays", "monday and thursday", "mon-fri"; all where none is."""
    text = re.sub(r"^(on|every)\s+", "", text.strip())
    if not text:
        return _ALL
    found: set[int] = set()
    for part in re.split(r"\s*(?:,|\band\b)\s*", text):
        first, dash, last = (piece.strip() for piece in re.sub(r"\s(to|through)\s", "-", part).partition("-"))
        if dash:
            a, b = _day(first, said), _day(last, said)
            found.update(day % 7 for day in range(a, (b if b >= a else b + 7) + 1))
        else:
            found.update(_SETS[first] if first in _SETS else (_day(first, said),))
    return tuple(sorted(found))


def _day(text: str, said: str) -> int:
    for number, name in enumerate(DAYS):
        if text.rstrip("s") == name.rstrip("s") or (len(text) >= 3 and name.startswith(text.rstrip("."))):
            return number
    raise _unclear(said, f"'{text}' is no weekday.{did_you_mean(text, [*DAYS, *_SETS])}")


def _unclear(said: str, why: str) -> UnknownName:
    return UnknownName(
        f"'{said}' is no schedule. {why}", not_done="Nothing was scheduled.", next_step=_EXAMPLES
    )

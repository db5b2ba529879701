"""Schedules as people say them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.buttons.schedules.when import When, read_when
from sheetops.model.errors import UnknownName


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("every 15 min on workdays 8-19", "Monday to Friday, every 15 minutes from 08:00 to 18:45"),
        ("every 15 minutes between 8 and 19 ", "every day, every 15 minutes from 08:00 to 18:45"),
        ("Every 30 min on mon-fri from 8:00 to 18:00", "Monday to Friday, every 30 minutes from 08:00 to 17:30"),
        ("every hour", "every day, hourly from 00:00 to 23:00"),
        ("every 2 hours on weekdays 8-18", "Monday to Friday, every 2 hours from 08:00 to 16:00"),
        ("every 60 min", "every day, hourly from 00:00 to 23:00"),
        ("every day at 6:00", "every day, at 06:00"),
        ("daily at 6", "every day, at 06:00"),
        ("every workday at 6.30 and 18.30", "Monday to Friday, at 06:30 and 18:30"),
        ("every monday at 9:00", "Monday, at 09:00"),
        ("weekly on monday at 9am", "Monday, at 09:00"),
        ("every monday and thursday at 9 pm", "Monday and Thursday, at 21:00"),
        ("every tue, sat at 7", "Tuesday and Saturday, at 07:00"),
        ("every fri-mon at 12:15", "Monday and Friday and Saturday and Sunday, at 12:15"),
        ("every weekend at 12am", "Saturday and Sunday, at 00:00"),
        ("every 15 min on mondays 0-24", "Monday, every 15 minutes from 00:00 to 23:45"),
    ],
)  # fmt: skip
def test_what_people_say_is_said_back_in_full(said: str, words: str) -> None:
    assert read_when(said).words == words


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("every 7 min", "Every 7 minutes does not fit into an hour: 5, 10, 15, 20, 30 and 60 do."),
        ("every 0 min", "Every 0 minutes does not fit into an hour"),
        ("every 13 hours", "Every 1 to 12 hours is possible."),
        ("every day", "It says no time of the day."),
        ("sometimes", "It says no time of the day."),
        ("every day at noonish", "'noonish' is no time of the day."),
        ("every day at 25:00", "'25:00' is no time of the day."),
        ("every day at 6:70", "'6:70' is no time of the day."),
        ("every mnday at 6", "'mnday' is no weekday. Did you mean 'monday'?"),
        ("every day at 6:00 and 7:30", "All its times have to be at the same minute"),
        ("every 15 min 19-8", "8:00 is not after 19:00; a night is two schedules."),
        ("every 15 min 8:30-19", "From and to are full hours."),
        ("", "It says no time of the day."),
    ],
)
def test_what_is_no_schedule_is_said_with_an_example(said: str, why: str) -> None:
    with pytest.raises(UnknownName) as caught:
        read_when(said)
    assert why in caught.value.what
    assert caught.value.next_step.startswith('Write it like "every 15 min on workdays 8-19"')


FRIDAY_NIGHT = dt.datetime(2026, 11, 27, 18, 50)


def test_the_next_time_after_friday_evening_is_monday_morning() -> None:
    when = read_when("every 15 min on workdays 8-19")
    assert when.next_after(FRIDAY_NIGHT) == dt.datetime(2026, 11, 30, 8)
    assert when.last_until(FRIDAY_NIGHT) == dt.datetime(2026, 11, 27, 18, 45)
    assert read_when("every friday at 18:50").next_after(FRIDAY_NIGHT) == dt.datetime(2026, 12, 4, 18, 50)
    assert read_when("every friday at 18:50").last_until(FRIDAY_NIGHT) == FRIDAY_NIGHT


@given(
    st.sets(st.integers(0, 6), min_size=1), st.sets(st.integers(0, 23), min_size=1),
    st.sampled_from([(0,), (0, 30), (0, 15, 30, 45), (7,)]), st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1)),
)  # fmt: skip
def test_next_and_last_enclose_every_moment_and_are_times_of_the_schedule(
    days: set[int], hours: set[int], minutes: tuple[int, ...], now: dt.datetime
) -> None:
    when = When(minutes, tuple(sorted(hours)), tuple(sorted(days)))
    last, after = when.last_until(now), when.next_after(now)
    assert last <= now < after
    for time in (last, after):
        assert time.weekday() in days
        assert (time.hour, time.minute) in {(h, m) for h in hours for m in minutes}
    assert when.last_until(after - dt.timedelta(seconds=1)) == last

"""What holds for every calendar: due is the inverse of elapsed, time adds up, and never runs backwards."""

from datetime import date

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from sheetops.columns.sla import BusinessCalendar
from sheetops.model.errors import SlaError

from .clock_stories import DAYS

ZONES = (
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kolkata",
)
FIRST, LAST = 1_706_000_000, 1_790_000_000  # January 2024 to September 2026

times = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
spans = st.lists(st.tuples(times, times).filter(lambda span: span[0] != span[1]), max_size=6)
dates = st.dates(date(2024, 1, 1), date(2026, 12, 31))
instants = st.lists(st.integers(FIRST, LAST), min_size=1, max_size=20)


@st.composite
def calendars(draw):
    hours = draw(st.dictionaries(st.sampled_from(DAYS), spans, min_size=1))
    hours[draw(st.sampled_from(DAYS))] = [(draw(times), "24:00")]
    exceptions = draw(st.dictionaries(dates, spans, max_size=5))
    holidays = draw(st.lists(dates, max_size=10))
    return BusinessCalendar(
        hours, draw(st.sampled_from(ZONES)), holidays, exceptions=exceptions, horizon=(2023, 2030)
    )


goals = st.integers(1, 400_000)


def due_within(calendar, starts, goal, boundary):
    """When goals are due; a draw whose calendar is open for a minute a week, so that the goal is years away, is no story."""
    try:
        return calendar.due(starts, goal, boundary)
    except SlaError:
        assume(False)


@given(calendars(), instants, goals, st.sampled_from(["opening", "closing"]))
def test_due_is_the_inverse_of_elapsed(calendar, starts, goal, boundary):
    starts = np.array(starts)
    due = due_within(calendar, starts, goal, boundary)
    assert np.array_equal(calendar.seconds_between(starts, due), np.full(len(starts), goal))
    assert np.all(due > starts)
    earlier = due - 1 if boundary == "closing" else due
    assert calendar.is_open(earlier).all()


@given(calendars(), instants, st.integers(-400_000, -1), st.sampled_from(["opening", "closing"]))
def test_a_negative_goal_goes_back(calendar, starts, goal, boundary):
    due = due_within(calendar, starts, goal, boundary)
    assert np.array_equal(calendar.seconds_between(due, starts), np.full(len(starts), -goal))


@given(calendars(), instants, st.sampled_from(["opening", "closing"]))
def test_no_goal_at_all(calendar, starts, boundary):
    starts = np.array(starts)
    due = calendar.due(starts, 0, boundary)
    assert np.array_equal(due == starts, calendar.is_open(starts) | (boundary == "closing"))
    assert not calendar.seconds_between(starts, due).any()


@given(calendars(), st.tuples(*[st.integers(FIRST, LAST)] * 3))
def test_elapsed_adds_up_over_every_split(calendar, three):
    a, b, c = three  # in any order: the other way round counts negative
    assert calendar.seconds_between(a, b) + calendar.seconds_between(b, c) == calendar.seconds_between(a, c)
    assert calendar.seconds_between(b, a) == -calendar.seconds_between(a, b)


@given(calendars(), instants)
def test_time_never_runs_backwards_nor_faster_than_the_clock(calendar, ends):
    ends = np.array(sorted(ends))
    elapsed = calendar.seconds_between(FIRST, ends)
    assert (np.diff(elapsed) >= 0).all()
    assert (np.diff(elapsed) <= np.diff(ends)).all()


@given(calendars(), instants, goals, goals)
def test_a_later_start_or_a_longer_goal_is_never_due_earlier(calendar, starts, goal, more):
    try:
        late = calendar.due(sorted(starts), goal + more)
    except SlaError:
        return
    soon = calendar.due(sorted(starts), goal)
    assert (np.diff(soon) >= 0).all()
    assert (soon <= late).all()
    assert (calendar.due(sorted(starts), goal, "closing") <= soon).all()


@given(calendars(), st.tuples(st.integers(FIRST, LAST), st.integers(FIRST, LAST)).map(sorted))
def test_the_intervals_explain_the_seconds(calendar, pair):
    found = calendar.intervals(*pair)
    assert (found[:, 1] - found[:, 0]).sum() == calendar.seconds_between(*pair)
    assert (found[:, 0] < found[:, 1]).all()
    assert (found[1:, 0] > found[:-1, 1]).all()
    assert ((found >= pair[0]) & (found <= pair[1])).all()


@given(calendars(), instants)
def test_one_after_the_other_is_the_same_as_all_at_once(calendar, starts):
    ends = [min(start + 7 * 86_400, LAST) for start in starts]
    one_by_one = [calendar.seconds_between(start, end) for start, end in zip(starts, ends, strict=True)]
    assert calendar.seconds_between(starts, ends).tolist() == one_by_one

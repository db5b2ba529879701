"""Targets: how they are written, and when a goal with one is due."""

import numpy as np
import pytest

from sheetops.columns.sla import BusinessCalendar, due_at, parse_target
from sheetops.model.errors import SlaError

from .clock_stories import at, local, weekdays

OFFICE = BusinessCalendar(weekdays(("09:00", "18:00")), "Europe/London", ["2026-04-03", "2026-04-06"])

CANONICAL = {
    "4h": "4h", "30m": "30m", "90s": "1m 30s", "1h 30m": "1h 30m", "1h30m": "1h 30m", "90m": "1h 30m", "36h": "36h",
    "4 hrs": "4h", "4 hours": "4h", "1 Hour and 5 minutes": "1h 5m", "2bd": "2bd", "2 business days": "2bd",
    "3 working days": "3bd", "3d": "3d", "90 days": "90d", "2w": "14d", "6mo": "6mo", "1y": "1y", "12 months": "1y",
    "1y 6mo": "18mo", "next business day 16:00": "next business day 16:00", "Next business day at 9:00": "next business day 09:00",
}  # fmt: skip


@pytest.mark.parametrize(("said", "canonical"), CANONICAL.items())
def test_every_spelling_has_one_canonical_text(said, canonical):
    target = parse_target(said)
    assert str(target) == canonical
    assert parse_target(canonical) == target


REFUSED = {
    "0h": "'0h' has no length: every case would be breached the second after it begins.",
    "4x": "'4x' is not a target: there is no unit 'x'. Did you mean '4h'?",
    "3 dyas": "there is no unit 'dyas'. Did you mean '3d'?",
    "4": "'4' is not a target. It has no unit. Did you mean '4h'?",
    "1.5h": "Write whole numbers: 1.5h is 1h 30m.",
    "-4h": "A target lies after the start: it cannot be negative.",
    "1d 4h": "'1d 4h' mixes calendar days and open seconds, which run on different clocks.",
    "": "'' is not a target.",
    "soon": "'soon' is not a target.",
    "next business day": "'next business day' says not by when.",
    "next business day 24:00": "24:00 is the end of that day.",
    "next business day 26:00": "'26:00' is not a time of day",
    "99999999999h": "is longer than any calendar reaches",
    "9999y": "is longer than any calendar reaches",
}


@pytest.mark.parametrize(("said", "why"), REFUSED.items())
def test_what_is_no_target_is_refused_with_the_reason(said, why):
    with pytest.raises(SlaError) as caught:
        parse_target(said)
    assert why in caught.value.what


def test_an_hours_target_is_judged_by_elapsed_and_the_others_are_deadlines():
    assert parse_target("4h").is_elapsed_based
    assert parse_target("4h").seconds == 4 * 3600
    for deadline in ("2bd", "30d", "6mo", "next business day 16:00"):
        assert not parse_target(deadline).is_elapsed_based
        assert parse_target(deadline).seconds is None


def due(target, start, calendar=OFFICE, boundary="opening"):
    zone = calendar.timezone
    return local(due_at(parse_target(target), at(start, zone), calendar, boundary), zone)


DUE = [
    ("4h", "2026-03-06 17:00", "2026-03-09 12:00+00:00"),
    # business days: the same wall time; a start outside of hours counts from the next opening
    ("1bd", "2026-03-05 11:30", "2026-03-06 11:30+00:00"),
    ("2bd", "2026-03-05 11:30", "2026-03-09 11:30+00:00"),
    ("1bd", "2026-03-05 07:00", "2026-03-06 09:00+00:00"),
    ("1bd", "2026-03-06 20:00", "2026-03-10 09:00+00:00"),
    ("1bd", "2026-03-07 11:00", "2026-03-10 09:00+00:00"),
    ("1bd", "2026-04-02 10:00", "2026-04-07 10:00+01:00"),  # Good Friday and Easter Monday
    ("2bd", "2026-03-27 10:00", "2026-03-31 10:00+01:00"),  # the clocks change
    # the first business day after the date, whenever the case began
    ("next business day 16:00", "2026-03-05 11:30", "2026-03-06 16:00+00:00"),
    ("next business day 16:00", "2026-03-06 20:00", "2026-03-09 16:00+00:00"),
    ("next business day 16:00", "2026-03-07 11:00", "2026-03-09 16:00+00:00"),
    ("next business day 16:00", "2026-03-09 07:00", "2026-03-10 16:00+00:00"),
    # calendar days and months: wall time, open or closed
    ("3d", "2026-03-05 11:30", "2026-03-08 11:30+00:00"),
    ("2w", "2026-03-20 11:30", "2026-04-03 11:30+01:00"),
    ("90d", "2026-03-05 23:30", "2026-06-03 23:30+01:00"),
    ("1mo", "2026-01-31 10:00", "2026-02-28 10:00+00:00"),
    ("1mo", "2028-01-31 10:00", "2028-02-29 10:00+00:00"),
    ("6mo", "2026-08-31 10:00", "2027-02-28 10:00+00:00"),
    ("1y", "2028-02-29 10:00", "2029-02-28 10:00+00:00"),
    ("1mo", "2026-12-15 10:00", "2027-01-15 10:00+00:00"),
    # a wall time that does not exist, or twice, on the due date
    ("1d", "2026-03-28 01:30", "2026-03-29 02:00+01:00"),
    ("1mo", "2026-02-28 01:30", "2026-03-28 01:30+00:00"),
    ("1d", "2026-10-24 01:30", "2026-10-25 01:30+01:00"),
]


@pytest.mark.parametrize(("target", "start", "expected"), DUE)
def test_when_it_is_due(target, start, expected):
    assert due(target, start) == expected


def test_a_date_that_a_zone_skipped_gives_the_first_instant_after_it():
    apia = BusinessCalendar("24x7", "Pacific/Apia")
    assert due("1d", "2011-12-29 10:00", apia) == "2011-12-31 00:00+14:00"


def test_a_start_in_the_second_pass_of_a_fold_keeps_its_wall_time():
    second = at("2026-10-25 01:30:00+00:00")
    assert local(due_at(parse_target("1d"), second, OFFICE)) == "2026-10-26 01:30+00:00"


def test_the_boundary_matters_to_hours_only():
    assert due("9h", "2026-03-06 09:00") == "2026-03-09 09:00+00:00"
    assert due("9h", "2026-03-06 09:00", boundary="closing") == "2026-03-06 18:00+00:00"
    assert due("1bd", "2026-03-06 18:00", boundary="closing") == "2026-03-10 09:00+00:00"


def test_a_campaign_day_is_a_business_day_and_the_morning_of_a_night_shift_is_none():
    campaign = BusinessCalendar(
        weekdays(("09:00", "18:00")),
        "Europe/London",
        exceptions={"2026-03-07": [("20:00", "02:00")], "2026-03-09": []},
    )
    assert due("1bd", "2026-03-06 10:00", campaign) == "2026-03-07 10:00+00:00"
    assert due("2bd", "2026-03-06 10:00", campaign) == "2026-03-10 10:00+00:00"


@pytest.mark.parametrize("target", ["4h", "2bd", "3d", "6mo", "next business day 16:00"])
def test_many_at_once_are_the_same_as_one_by_one(target):
    starts = np.arange(at("2026-01-01"), at("2027-01-01"), 9_973)
    wanted = parse_target(target)
    together = due_at(wanted, starts, OFFICE)
    assert together.dtype == np.int64
    assert together[::50].tolist() == [due_at(wanted, int(start), OFFICE) for start in starts[::50]]
    if target != "6mo":  # August 28 at 10:00 and August 31 at 9:00: both February 28, the later start earlier
        assert (np.diff(together) >= 0).all()
    assert (together > starts).all()


@pytest.mark.parametrize("target", ["99999h", "30000bd", "30000d", "1000mo"])
def test_beyond_the_horizon_is_an_error(target):
    with pytest.raises(SlaError, match="horizon"):
        due(target, "2026-03-05 10:00")
    with pytest.raises(SlaError, match="horizon"):
        due("1d", "2060-12-31 10:00")

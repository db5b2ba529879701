"""The clock of an SLA, story by story."""

import numpy as np
import pytest

from sheetops.columns.sla import BusinessCalendar
from sheetops.model.errors import SlaError

from .clock_stories import SCHEDULES, at, every_day, local, weekdays

OFFICE = BusinessCalendar(
    weekdays(("09:00", "18:00")), "Europe/London", ["2025-12-25", "2025-12-26"], name="office"
)
HOUR = 3600


def night(zone="Europe/London", **more):
    return BusinessCalendar(every_day(("22:00", "06:00")), zone, **more)


# --- what counts --------------------------------------------------------------------------------------


def test_nights_weekends_and_holidays_do_not_count():
    wednesday, monday = at("2025-12-24 17:00"), at("2025-12-29 10:00")
    assert OFFICE.seconds_between(wednesday, monday) == 2 * HOUR


def test_arrays_and_single_instants_and_one_start_for_many_ends():
    start = at("2026-03-02 08:00")
    ends = np.array([[start, start + HOUR], [start + 2 * HOUR, start + 24 * HOUR]])
    assert OFFICE.seconds_between(start, ends).tolist() == [[0, 0], [HOUR, 9 * HOUR]]
    assert OFFICE.seconds_between(ends[:0], ends[:0]).shape == (0, 2)
    assert OFFICE.seconds_between([], []).dtype == np.int64
    assert isinstance(OFFICE.seconds_between(start, start + HOUR), np.int64)


def test_an_end_before_its_start_counts_negative():
    assert OFFICE.seconds_between(at("2026-03-02 12:00"), at("2026-03-02 10:00")) == -2 * HOUR


def test_the_opening_second_counts_and_the_closing_second_does_not():
    moments = [at(f"2026-03-02 {time}") for time in ("08:59:59", "09:00:00", "17:59:59", "18:00:00")]
    assert OFFICE.is_open(moments).tolist() == [False, True, True, False]


def test_in_a_gap_nothing_counts_and_in_a_fold_both_passes_do():
    small_hours = BusinessCalendar(every_day(("01:00", "02:00")), "Europe/London")
    day = 24 * HOUR
    assert small_hours.seconds_between(at("2025-03-30 00:00"), at("2025-03-30 12:00")) == 0
    assert small_hours.seconds_between(at("2025-10-26 00:00"), at("2025-10-26 12:00")) == 2 * HOUR
    assert small_hours.seconds_between(at("2025-10-27 00:00"), at("2025-10-27 00:00") + day) == HOUR


def test_an_edge_inside_a_repeated_hour_opens_twice():
    from_half_past = BusinessCalendar(every_day(("01:30", "02:00")), "Europe/London")
    found = from_half_past.intervals(at("2025-10-26 00:00"), at("2025-10-26 12:00"))
    assert [[local(a), local(b)] for a, b in found] == [
        ["2025-10-26 01:30+01:00", "2025-10-26 01:00+00:00"],
        ["2025-10-26 01:30+00:00", "2025-10-26 02:00+00:00"],
    ]


def test_a_date_that_a_zone_skipped_has_no_hours():
    apia = BusinessCalendar("24x7", "Pacific/Apia", ["2011-12-30"])
    start, end = at("2011-12-29 00:00", "Pacific/Apia"), at("2012-01-01 00:00", "Pacific/Apia")
    assert apia.seconds_between(start, end) == end - start == 48 * HOUR


def test_a_night_shift_runs_into_the_next_day():
    assert night().seconds_between(at("2026-03-02 21:00"), at("2026-03-03 07:00")) == 8 * HOUR


def test_a_holiday_closes_its_own_date_and_nothing_else():
    calendar = night(holidays=["2026-03-03"])
    found = calendar.intervals(at("2026-03-02 12:00"), at("2026-03-04 12:00"))
    assert [[local(a), local(b)] for a, b in found] == [
        ["2026-03-02 22:00+00:00", "2026-03-03 00:00+00:00"],
        ["2026-03-04 00:00+00:00", "2026-03-04 06:00+00:00"],
    ]


def test_a_campaign_night_opens_a_holiday_and_runs_into_a_closed_day():
    calendar = BusinessCalendar(
        weekdays(("09:00", "18:00")),
        "Europe/London",
        ["2025-11-28"],
        exceptions={"2025-11-28": [("18:00", "02:00")], "2025-12-01": []},
    )
    found = calendar.intervals(at("2025-11-28 00:00"), at("2025-12-02 10:00"))
    assert [[local(a), local(b)] for a, b in found] == [
        ["2025-11-28 18:00+00:00", "2025-11-29 02:00+00:00"],
        ["2025-12-02 09:00+00:00", "2025-12-02 10:00+00:00"],
    ]


def test_hours_that_touch_at_midnight_are_one_interval():
    calendar = BusinessCalendar("24x7", "Europe/London")
    start, end = at("2026-03-02 00:00"), at("2026-03-09 00:00")
    assert calendar.intervals(start, end).tolist() == [[start, end]]


def test_hours_in_words_are_the_same_as_hours_in_a_table():
    said = BusinessCalendar("mon-thu 09:00-12:00, 13:00-17:30; sat 11:00-14:30", "Europe/London")
    assert said == BusinessCalendar(SCHEDULES["lunch"], "Europe/London")
    nights = BusinessCalendar("daily 22:00–06:00", "Europe/London")
    assert nights == night()


def test_many_breaks_in_a_day():
    spans = [(f"09:{minute:02d}", f"09:{minute + 1:02d}") for minute in range(0, 58, 2)]
    calendar = BusinessCalendar({"mon": spans}, "UTC")
    monday = at("2026-03-02 09:00", "UTC")
    assert calendar.seconds_between(monday, monday + 5 * 60) == 3 * 60
    assert calendar.due(monday, [59, 60, 61, 29 * 60 - 1]).tolist() == [
        monday + 59, monday + 120, monday + 121, monday + 57 * 60 - 1
    ]  # fmt: skip


def test_february_29_is_a_day_like_others():
    assert OFFICE.seconds_between(at("2024-02-28 12:00"), at("2024-03-01 12:00")) == 18 * HOUR
    closed = BusinessCalendar(weekdays(("09:00", "18:00")), "Europe/London", ["2024-02-29"])
    assert closed.seconds_between(at("2024-02-28 12:00"), at("2024-03-01 12:00")) == 9 * HOUR


# --- when it is due -----------------------------------------------------------------------------------


def due(start, goal, boundary="opening", calendar=OFFICE):
    return local(calendar.due(at(start), goal, boundary))


def test_a_goal_runs_on_over_the_weekend():
    assert due("2026-03-06 17:00", 4 * HOUR) == "2026-03-09 12:00+00:00"


def test_a_goal_used_up_exactly_at_closing():
    assert due("2026-03-06 16:00", 2 * HOUR) == "2026-03-09 09:00+00:00"
    assert due("2026-03-06 16:00", 2 * HOUR, "closing") == "2026-03-06 18:00+00:00"


def test_both_boundaries_give_one_elapsed():
    start = at("2026-03-06 16:00")
    ends = [OFFICE.due(start, 2 * HOUR, boundary) for boundary in ("opening", "closing")]
    assert OFFICE.seconds_between(start, ends).tolist() == [2 * HOUR, 2 * HOUR]


def test_a_goal_of_nothing_is_due_at_once_or_at_the_next_opening():
    assert due("2026-03-06 12:00", 0) == due("2026-03-06 12:00", 0, "closing") == "2026-03-06 12:00+00:00"
    assert due("2026-03-07 12:00", 0) == "2026-03-09 09:00+00:00"
    assert due("2026-03-07 12:00", 0, "closing") == "2026-03-07 12:00+00:00"


def test_a_negative_goal_is_the_instant_from_which_so_much_was_used():
    assert due("2026-03-09 10:00", -2 * HOUR) == "2026-03-06 17:00+00:00"


# --- beyond the horizon -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at("1989-12-31 23:59:59"), "1989-12-31 23:59:59 UTC is outside the horizon of the calendar 'office': 1990 to 2060."),
        (253_370_764_800, "9999-01-01 00:00:00 UTC is outside the horizon of the calendar 'office': 1990 to 2060."),
        (np.iinfo(np.int64).min, "-9223372036854775808 (not an instant in Unix seconds) is outside the horizon"),
        (1_772_445_600_000, "is outside the horizon"),  # milliseconds
    ],
)  # fmt: skip
def test_an_instant_outside_is_named_and_never_clamped(moment, said):
    good = at("2026-03-02 10:00")
    for ask in (
        lambda: OFFICE.seconds_between([good, moment], good),
        lambda: OFFICE.seconds_between(good, [good, moment]),
        lambda: OFFICE.due([good, moment], 60),
        lambda: OFFICE.is_open(moment),
        lambda: OFFICE.wall(moment),
    ):
        with pytest.raises(SlaError) as caught:
            ask()
        assert said in caught.value.what


def test_the_horizon_is_whole_years_of_local_time():
    calendar = BusinessCalendar("24x7", "America/New_York", horizon=(2026, 2026))
    start, end = at("2026-01-01 00:00", "America/New_York"), at("2027-01-01 00:00", "America/New_York")
    assert calendar.seconds_between(start, end) == 365 * 24 * HOUR
    assert calendar.due(start, 365 * 24 * HOUR, "closing") == end
    for ask in (
        lambda: calendar.seconds_between(start - 1, end),
        lambda: calendar.seconds_between(start, end + 1),
    ):
        with pytest.raises(SlaError, match="2026 to 2026"):
            ask()


@pytest.mark.parametrize("goal", [10**9, np.iinfo(np.int64).max, np.iinfo(np.int64).min, -(10**9)])
def test_a_goal_that_ends_outside_names_its_start(goal):
    with pytest.raises(SlaError, match="open seconds from 2026-03-02 10:00:00 UTC end outside the horizon"):
        OFFICE.due([at("2026-03-02 10:00")], [goal])


# --- what cannot be -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({}, "this calendar has no open time: no goal would ever be due."),
        ({"mon": []}, "this calendar has no open time"),
        ({"monn": [("09:00", "18:00")]}, "there is no day 'monn'. Did you mean 'mon'?"),
        ({"mon": [("9", "18:00")]}, "mon: '9' is not a time of day. Write it like 09:00."),
        ({"mon": [("09:00", "25:00")]}, "mon: '25:00' is not a time of day: a day runs from 00:00 to 24:00."),
        (
            {"mon": [("09:00", "09:00")]},
            "mon: 09:00-09:00 has no length. For the whole day write 00:00-24:00.",
        ),
        ({"mon": ["09:00", "18:00"]}, "mon: ['09:00', '18:00'] are no opening hours."),
        ({"mon": 9}, "mon: 9 are no opening hours."),
        ("mon-fri", "'mon-fri' names a day without hours."),
        ("09:00-18:00", "'09:00-18:00' stands before any day."),
        ("mon-fry 09:00-18:00", "there is no day 'fry'. Did you mean 'fri'?"),
        ("mon 9-18", "'9' is not a time of day."),
        ("", "this calendar has no open time"),
        (None, "None are no hours of a week."),
    ],
)
def test_hours_that_cannot_be(hours, said):
    with pytest.raises(SlaError) as caught:
        BusinessCalendar(hours, "Europe/London")
    assert said in caught.value.what[0].lower() + caught.value.what[1:] or said in caught.value.what


def test_holidays_zones_horizons_and_exceptions_that_cannot_be():
    week = weekdays(("09:00", "18:00"))
    for make, said in (
        (lambda: BusinessCalendar(week, "Europe/Londn"), "there is no time zone 'Europe/Londn'"),
        (lambda: BusinessCalendar(week, ""), "there is no time zone ''"),
        (lambda: BusinessCalendar(week, "UTC", ["2026-02-29"]), "'2026-02-29' is not a date"),
        (lambda: BusinessCalendar(week, "UTC", "2026-02-28"), "is no list of dates"),
        (lambda: BusinessCalendar(week, "UTC", exceptions={"2026-02-28": [("9:00", "9:00")]}), "2026-02-28: 09:00-09:00 has no length"),
        (lambda: BusinessCalendar(week, "UTC", horizon=(2026, 2025)), "not 2026 to 2025"),
        (lambda: BusinessCalendar(week, "UTC", horizon=(2026, 9999)), "not 2026 to 9999"),
    ):  # fmt: skip
        with pytest.raises(SlaError) as caught:
            make()
        assert said in caught.value.what


def test_times_that_are_no_whole_seconds():
    for wrong in (1.5, np.array(["2026-03-02"], "datetime64[ns]"), None, True):
        with pytest.raises(SlaError, match="whole numbers of seconds"):
            OFFICE.seconds_between(wrong, at("2026-03-02 10:00"))


def test_a_boundary_that_is_none():
    with pytest.raises(SlaError, match="'opening' or 'closing', not 'close'"):
        OFFICE.due(0, 60, "close")


# --- what looks wrong ---------------------------------------------------------------------------------


def test_overlapping_hours_count_once_and_are_named():
    calendar = BusinessCalendar(
        {"mon": [("09:00", "13:00"), ("12:00", "18:00"), ("22:00", "06:00")], "tue": [("05:00", "07:00")]},
        "UTC",
        exceptions={"2026-03-04": [("10:00", "12:00"), ("11:00", "13:00")]},
    )
    assert calendar.seconds_between(at("2026-03-02", "UTC"), at("2026-03-03 08:00", "UTC")) == 18 * HOUR
    assert calendar.checks() == [
        "mon: 09:00-13:00 and 12:00-18:00 overlap; what they share counts once.",
        "tue: 05:00-07:00 overlaps with mon 22:00-06:00, which runs into it; what they share counts once.",
        "2026-03-04: 10:00-12:00 and 11:00-13:00 overlap; what they share counts once.",
    ]


def test_holidays_that_change_nothing_or_end_too_soon():
    calendar = BusinessCalendar(
        weekdays(("09:00", "18:00")),
        "UTC",
        ["2026-03-07", "2026-03-09"],
        exceptions={"2026-03-09": [("10:00", "12:00")], "2031-03-09": []},
        horizon=(2025, 2030),
    )
    assert calendar.checks() == [
        "1 holiday on a day that is closed anyway, such as 2026-03-07 (sat).",
        "2026-03-09 is a holiday and has hours of its own; its own hours count.",
        "2031-03-09 has hours of its own and is outside the horizon, 2025 to 2030.",
        "The last holiday is 2026-03-09; the years after it, up to 2030, have none.",
    ]


def test_public_holidays_on_a_weekend_are_no_finding():
    named = {"2026-12-26": "Boxing Day"}
    assert BusinessCalendar(weekdays(("09:00", "18:00")), "UTC", named, horizon=(2026, 2026)).checks() == []


def test_hours_that_begin_inside_a_changed_hour():
    calendar = BusinessCalendar(SCHEDULES["dsthr"], "Europe/London", horizon=(2025, 2026))
    (said,) = calendar.checks()
    assert said.startswith(
        "01:30 lies inside an hour that clocks skip or repeat (4 times, first on 2025-03-30): "
    )


def test_nothing_to_say_of_a_good_calendar():
    assert BusinessCalendar(weekdays(("09:00", "18:00")), "Europe/London").checks() == []


# --- which calendar it was ----------------------------------------------------------------------------


def test_the_version_changes_with_what_counts_and_not_with_the_name():
    week = weekdays(("09:00", "18:00"))
    same = BusinessCalendar(week, "Europe/London", ["2025-12-26", "2025-12-25"], name="other")
    assert same == OFFICE
    assert same.version == OFFICE.version
    assert hash(same) == hash(OFFICE)
    for other in (
        BusinessCalendar(week, "Europe/London"),
        BusinessCalendar(week, "Europe/Dublin", ["2025-12-25", "2025-12-26"]),
        BusinessCalendar(week, "Europe/London", ["2025-12-25", "2025-12-26"], exceptions={"2026-03-02": []}),
        BusinessCalendar(week, "Europe/London", ["2025-12-25", "2025-12-26"], horizon=(1990, 2050)),
    ):
        assert other != OFFICE


def test_holidays_of_the_package_know_years_that_nobody_asked_them_about():
    holidays = pytest.importorskip("holidays")
    calendar = BusinessCalendar("24x7", "Europe/London", holidays.country_holidays("GB", subdiv="ENG"))
    assert not calendar.is_open(at("2031-12-25 12:00"))
    assert (
        next(name for day, name in calendar.holidays.items() if day.isoformat() == "2031-12-25")
        == "Christmas Day"
    )

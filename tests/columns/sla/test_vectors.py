"""Independent answers: cases from other libraries' test suites, and biz as it ran. Where biz differs, each row is listed."""

from functools import cache

from sheetops.columns.sla import BusinessCalendar

from .clock_stories import HOLIDAYS, SCHEDULES, at

ELSEWHERE = {
    # (schedule, zone, start, goal): our seconds within - biz's, our due - biz's
    ("dsthr", "Europe/London", 1742587738, 86400): (0, 1800),
    ("dsthr", "Europe/London", 1742705616, 86400): (0, 1800),
    ("dsthr", "America/New_York", 1762029427, 3600): (1800, 0),
}
"""Edges inside an hour that clocks skip or repeat.

London, 2025-03-30: 01:00-02:00 does not exist. biz moves the closing 01:30 to 02:30 and so counts half an hour that
shows 02:00-02:30, which is outside of the hours; here it does not count, so the goal is used up later.
New York, 2025-11-02: 01:00-02:00 comes twice. biz closes at the first 01:30; here the second 01:00-01:30 counts too.
"""


@cache
def calendar(schedule, zone):
    return BusinessCalendar(SCHEDULES[schedule], zone, HOLIDAYS, horizon=(2024, 2027))


def test_cases_of_other_test_suites(vectors):
    wrong = []
    for case in vectors("sla/cases.json"):
        hours = BusinessCalendar(case["hours"], case["tz"], horizon=(2005, 2026))
        start = at(case["start"], case["tz"])
        if case["op"] == "between":
            found, expected = (
                hours.seconds_between(start, at(case["end"], case["tz"])),
                case["expect_s"],
            )
        else:
            found, expected = hours.due(start, case["add_s"]), at(case["expect"], case["tz"])
        if found != expected:
            wrong.append((case, int(found - expected)))
    assert wrong == []


def test_biz_agrees_except_where_an_edge_lies_in_a_changed_hour(vectors):
    different = {}
    for schedule, zone, start, end, within, goal, after in vectors("sla/biz_sample.json"):
        clock = calendar(schedule, zone)
        apart = (int(clock.seconds_between(start, end)) - within, int(clock.due(start, goal)) - after)
        if apart != (0, 0):
            different[(schedule, zone, start, goal)] = apart
    assert different == ELSEWHERE

"""Strange points in a row are one incident, which keeps its name from run to run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sheetops.columns.anomalies.incidents import Incident, as_records, incidents
from sheetops.columns.anomalies.known import concerning, known_events
from sheetops.columns.anomalies.made import incident_table
from sheetops.columns.anomalies.spec import EventSpec

HOURS = pd.date_range("2026-03-02", periods=48, freq="h", tz="UTC")


def judged(*flags: tuple[int, str], value: float = 50.0) -> pd.DataFrame:
    """Forty-eight hours at 100, with these points flagged at another value."""
    frame = pd.DataFrame(
        {
            "time": HOURS,
            "value": 100.0,
            "expected": 100.0,
            "score": 0.1,
            "flag": False,
            "anomaly": "none",
            "why": "",
        }
    )
    for number, word in flags:
        frame.loc[number, ["value", "score", "flag", "anomaly", "why"]] = [
            value,
            0.9,
            True,
            word,
            f"point {number}",
        ]
    return frame


def found(*flags: tuple[int, str], **settings: Any) -> list[Incident]:
    return incidents(judged(*flags), "viewers of traffic", "UK", **settings)


def kept(rows: pd.DataFrame | None = None, archived: tuple[str, ...] = ()) -> pd.DataFrame:
    """The table of incidents as a set of columns sees it."""
    names = [field.name for field in incident_table("incidents").fields]
    frame = (rows if rows is not None else pd.DataFrame()).rename_axis("incident").reset_index()
    frame = frame.reindex(columns=names).astype(object)
    return frame.assign(archived=frame["incident"].isin(archived))


def records(some: list[Incident], before: pd.DataFrame | None = None, since: int = 0) -> pd.DataFrame:
    return as_records(some, kept() if before is None else before, ["viewers of traffic"], HOURS[since])


def test_points_in_a_row_are_one_incident_also_over_a_short_quiet() -> None:
    one, two = found((5, "low"), (6, "low"), (9, "low"), (20, "high"))
    assert (one.started, one.until, one.points, one.direction) == (HOURS[5], HOURS[9], 3, "low")
    assert (one.actual, one.expected, one.change) == (150, 300, -0.5)
    assert (two.points, two.direction) == (1, "high")
    assert found() == []


def test_of_a_ratio_the_mean_is_told_not_the_sum() -> None:
    (one,) = found((5, "low"), (6, "low"), mean=True)
    assert (one.actual, one.expected) == (50, 100)


def test_it_has_no_end_while_its_last_points_are_flagged() -> None:
    rows = records(found((5, "low"), (46, "low")))
    assert rows["ended"].isna().tolist() == [False, True]


def test_it_keeps_its_key_while_it_grows_and_when_its_start_moves() -> None:
    first = records(found((30, "low")))
    assert list(first.index) == ["INC-0001"]
    grown = records(found((30, "low"), (31, "low"), (40, "high")), kept(first))
    assert list(grown.index) == ["INC-0001", "INC-0002"]
    assert grown.loc["INC-0001", "points"] == 2
    moved = records(found((29, "low"), (30, "low"), (31, "low"), (40, "high")), kept(grown))
    assert list(moved.index) == ["INC-0001", "INC-0002"]
    assert moved.loc["INC-0001", "started"] == HOURS[29]


def test_one_that_people_archived_keeps_its_number() -> None:
    first = records(found((5, "low")))
    again = records(found((5, "low"), (20, "high")), kept(first, archived=("INC-0001",)))
    assert list(again.index) == ["INC-0001", "INC-0002"]


def test_one_that_is_found_no_more_says_so_once() -> None:
    first = records(found((5, "low"), (20, "high")))
    left = records(found((20, "high")), kept(first))
    assert left.loc["INC-0001", "points"] == 0
    assert left.loc["INC-0001", "why"].startswith("No longer flagged")
    assert list(records(found((20, "high")), kept(left)).index) == ["INC-0002"]


def test_what_was_over_long_ago_gets_no_record_but_keeps_the_one_it_has() -> None:
    assert list(records(found((5, "low"), (40, "low")), since=30)["started"]) == [HOURS[40]]
    first = records(found((5, "low")))
    assert list(records(found((5, "low")), kept(first), since=30).index) == ["INC-0001"]


def test_another_signal_s_incidents_are_left_alone() -> None:
    first = records(found((5, "low")))
    other = as_records([], kept(first), ["ctr of traffic"], HOURS[0])
    assert other.empty


def test_the_same_incidents_make_the_same_records_in_any_order() -> None:
    some = found((5, "low"), (20, "high"), (40, "low"))
    pd.testing.assert_frame_equal(records(some), records(some[::-1]))


CAMPAIGNS = EventSpec("campaigns", "starts", "ends", "title", "campaign", "outside", True, ("market",))
RELEASES = EventSpec("releases", "at", "", "", "release", "product", False)
TABLES = {
    "campaigns": pd.DataFrame(
        {
            "starts": pd.to_datetime(["2026-07-01", "2026-07-03", None]),
            "ends": pd.to_datetime(["2026-07-02", None, "2026-07-09"]),
            "title": pd.array(["Summer sale", None, "Lost"], dtype="string"),
            "market": pd.array(["UK", None, "UK"], dtype="string"),
        }
    ),
    "releases": pd.DataFrame({"at": pd.to_datetime(["2026-07-02 14:00"], utc=True)}),
}


def test_known_events_are_read_on_the_clock_of_the_workspace() -> None:
    events = known_events(
        [CAMPAIGNS, RELEASES], TABLES, pd.Timestamp("2026-08-01", tz="UTC"), "Europe/London"
    )
    assert events["name"].tolist() == ["Summer sale", "campaign", "release"]
    assert events.loc[0, "start"] == pd.Timestamp("2026-06-30 23:00", tz="UTC")
    assert events.loc[0, "end"] == pd.Timestamp("2026-07-02 23:00", tz="UTC"), (
        "the last day counts as a whole"
    )
    assert events.loc[1, "end"] == pd.Timestamp("2026-07-03 23:00", tz="UTC")
    assert events.loc[2, "start"] == events.loc[2, "end"] == pd.Timestamp("2026-07-02 14:00", tz="UTC")
    assert events["expected"].tolist() == [True, True, False]


def test_an_event_to_come_is_not_known_yet() -> None:
    events = known_events(
        [CAMPAIGNS, RELEASES], TABLES, pd.Timestamp("2026-07-02 12:00", tz="UTC"), "Europe/London"
    )
    assert events["name"].tolist() == ["Summer sale"]


def test_an_event_concerns_what_agrees_with_it_and_a_blank_concerns_all() -> None:
    events = known_events(
        [CAMPAIGNS, RELEASES], TABLES, pd.Timestamp("2026-08-01", tz="UTC"), "Europe/London"
    )
    assert concerning(events, ["market"], ["UK"])["name"].tolist() == ["Summer sale", "campaign", "release"]
    assert concerning(events, ["market"], ["IE"])["name"].tolist() == ["campaign", "release"]
    assert concerning(events, ["segment"], ["beauty"])["name"].tolist() == [
        "Summer sale",
        "campaign",
        "release",
    ]


def test_without_events_there_are_none() -> None:
    assert known_events([], {}, pd.Timestamp("2026-08-01", tz="UTC"), "UTC").empty
    assert np.array_equal(known_events([], {}, HOURS[0], "UTC").columns[:2], ["kind", "name"])

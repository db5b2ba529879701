"""However the history arrives - shuffled, twice, in parts - the verdicts are the same; and pauses are unions."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.columns.sla.compute import SlaResult, compute
from sheetops.columns.sla.events import Watch, build_timeline
from sheetops.columns.sla.settings import Settings

from .telling import CALENDARS, LONDON, RESOLUTION, policies

START = 1_777_881_600  # Monday 4 May 2026, 09:00 in London
SETTINGS = Settings(timezone="Europe/London")
STATUSES = ("Open", "Waiting", "Held", "Resolved")
AS_OF = pd.Timestamp(START + 14 * 86_400, unit="s", tz="UTC").to_pydatetime()

steps = st.lists(st.tuples(st.integers(0, 300_000), st.sampled_from(STATUSES)), min_size=1, max_size=12)
cases = st.lists(steps, min_size=1, max_size=4)


def _history(stories: list[list[tuple[int, str]]]) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for number, story in enumerate(stories):
        at, before = START, None
        for gap, status in story:
            at += gap
            rows.append((f"C{number}", "status", before, status, at, len(rows)))
            before = status
    frame = pd.DataFrame(rows, columns=["key", "field", "old", "new", "at", "seq"]).astype(
        {"old": object, "new": object}
    )
    frame["recorded_at"] = pd.to_datetime(frame.pop("at"), unit="s", utc=True).dt.as_unit("us")
    return frame


def _compute(history: pd.DataFrame, stories: list[Any], *rows: dict[str, Any]) -> SlaResult:
    records = pd.DataFrame({"key": [f"C{n}" for n in range(len(stories))]})
    return compute(records, history, policies(*(rows or (RESOLUTION,))), CALENDARS, AS_OF, SETTINGS)


@settings(max_examples=50)
@given(cases, st.randoms(use_true_random=False))
def test_shuffled_and_doubled_histories_tell_the_same(stories: list[Any], random: Any) -> None:
    history = _history(stories)
    order = list(range(len(history))) * 2
    random.shuffle(order)
    once, again = _compute(history, stories), _compute(history.iloc[order], stories)
    pd.testing.assert_frame_equal(once.verdicts, again.verdicts)
    pd.testing.assert_frame_equal(once.columns, again.columns)


@settings(max_examples=50)
@given(cases, st.integers(0, 40))
def test_a_history_that_arrives_in_parts_tells_the_same(stories: list[Any], cut: int) -> None:
    """What was built from the first part never disagrees with what is built from all of it."""
    history = _history(stories)
    records = pd.DataFrame({"key": [f"C{n}" for n in range(len(stories))]})
    watch = Watch(frozenset({"status"}))
    whole, _ = build_timeline(records, history, watch, SETTINGS)
    part, _ = build_timeline(records, history.iloc[:cut], watch, SETTINGS)
    rest = pd.concat([history.iloc[cut:], history.iloc[:cut]])
    joined, _ = build_timeline(records, rest, watch, SETTINGS)
    pd.testing.assert_frame_equal(whole.frame(), joined.frame())
    shared = part.frame().merge(whole.frame(), on=["key", "at"], how="left", indicator=True)
    assert (shared["_merge"] == "both").all()


def _counted(story: list[tuple[int, str]], pauses: set[str]) -> int:
    """Count open seconds from change to change, one by one, while the status is none that pauses or stops."""
    at, total = START, 0
    moments = []
    for gap, status in story:
        at += gap
        moments.append((at, status))
    for (begin, status), (end, _) in zip(moments, [*moments[1:], (int(AS_OF.timestamp()), "")], strict=True):
        if status not in pauses | {"Resolved"} and end > begin:
            total += int(LONDON.seconds_between(begin, end))
    return total


@settings(max_examples=50)
@given(steps)
def test_pauses_are_a_union(story: list[tuple[int, str]]) -> None:
    both = {**RESOLUTION, "pause": "status == 'Waiting' or status in ['Held', 'Waiting']"}
    result = _compute(_history([story]), [story], both)
    if story[0][1] == "Resolved" and all(status == "Resolved" for _, status in story):
        assert result.columns["resolution_elapsed"].iloc[0].total_seconds() == 0
    else:
        assert result.columns["resolution_elapsed"].iloc[0].total_seconds() == _counted(
            story, {"Waiting", "Held"}
        )


@settings(max_examples=50)
@given(steps, st.sampled_from(["30m", "9h", "18h", "27h"]))
def test_the_boundary_changes_no_verdict(story: list[tuple[int, str]], target: str) -> None:
    first, second = (
        _compute(_history([story]), [story], {**RESOLUTION, "target": target, "boundary": boundary}).verdicts
        for boundary in ("closing", "opening")
    )
    same = ["state", "elapsed", "remaining", "at_risk_at", "breached_at", "paused_total", "changes_at"]
    pd.testing.assert_frame_equal(first[same], second[same])


@settings(max_examples=40)
@given(steps, st.integers(0, 20))
def test_the_next_change_is_the_first_second_at_which_a_state_differs(
    story: list[tuple[int, str]], day: int
) -> None:
    history = _history([story])
    records = pd.DataFrame({"key": ["C0"]})
    rows = policies({**RESOLUTION, "target": "20h"})

    def state(at: Any) -> Any:
        return compute(records, history, rows, CALENDARS, at, SETTINGS).columns["resolution_state"].iloc[0]

    now = pd.Timestamp(START + day * 50_000, unit="s", tz="UTC").to_pydatetime()
    change = compute(records, history, rows, CALENDARS, now, SETTINGS).next_change
    if change is not None:
        assert str(state(change - pd.Timedelta(seconds=1))) == str(state(now))

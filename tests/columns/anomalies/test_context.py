"""What else changed: events as graded hypotheses, with what speaks for and against each."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sheetops.columns.anomalies import Incident, hypotheses

MAPPING = {"release": "product", "policy": "policy/governance", "model": "algorithm", "outage": "outside"}
INCIDENT = Incident("2025-03-10", "2025-03-14", [(("market", "UK"), ("surface", "LIVE"))])


def graded(*events: tuple[str, str, str, str, str], incident: Incident = INCIDENT) -> pd.DataFrame:
    """Return hypotheses for events of (kind, name, start, end, market), by name."""
    frame = pd.DataFrame(events, columns=["kind", "name", "start", "end", "market"])
    found = hypotheses(incident, frame, MAPPING)
    return found.set_index(found["event"].str.split(": ").str[-1])


def test_a_release_the_day_before_in_the_same_market_is_strong() -> None:
    found = graded(("release", "player 4.2", "2025-03-09", "", "UK"))
    assert found.loc["player 4.2", ["class", "grade", "against"]].tolist() == [
        "product",
        "strong",
        "nothing found",
    ]
    assert found.loc["player 4.2", "for"] == (
        "it began 24 hours before the onset and went on; it touches the cells that moved (market uk)"
    )


def test_what_began_after_the_onset_is_no_cause() -> None:
    found = graded(("policy", "claims v7", "2025-03-11", "", "UK"))
    assert found.loc["claims v7", "grade"] == "against"
    assert "it began 24 hours after the onset" in found.loc["claims v7", "against"]


def test_the_right_time_in_the_wrong_place_is_weak() -> None:
    found = graded(("model", "ranker 12", "2025-03-10", "", "DE, FR"))
    assert found.loc["ranker 12", "grade"] == "weak"
    assert "where the causes are not" in found.loc["ranker 12", "against"]


def test_an_event_everywhere_is_possible_at_most() -> None:
    found = graded(("outage", "CDN", "2025-03-10", "2025-03-12", ""))
    assert found.loc["CDN", "grade"] == "possible"
    assert found.loc["CDN", "class"] == "outside"
    assert "it was not limited to the part that moved" in found.loc["CDN", "against"]


def test_the_same_elsewhere_without_effect_speaks_against_it() -> None:
    found = hypotheses(
        INCIDENT,
        pd.DataFrame(
            {
                "kind": ["policy", "policy"],
                "name": ["claims v7", "claims v7"],
                "start": ["2025-03-09", "2025-03-08"],
                "market": ["UK", "DE"],
            }
        ),
        MAPPING,
    )
    assert found["grade"].tolist() == ["possible", "weak"]
    assert "the same also happened elsewhere, where nothing moved" in found["against"][0]


def test_a_weekly_release_is_nothing_remarkable() -> None:
    weeks = [
        ("release", f"weekly {day}", f"2025-0{day}", "", "UK") for day in ("2-02", "2-16", "3-02", "3-09")
    ]
    found = graded(*weeks)
    assert found.loc["weekly 3-09", "grade"] == "possible"
    assert "earlier ones of its kind" in found.loc["weekly 3-09", "against"]


def test_what_was_over_long_before_or_came_long_after_is_left_out() -> None:
    found = graded(
        ("outage", "old", "2024-11-01", "2024-11-02", "UK"),
        ("outage", "late", "2025-05-01", "2025-05-02", "UK"),
        ("campaign", "sale", "2025-03-08", "2025-03-20", "UK"),
    )
    assert found.index.tolist() == ["sale"]
    assert found.loc["sale", "class"] == "unclassified"


def test_times_with_and_without_zones_are_compared() -> None:
    found = graded(
        ("release", "player 4.2", "2025-03-10T01:00:00+02:00", "", "UK"),
        incident=Incident("2025-03-10T00:00:00Z", None, INCIDENT.causes),
    )
    assert "1 hours before" in found.loc["player 4.2", "for"]


def test_no_word_of_it_is_certain() -> None:
    found = graded(("release", "player 4.2", "2025-03-09", "", "UK"))
    assert "worth looking at first" in found.loc["player 4.2", "why"]
    assert "caused" not in found.loc["player 4.2", "why"]


@pytest.mark.parametrize(
    ("incident", "events", "reason"),
    [
        (INCIDENT, pd.DataFrame(), "the events have no column kind, name, start"),
        (INCIDENT, pd.DataFrame({"kind": [], "name": [], "start": []}), "there are no events on record"),
        (Incident("soon"), pd.DataFrame({"kind": ["a"], "name": ["b"], "start": ["2025-01-01"]}), "no start"),
        (Incident("2025-02-02", "2025-01-01"), pd.DataFrame(), "ends before it starts"),
    ],
)
def test_what_cannot_be_judged_says_why(incident: Incident, events: Any, reason: str) -> None:
    (why,) = hypotheses(incident, events, MAPPING)["why"]
    assert why.startswith("not judged: ")
    assert reason in why


def test_an_event_without_a_readable_start_is_weak_and_says_so() -> None:
    found = graded(("release", "player", "some day", "", "UK"))
    assert found.loc["player", "grade"] == "weak"
    assert found.loc["player", "against"] == "its start cannot be read as a time"


def test_a_class_that_does_not_exist_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="produkt"):
        hypotheses(INCIDENT, pd.DataFrame(), {"release": "produkt"})

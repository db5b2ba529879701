"""`explain KEY anomaly --chart`: of a row, an incident, a count; a picture or a workbook."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from matplotlib import image

from sheetops import actions
from sheetops.model.errors import UnknownName

from . import test_signals
from .story import Story

story = test_signals.story
counted = test_signals.counted


def test_a_row_s_series_is_a_picture(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "dip.png"
    said = actions.explain(story.ws, "UK-LIVE-100", "viewers_anomaly", out)
    assert said.lines[-1] == f"Wrote {out}: viewers of traffic: UK, 120 points."
    assert image.imread(out).shape[1] == 1200
    assert json.dumps(said.to_json()["chart"]) == json.dumps(str(out))


def test_an_incident_s_series_is_a_workbook_with_its_numbers_and_events(story: Story, tmp_path: Path) -> None:
    key, row = test_signals.the_dip(story)
    out = tmp_path / "dip.xlsx"
    said = actions.explain(story.ws, key, None, out)
    assert "Wrote" in said.lines[-1]
    rows = list(openpyxl.load_workbook(out)["series"].iter_rows(values_only=True))
    assert rows[0][:2] == ("time (Europe/London)", "viewers")
    flagged = [one for one in rows if one[5] == "low"]
    assert flagged[0][0].date() == test_signals.FIRST + test_signals.dt.timedelta(days=test_signals.DIP[0])
    assert [one[6] for one in rows if one[6]][0:2] == ["known event", "campaign New player"]
    assert row["points"] <= len(flagged)


def test_a_count_s_group_is_shown_without_the_week_that_is_not_over(counted: Story, tmp_path: Path) -> None:
    key, row = test_signals.counts(counted)[test_signals.SURGE]
    out = tmp_path / "surge.xlsx"
    actions.explain(counted.ws, key, "anomaly", out)
    rows = list(openpyxl.load_workbook(out)["series"].iter_rows(values_only=True))
    assert (rows[-1][0].date(), rows[-1][1], rows[-1][5]) == (test_signals.SURGE[0], row["number"], "high")
    (incident,) = test_signals.incidents(counted)
    again = tmp_path / "again.xlsx"
    actions.explain(counted.ws, incident, None, again)
    assert again.read_bytes() == out.read_bytes(), "the same series, the same bytes"
    assert any(
        "weekly (cases a week)" in line for line in actions.explain(counted.ws, incident, "anomaly").lines
    )


@pytest.mark.parametrize("name", ["dip.gif", "dip"])
def test_another_kind_of_file_is_refused(story: Story, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownName, match=r"Try: --chart dip\.png"):
        actions.explain(story.ws, "UK-LIVE-100", "viewers_anomaly", tmp_path / name)
    assert not (tmp_path / name).exists()


def test_what_is_in_no_series_is_said(story: Story, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="is in no series that is looked at by 'viewers'"):
        actions.explain(story.ws, "UK-LIVE-100", "viewers", tmp_path / "x.png")
    assert not (tmp_path / "x.png").exists()

"""The chart of a series: read without colour, the same bytes for the same points, in a picture and in Excel's own."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from sheetops.columns.anomalies import detect
from sheetops.reports.series_chart import COLUMNS, KINDS, ChartWords, series_chart

WORDS = ChartWords("traffic: viewers of UK · beauty", "viewers (each hour)", "Europe/London")


def points() -> pd.DataFrame:
    """Two weeks of hours, with a drop of four hours at the end of the second."""
    times = pd.date_range("2026-03-01", periods=24 * 14, freq="h", tz="UTC")
    noise = np.random.default_rng(3).normal(0, 40, len(times))
    values = np.round(1000 + 400 * np.sin(2 * np.pi * np.arange(len(times)) / 24) + noise)
    values[300:304] -= 700
    judged = detect(times, values)[["expected", "lower", "upper", "anomaly", "why"]]
    return pd.DataFrame({"time": times, "value": values}).join(judged)


def events(*said: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(said, columns=["name", "start", "end"])
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601")
    return table


def pixels(png: bytes) -> np.ndarray:
    import matplotlib.image

    return np.asarray(matplotlib.image.imread(BytesIO(png), format="png"))[..., :3]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_points_give_the_same_bytes(kind):
    known = events(("Spring sale", "2026-03-10", "2026-03-11"))
    assert series_chart(points(), WORDS, known, kind) == series_chart(points(), WORDS, known, kind)


def test_a_flag_is_seen_without_colour_and_an_event_is_shaded():
    shown = points()
    quiet = shown.assign(anomaly="none")
    event = events(("Spring $ale 发布", "2026-03-10", "2026-03-11"))
    grey = [
        pixels(series_chart(*said)).mean(axis=2)
        for said in ((shown, WORDS), (quiet, WORDS), (quiet, WORDS, event))
    ]
    assert grey[0].shape == grey[1].shape
    assert (np.abs(grey[0] - grey[1]) > 0.3).sum() > 200  # the markers are dark on a light ground
    assert (np.abs(grey[2] - grey[1]) > 0.05).sum() > 5_000


def test_the_workbook_has_the_numbers_with_their_reasons_and_a_line_chart_that_follows_them():
    shown = points()
    content = series_chart(
        shown, WORDS, events(("release 4.2", "2026-03-10T10:20", "2026-03-10T10:20")), "xlsx"
    )
    book = openpyxl.load_workbook(BytesIO(content))
    rows = list(book["series"].iter_rows(values_only=True))
    assert rows[0][:3] == ("time (Europe/London)", "viewers (each hour)", "expected")
    assert len(rows) == len(shown) + 1
    assert [row[1] for row in rows[1:]] == shown["value"].tolist()
    low = next(row for row in rows if row[5] == "low")
    assert "below" in low[7]
    assert low[11] == low[1]  # the marker of a low point stands on it
    assert [str(row[0]) for row in rows if row[6] == "release 4.2"] == ["2026-03-10 11:00:00"]
    with ZipFile(BytesIO(content)) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
    assert "<c:lineChart>" in chart
    assert f"series!$B$2:$B${len(shown) + 1}" in chart
    assert "viewers (each hour)" in chart
    assert "flagged: low" in chart
    assert "flagged: high" in chart or not (shown["anomaly"] == "high").any()


def test_times_are_those_of_the_clock_that_is_named():
    one = points().iloc[:1].assign(time=pd.DatetimeIndex(["2026-07-01 12:00+00:00"]))
    book = openpyxl.load_workbook(BytesIO(series_chart(one, WORDS, None, "xlsx")))
    assert book["series"]["A2"].value.hour == 13


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [1, 2, 30])
def test_a_series_without_history_has_a_line_and_no_range(kind, number):
    short = points().iloc[:number].assign(expected=np.nan, lower=np.nan, upper=np.nan)
    assert len(series_chart(short, WORDS, None, kind)) > 3_000


@pytest.mark.parametrize("kind", KINDS)
def test_strange_numbers_are_drawn_and_text_stays_text(kind):
    shown = points().iloc[:50].copy()
    shown.loc[5, "value"] = np.nan
    shown.loc[6, "value"] = 1e15
    shown.loc[7, "value"] = -3.5
    shown["why"] = '=HYPERLINK("x")'
    content = series_chart(shown, ChartWords("=1+1 & <b> $x^2$", "€ $"), None, kind)
    if kind == "xlsx":
        assert openpyxl.load_workbook(BytesIO(content))["series"]["H2"].data_type == "s"


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ValueError, match="no value to show"):
        series_chart(points().assign(value=np.nan), WORDS)
    with pytest.raises(ValueError, match=f"no column 'why'; they need {COLUMNS[0]}"):
        series_chart(points().drop(columns="why"), WORDS)

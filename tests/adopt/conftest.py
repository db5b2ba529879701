"""Workbooks written for one test each, as messy as the test needs them."""

from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from sheetops.adopt import propose
from sheetops.workspace import parse_config


@pytest.fixture
def book(tmp_path):
    """A function that writes tabs (name -> rows, first row is row 1) to a workbook and returns its path.

    `merge` is a list of (range, text) for the first tab, `formats` column -> number format.
    """

    def write(tabs, *, name="North.xlsx", merge=(), formats=None):
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as workbook:
            day = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            shown = {c: workbook.add_format({"num_format": f}) for c, f in (formats or {}).items()}
            for tab, rows in (tabs if isinstance(tabs, dict) else {"Cases": tabs}).items():
                sheet = workbook.add_worksheet(tab)
                for number, row in enumerate(rows):
                    for column, value in enumerate(row or ()):
                        dated = isinstance(value, (date, datetime, time, timedelta))
                        sheet.write(number, column, value, day if dated else shown.get(column))
            for place, text in merge:
                workbook.worksheets()[0].merge_range(place, text)
        return path

    return write


@pytest.fixture
def adopt(book, tmp_path):
    """A function that writes a workbook, proposes, and checks that the proposed text loads."""

    def run(tabs, *, existing=None, tab=None, zone="Europe/London", **layout):
        proposal = propose(book(tabs, **layout), tab=tab, zone=zone, existing=existing)
        config = parse_config((existing or "") + proposal.toml(), tmp_path / "sheetops.toml")
        assert config.schema.trackers[proposal.tracker].source
        return proposal

    return run


def column(header, values, key=True):
    """Rows of a table with this one column beside a key."""
    return [["Case ID", header], *([f"C-{n:03d}", value] for n, value in enumerate(values, 1))]

"""What a new spreadsheet is like (recorded)."""

from __future__ import annotations

import copy

from .errors import Json
from .grid import Sheet, Spreadsheet

_WHITE = {"red": 1, "green": 1, "blue": 1}

DEFAULT_FORMAT: Json = {
    "backgroundColor": _WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": _WHITE},
}

_THEME = {
    "TEXT": (0, 0, 0),
    "BACKGROUND": (1, 1, 1),
    "ACCENT1": (0.25882354, 0.52156866, 0.95686275),
    "ACCENT2": (0.91764706, 0.2627451, 0.20784314),
    "ACCENT3": (0.9843137, 0.7372549, 0.015686275),
    "ACCENT4": (0.20392157, 0.65882355, 0.3254902),
    "ACCENT5": (1, 0.42745098, 0.003921569),
    "ACCENT6": (0.27450982, 0.7411765, 0.7764706),
    "LINK": (0.06666667, 0.33333334, 0.8),
}


def color(red: float, green: float, blue: float) -> Json:
    """Return the color; Google leaves out a part that is 0."""
    parts = {"red": red, "green": green, "blue": blue}
    return {name: part for name, part in parts.items() if part}


THEME: Json = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        {"colorType": name, "color": {"rgbColor": color(*parts)}} for name, parts in _THEME.items()
    ],
}


def spreadsheet_properties(title: str, given: Json | None = None) -> Json:
    """Return the properties of a new spreadsheet."""
    properties: Json = {
        "title": title,
        "locale": "en_US",
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Etc/GMT",
        "defaultFormat": copy.deepcopy(DEFAULT_FORMAT),
        "spreadsheetTheme": copy.deepcopy(THEME),
    }
    return properties | {name: value for name, value in (given or {}).items() if value is not None}


def new_sheet(sheet_id: int, title: str, given: Json | None = None) -> Sheet:
    """Return an empty sheet of 1000 rows and 26 columns, or of the size given."""
    given = given or {}
    grid = {"rowCount": 1000, "columnCount": 26} | {
        name: value for name, value in (given.get("gridProperties") or {}).items() if value
    }
    properties: Json = {
        "sheetId": sheet_id,
        "title": title,
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": grid,
    }
    for name in ("hidden", "rightToLeft", "tabColor", "tabColorStyle"):
        if given.get(name):
            properties[name] = given[name]
    return Sheet(properties)


def new_spreadsheet(spreadsheet_id: str, title: str) -> Spreadsheet:
    """Return a spreadsheet with one empty sheet."""
    return Spreadsheet(spreadsheet_id, spreadsheet_properties(title), [new_sheet(0, "Sheet1")])

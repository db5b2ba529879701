"""What a person's typing becomes: `USER_ENTERED` text to a value and the number format that goes with it.

Documented in words only ("as if the user typed them into the UI"); the details are assumed unless a test says recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from .errors import TOO_LONG, ApiError, Json
from .grid import Cell, Scalar
from .locales import MONTHS, Locale
from .serials import to_serial

CELL_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed: a value or a formula, and a number format where typing implies one."""

    value: Scalar | None = None
    formula: str | None = None
    number_format: Json | None = None


def raw(value: object) -> Entered:
    """Return what RAW input stores: the JSON value as it is; text stays text, `=1+1` too."""
    if isinstance(value, bool | str):
        checked(value)
        return Entered(value if value != "" else None)
    if isinstance(value, int | float):
        return Entered(float(value))
    return Entered()


def checked(value: object) -> None:
    """Raise when the text is longer than a cell may hold."""
    if isinstance(value, str) and len(value) > CELL_LIMIT:
        raise ApiError(TOO_LONG)


def typed(value: object, locale: Locale, now: datetime, *, as_text: bool = False) -> Entered:
    """Return what the text becomes when somebody types it. A cell formatted as plain text keeps it as it is."""
    if not isinstance(value, str) or value == "":
        return raw(value)
    checked(value)
    if value.startswith("'"):
        return Entered(value[1:])
    if as_text:
        return Entered(value)
    if value.startswith("=") and len(value) > 1:
        return Entered(formula=value)
    text = value.strip()
    for reading in _READINGS:
        found = reading(text, locale, now)
        if found:
            return found
    return Entered(value)


def placed(cell: Cell, entered: Entered) -> Cell:
    """Return the cell with what was entered; a number format that the cell already has stays."""
    look = cell.format
    if entered.number_format and not (look or {}).get("numberFormat"):
        look = (look or {}) | {"numberFormat": entered.number_format}
    return Cell(entered.value, entered.formula, look, cell.note, cell.validation)


def is_text(cell: Cell) -> bool:
    """Whether the cell is formatted as plain text."""
    return bool(((cell.format or {}).get("numberFormat") or {}).get("type") == "TEXT")


def _truth(text: str, locale: Locale, now: datetime) -> Entered | None:
    del locale, now
    return Entered(text.upper() == "TRUE") if text.upper() in ("TRUE", "FALSE") else None


@cache
def _number_pattern(locale: Locale) -> re.Pattern[str]:
    group = re.escape(locale.group) + (" \u00a0" if locale.group.isspace() else "")
    point = re.escape(locale.decimal)
    symbol = r"[^\d\s.,()+-]{0,3}"
    return re.compile(
        rf"(?P<sign>[-+]?)(?P<open>\(?)(?P<front>{symbol})\s?(?P<sign2>-?)"
        rf"(?P<digits>\d[\d{group}]*(?:{point}\d*)?|{point}\d+)"
        rf"(?P<power>[eE][-+]?\d+)?\s?(?P<back>{symbol})(?P<close>\)?)"
    )


_CURRENCIES = {"$", "€", "£", "¥", "₹", "₩"}


def _number(text: str, locale: Locale, now: datetime) -> Entered | None:
    """Read 1,234.5, -3, 12%, $5.00, (7) and 7e30; a number with a currency or a percent sign gets that format."""
    del now
    match = _number_pattern(locale).fullmatch(text)
    if not match or bool(match["open"]) != bool(match["close"]):
        return None
    front, back = match["front"], match["back"]
    money = {front, back} & (_CURRENCIES | {locale.currency})
    if (front and front not in money) or (back and back not in money | {"%"}):
        return None
    digits = match["digits"]
    whole, point, fraction = digits.partition(locale.decimal)
    if not _grouped(whole, locale):
        return None
    plain = re.sub(r"\D", "", whole) + "." + fraction if point else re.sub(r"\D", "", whole)
    value = float(plain + (match["power"] or ""))
    if "-" in (match["sign"], match["sign2"]) or match["open"]:
        value = -value
    places = "." + "0" * len(fraction) if fraction else ""
    if back == "%":
        return Entered(value / 100, None, {"type": "PERCENT", "pattern": "0.00%" if fraction else "0%"})
    if money:
        pattern = f'"{front}"#,##0{places}' if front else f'#,##0{places} "{back}"'
        return Entered(value, None, {"type": "CURRENCY", "pattern": pattern})
    if match["power"]:
        return Entered(value, None, {"type": "SCIENTIFIC", "pattern": "0.00E+00"})
    if len(plain.partition(".")[0]) != len(whole):
        return Entered(value, None, {"type": "NUMBER", "pattern": "#,##0" + (".00" if fraction else "")})
    return Entered(value)


def _grouped(whole: str, locale: Locale) -> bool:
    """Whether the separators stand before three digits each, where there are any."""
    parts = re.split(r"\D", whole)
    return len(parts) == 1 or (1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:]))


_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?(?:\s*([AaPp])\.?[Mm]\.?)?")
_MONTHS = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_MONTH = r"([A-Za-z]{3,9})\.?"


def _date(text: str, locale: Locale, now: datetime) -> Entered | None:
    """Read a date, a time, or both with a space or T between."""
    day_text, time_text = _parts(text)
    day = _day(day_text, locale, now) if day_text else None
    seconds = _seconds(time_text) if time_text else None
    if (day_text and day is None) or (time_text and seconds is None):
        return None
    serial = (to_serial(day[0]) if day else 0) + (seconds or 0) / 86400
    clock = "h:mm:ss" if time_text and time_text.count(":") > 1 else "h:mm"
    if time_text and re.search("[AaPp]", time_text):
        clock += " AM/PM"
    if day and time_text:
        return Entered(serial, None, {"type": "DATE_TIME", "pattern": f"{day[1]} {clock}"})
    if day:
        return Entered(serial, None, {"type": "DATE", "pattern": day[1]})
    return Entered(serial, None, {"type": "TIME", "pattern": clock})


def _parts(text: str) -> tuple[str, str]:
    """Return the date's text and the time's."""
    match = re.fullmatch(r"(.*?)(?:(?:^|\s+|(?<=\d)T)(\d{1,2}:.*))?", text)
    return (match[1].rstrip(","), match[2] or "") if match else (text, "")


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5] in "Pp" else 0)
    if minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second + float(match[4] or 0)


def _day(text: str, locale: Locale, now: datetime) -> tuple[datetime, str] | None:
    """Return the day and the pattern that shows it as it was typed."""
    for pattern, build in _DAY_FORMS:
        match = re.fullmatch(pattern, text)
        if match:
            return build(match, locale, now)
    return None


def _made(year: int, month: int, day: int, pattern: str) -> tuple[datetime, str] | None:
    try:
        return datetime(year, month, day), pattern  # noqa: DTZ001 - wall time of the spreadsheet
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) if len(text) > 2 else int(text) + (2000 if int(text) < 30 else 1900)


def _iso(match: re.Match[str], locale: Locale, now: datetime) -> tuple[datetime, str] | None:
    del locale, now
    return _made(int(match[1]), int(match[3]), int(match[4]), f"yyyy{match[2]}mm{match[2]}dd")


def _numeric(match: re.Match[str], locale: Locale, now: datetime) -> tuple[datetime, str] | None:
    first, second, third = match[1], match[3], match[4]
    month_first = locale.order in ("mdy", "ymd")
    month, day = (first, second) if month_first else (second, first)
    if third is None:
        short = "m{0}d" if month_first else "d{0}m"
        return _made(now.year, int(month), int(day), short.format(match[2]))
    return _made(_year(third), int(month), int(day), locale.date.replace("M", "m"))


def _short(match: re.Match[str], locale: Locale, now: datetime) -> tuple[datetime, str] | None:
    month_first = locale.order in ("mdy", "ymd")
    month, day = (match[1], match[3]) if month_first else (match[3], match[1])
    pattern = f"m{match[2]}d" if month_first else f"d{match[2]}m"
    return _made(now.year, int(month), int(day), pattern)


def _named_first(match: re.Match[str], locale: Locale, now: datetime) -> tuple[datetime, str] | None:
    del locale
    month = _MONTHS.get(match[1][:3].lower(), 0) if _is_month(match[1]) else 0
    pattern = "mmm d" + (", yyyy" if match[3] else "")
    return _made(_year(match[3]) if match[3] else now.year, month, int(match[2]), pattern)


def _named_second(match: re.Match[str], locale: Locale, now: datetime) -> tuple[datetime, str] | None:
    del locale
    month = _MONTHS.get(match[3][:3].lower(), 0) if _is_month(match[3]) else 0
    gap = match[2]
    pattern = f"d{gap}mmm" + (f"{gap}yyyy" if match[4] else "")
    return _made(_year(match[4]) if match[4] else now.year, month, int(match[1]), pattern)


def _is_month(text: str) -> bool:
    return any(name.lower().startswith(text.lower()) for name in MONTHS)


_Build = Callable[[re.Match[str], Locale, datetime], tuple[datetime, str] | None]
_DAY_FORMS: tuple[tuple[str, _Build], ...] = (
    (r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", _iso),
    (r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})", _numeric),
    (r"(\d{1,2})([-/])(\d{1,2})()", _short),
    (_MONTH + r" (\d{1,2})(?:,? (\d{4}))?", _named_first),
    (r"(\d{1,2})([- ])" + _MONTH + r"(?:\2(\d{4}|\d{2}))?", _named_second),
)


def _plus(text: str, locale: Locale, now: datetime) -> Entered | None:
    """Read `+A1` as Sheets does, as a formula."""
    del locale, now
    return Entered(formula="=" + text) if re.match(r"\+[A-Za-z(]", text) else None


_READINGS = (_truth, _number, _date, _plus)

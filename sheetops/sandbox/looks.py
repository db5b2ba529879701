"""How a value looks: FORMATTED_VALUE from a value and a number format.

Source of the patterns: https://developers.google.com/workspace/sheets/api/guides/formats
"""

from __future__ import annotations

import re

from .errors import Json
from .grid import Scalar
from .locales import DAYS, MONTHS, Locale
from .serials import from_serial

DEFAULT_PATTERN = {
    "NUMBER": "#,##0.00", "PERCENT": "0.00%", "CURRENCY": '"$"#,##0.00', "TIME": "h:mm:ss AM/PM",
    "SCIENTIFIC": "0.00E+00",
}  # fmt: skip


def plain(number: float) -> int | float:
    """Return the number as JSON has it: 1, not 1.0."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e21 else number


def formatted(value: Scalar, number_format: Json | None, locale: Locale) -> str:
    """Return the text that a person sees."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    kind = (number_format or {}).get("type", "")
    pattern = (number_format or {}).get("pattern") or _default(kind, locale)
    if not pattern or kind == "TEXT":
        return general(value, locale)
    if kind in ("DATE", "TIME", "DATE_TIME"):
        return dated(value, pattern)
    return numbered(value, pattern, locale)


def _default(kind: str, locale: Locale) -> str:
    if kind == "DATE":
        return locale.date
    if kind == "DATE_TIME":
        return locale.date + " H:mm:ss"
    return DEFAULT_PATTERN.get(kind, "")


def general(number: float, locale: Locale) -> str:
    """Return the number as the automatic format shows it: ten significant digits, 1E+15 and up in powers."""
    if number and not 1e-9 <= abs(number) < 1e15:
        mantissa, power = f"{number:.5E}".split("E")
        text = f"{mantissa.rstrip('0').rstrip('.')}E{power[0]}{power[1:].zfill(2)}"
    elif float(number).is_integer():
        text = str(int(number))
    else:
        digits = max(10 - len(str(int(abs(number)))), 1) if abs(number) >= 1 else 10
        text = f"{number:.{digits}f}".rstrip("0").rstrip(".")
    return text.replace(".", locale.decimal)


_PIECE = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|([0#?,.]+(?:E\+0+)?)|(.)', re.DOTALL)


def numbered(number: float, pattern: str, locale: Locale) -> str:
    """Return the number by a pattern such as `#,##0.00`, `0%`, `[$€]#,##0` or `0.00E+00`."""
    sections = pattern.split(";")
    section = sections[0]
    if number < 0 and len(sections) > 1:
        section, number = sections[1], -number
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    sign, number = ("-", -number) if number < 0 else ("", number)
    if "%" in re.sub(r'"[^"]*"', "", section):
        number *= 100
    pieces = []
    for quoted, escaped, symbol, digits, other in _PIECE.findall(section):
        pieces.append(_digits(number, digits, locale) if digits else quoted or escaped or symbol or other)
    return sign + "".join(pieces)


def _digits(number: float, pattern: str, locale: Locale) -> str:
    pattern, power, _ = pattern.partition("E")
    whole, _, fraction = pattern.partition(".")
    if power:
        mantissa, exponent = f"{number:.{len(fraction)}E}".split("E")
        return f"{mantissa.replace('.', locale.decimal)}E{exponent[0]}{exponent[1:].zfill(2)}"
    rounded = f"{number:.{len(fraction)}f}"
    before, _, after = rounded.partition(".")
    optional = len(fraction) - len(fraction.rstrip("#"))
    while optional and after.endswith("0"):
        after, optional = after[:-1], optional - 1
    before = before.zfill(whole.count("0")) if before != "0" or "0" in whole else ""
    if "," in whole:
        before = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", lambda _: locale.group, before)
    return before + (locale.decimal + after if after else "")


_TOKEN = re.compile(r'"([^"]*)"|\\(.)|(AM/PM|am/pm|A/P|a/p)|([yY]+|[mM]+|[dD]+|[hH]+|[sS]+)|(\.0+)|(.)')


def dated(serial: float, pattern: str) -> str:
    """Return the date by a pattern such as `yyyy-mm-dd h:mm`. `m` next to hours or seconds is minutes."""
    when = from_serial(serial)
    tokens = _TOKEN.findall(pattern)
    twelve = any(half for _, _, half, *_ in tokens)
    result, before = [], ""
    for place, (quoted, escaped, half, letters, fraction, other) in enumerate(tokens):
        if letters:
            after = next((t[3][0].lower() for t in tokens[place + 1 :] if t[3]), "")
            kind = letters[0].lower()
            if kind == "m" and (before == "h" or after == "s") and len(letters) < 3:
                kind = "n"
            before = kind
            hour = (when.hour % 12 or 12) if twelve else when.hour
            parts = {
                "y": when.year,
                "m": when.month,
                "d": when.day,
                "h": hour,
                "n": when.minute,
                "s": when.second,
            }
            result.append(_part(kind, len(letters), parts[kind], when.weekday()))
        elif half:
            result.append(("AM", "PM")[when.hour >= 12][: len(half) // 2])
        elif fraction:
            result.append(f".{when.microsecond:06d}"[: len(fraction)])
        else:
            result.append(quoted or escaped or other)
    return "".join(result)


def _part(kind: str, width: int, number: int, weekday: int) -> str:
    if kind == "y":
        return str(number) if width > 2 else f"{number % 100:02d}"
    if kind == "m" and width > 2:
        return MONTHS[number - 1][: 3 if width == 3 else None]
    if kind == "d" and width > 2:
        return DAYS[weekday][: 3 if width == 3 else None]
    return f"{number:02d}" if width > 1 else str(number)

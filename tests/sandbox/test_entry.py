"""What typing becomes, and how it looks afterwards."""

import pytest

from sheetops.sandbox.entry import raw, typed
from sheetops.sandbox.locales import locale_of
from sheetops.sandbox.looks import formatted

from .conftest import NOW

US = locale_of("en_US")

TYPED = [
    # text, value, type of number format, how it looks
    ("abc", "abc", None, "abc"),
    ("12", 12, None, "12"),
    ("007", 7, None, "7"),
    ("'007", "007", None, "007"),
    ("-1.50", -1.5, None, "-1.5"),
    ("1,234.5", 1234.5, "NUMBER", "1,234.50"),
    ("12,34", "12,34", None, "12,34"),
    ("3_1_0", "3_1_0", None, "3_1_0"),
    ("25%", 0.25, "PERCENT", "25%"),
    ("2.5%", 0.025, "PERCENT", "2.50%"),
    ("$5", 5, "CURRENCY", "$5"),
    ("$1,234.50", 1234.5, "CURRENCY", "$1,234.50"),
    ("(7)", -7, None, "-7"),
    ("7e30", 7e30, "SCIENTIFIC", "7.00E+30"),
    ("TRUE", True, None, "TRUE"),
    ("false", False, None, "FALSE"),
    ("1/5/2024", 45296, "DATE", "1/5/2024"),
    ("5/1", 45413, "DATE", "5/1"),
    ("2024-01-05", 45296, "DATE", "2024-01-05"),
    ("13/13/2024", "13/13/2024", None, "13/13/2024"),
    ("Jan 5, 2024", 45296, "DATE", "Jan 5, 2024"),
    ("5 Jan 2024", 45296, "DATE", "5 Jan 2024"),
    ("13:45", 0.5729166666666666, "TIME", "13:45"),
    ("1:45 PM", 0.5729166666666666, "TIME", "1:45 PM"),
    ("2024-01-05 13:45:00", 45296.572916666664, "DATE_TIME", "2024-01-05 13:45:00"),
    ("2024-01-05T06:00", 45296.25, "DATE_TIME", "2024-01-05 6:00"),
    ("1-2-3-4", "1-2-3-4", None, "1-2-3-4"),
    ("+353 1 234", "+353 1 234", None, "+353 1 234"),
    ("C-001", "C-001", None, "C-001"),
    ("  x ", "  x ", None, "  x "),
]


@pytest.mark.parametrize(("text", "value", "kind", "look"), TYPED)
def test_typed_in_the_united_states(text, value, kind, look):
    got = typed(text, US, NOW)
    assert got.value == pytest.approx(value) if isinstance(value, float) else got.value == value
    assert isinstance(got.value, bool) == isinstance(value, bool)
    assert (got.number_format or {}).get("type") == kind
    assert formatted(got.value, got.number_format, US) == look


@pytest.mark.parametrize(
    ("locale", "text", "value", "look"),
    [
        ("en_GB", "5/1/2024", 45296, "05/01/2024"),
        ("de_DE", "5.1.2024", 45296, "05.01.2024"),
        ("de_DE", "1.234,5", 1234.5, "1.234,50"),
        ("de_DE", "1,5", 1.5, "1,5"),
        ("de_DE", "3 €", 3, "3 €"),
        ("fr_FR", "1,5", 1.5, "1,5"),
        ("fr_FR", "1 234,5", 1234.5, "1\u202f234,50"),
        ("xx_XX", "1/5/2024", 45296, "1/5/2024"),
    ],
)
def test_typed_elsewhere(locale, text, value, look):
    where = locale_of(locale)
    got = typed(text, where, NOW)
    assert got.value == value
    assert formatted(got.value, got.number_format, where) == look


def test_formulas_and_plain_text():
    assert typed("=1+1", US, NOW).formula == "=1+1"
    assert typed("+A1", US, NOW).formula == "=+A1"
    assert typed("=", US, NOW).value == "="
    assert typed("=1+1", US, NOW, as_text=True).value == "=1+1"
    assert typed("", US, NOW).value is None
    assert raw("=1+1").value == "=1+1"
    assert raw(True).value is True
    assert raw(None).value is None


@pytest.mark.parametrize(
    ("value", "kind", "pattern", "look"),
    [
        (1234.567, "NUMBER", "#,##0.00", "1,234.57"),
        (0.5, "NUMBER", "#.##", ".5"),
        (5.0, "NUMBER", "000", "005"),
        (-3.0, "NUMBER", "0;(0)", "(3)"),
        (0.0, "NUMBER", "0;-0;none", "none"),
        (12.0, "CURRENCY", "[$€]#,##0.00", "€12.00"),
        (12.0, "NUMBER", '0" h"', "12 h"),
        (45296.75, "DATE_TIME", "dddd d mmmm yy, h:mm am/pm", "Friday 5 January 24, 6:00 PM"),
        (45296.0, "DATE", None, "1/5/2024"),
        (0.25, "PERCENT", None, "25.00%"),
        (1 / 3, None, None, "0.3333333333"),
        (3.14159265358979, None, None, "3.141592654"),
        (1e15, None, None, "1E+15"),
        (123456789012.0, None, None, "123456789012"),
    ],
)
def test_how_numbers_look(value, kind, pattern, look):
    form = {"type": kind, **({"pattern": pattern} if pattern else {})} if kind else None
    assert formatted(value, form, US) == look

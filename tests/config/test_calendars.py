"""The `[calendars.NAME]` parts: what they say, and the mistakes in them. `#!` marks the line the message must name."""

import sys
from datetime import date
from pathlib import Path

import pytest

from sheetops.config.calendars import CalendarSpec
from sheetops.model.errors import ConfigError
from sheetops.workspace import parse_config
from tests.columns.sla.clock_stories import at

UK = """
[workspace]
timezone = "Europe/Dublin"

[calendars.uk]
timezone = "Europe/London"
hours = "mon-fri 09:00-18:00, sat 10:00-14:00"
holidays = ["GB-ENG", "2026-12-31"]
closed = [2026-12-24]
open = { 2026-11-27 = "18:00-02:00" }
years = [2024, 2030]

[calendars.desk.hours]
monday = [["09:00", "12:00"], ["13:00", "17:30"]]
sat = "10:00-14:00, 15:00-16:00"
"""


def read(text):
    return parse_config(text, Path("/w/sheetops.toml")).calendars


def test_without_the_part_there_are_none():
    assert read("") == {}


def test_everything_said():
    hours = "mon-fri 09:00-18:00, sat 10:00-14:00"
    closed = (date(2026, 12, 31), date(2026, 12, 24))
    opened = {date(2026, 11, 27): "18:00-02:00"}
    spec = CalendarSpec("uk", "Europe/London", hours, ("GB-ENG",), closed, opened, (2024, 2030))
    assert read(UK)["uk"] == spec
    assert read(UK)["desk"].timezone == "Europe/Dublin"


def test_the_compiled_calendar_knows_holidays_own_dates_and_campaign_nights():
    calendar = read(UK)["uk"].calendar
    days = ("2026-03-02", "2026-12-23", "2026-12-24", "2026-12-25", "2026-12-28", "2026-12-31")
    assert calendar.is_open([at(f"{day} 12:00") for day in days]).tolist() == [True, True, *[False] * 4]
    assert calendar.is_open([at("2026-11-27 12:00"), at("2026-11-28 01:00")]).tolist() == [False, True]
    assert (calendar.name, calendar.horizon) == ("uk", (2024, 2030))
    assert calendar.holidays[date(2026, 12, 25)] == "Christmas Day"


def test_a_calendar_is_compiled_once_and_only_when_asked_for():
    spec = read(UK)["desk"]
    assert "calendar" not in vars(spec)
    assert spec.calendar is spec.calendar
    assert spec.calendar.seconds_between(at("2026-03-02 00:00"), at("2026-03-03 00:00")) == 7.5 * 3600


def test_without_the_package_public_holidays_name_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    calendars = read(UK)
    assert calendars["desk"].calendar
    with pytest.raises(ConfigError) as caught:
        _ = calendars["uk"].calendar
    assert (
        caught.value.what
        == "The public holidays of GB-ENG need the package 'holidays', which is not installed."
    )
    assert caught.value.next_step == 'Run: pip install "sheetops[columns]"'


GOOD = "hours = '24x7'\n"
HOURS = 'Write it like hours = "mon-fri 09:00-18:00, sat 10:00-14:00", or "24x7".'
MISTAKES = [
    (GOOD + "holiday = 'GB' #!", "there is no setting 'holiday'. Did you mean 'holidays'?"),
    (GOOD + "timezone = 'London' #!", ".timezone: there is no time zone 'London'. Did you mean 'Europe/London'?"),
    ("hours = 9 #!", f".hours: must be text in quotes or a table of days, not a whole number. {HOURS}"),
    ("hours = 'mon-fry 09:00-18:00' #!", ".hours: there is no day 'fry'. Did you mean 'fri'?"),
    ("hours = 'mon 09:00-18:00, 19:00-26:00' #!",
     ".hours: '26:00' is not a time of day: a day runs from 00:00 to 24:00."),
    ("hours = '' #!", f".hours: has no open time: no goal would ever be due. {HOURS}"),
    ("hours = {} #!", f".hours: has no open time: no goal would ever be due. {HOURS}"),
    ("[calendars.uk.hours]\nmon = '09:00-18:00'\ntu = '9:00-10:00' #!",
     ".hours: there is no day 'tu'. Did you mean 'tue'?"),
    ("[calendars.uk.hours]\nmon = '09:00-18:00'\ntue = '9 to 10' #!",
     ".hours.tue: '9' are no opening hours. Write them like 09:00-18:00."),
    (GOOD + "holidays = 'GB-ENGL' #!", ".holidays: GB has no part 'ENGL'. Did you mean 'ENG'?"),
    (GOOD + "holidays = 'XX' #!", ".holidays: there are no public holidays of 'XX'."),
    (GOOD + "holidays = 'England' #!", ".holidays: 'ENGLAND' is not a country. Write it like GB, GB-ENG or DE-BY."),
    (GOOD + "holidays = 3 #!", '.holidays: must be a country such as "GB-ENG", or a list, not a whole number.'),
    (GOOD + "holidays = ['GB', '2026-02-29'] #!",
     ".holidays: '2026-02-29' is not a date. Write it like 2026-12-25."),
    (GOOD + "closed = 2026-12-24 #!",
     ".closed: must be a list of dates, not a date or time. Write closed = [2026-12-24]."),
    (GOOD + "closed = ['Christmas'] #!", ".closed: 'Christmas' is not a date. Write it like 2026-12-25."),
    (GOOD + "open = { 2026-13-01 = '' } #!", ".open: '2026-13-01' is not a date. Write it like 2026-12-25."),
    (GOOD + "[calendars.uk.open]\n2026-12-01 = '9:00-9:00' #!",
     ".open.2026-12-01: 09:00-09:00 has no length. For the whole day write 00:00-24:00."),
    (GOOD + "closed = [2026-12-24]\nopen = { 2026-12-24 = '10:00-12:00' } #!",
     ".open.2026-12-24: is a closed date too. Leave it in one place."),
    (GOOD + "years = 2026 #!", ".years: must be the first and the last year. Write years = [2020, 2040]."),
    (GOOD + "years = [2030, 2020] #!",
     ".years: the years of a calendar are a first and a last one from 1900 to 2200, not 2030 to 2020."),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "said"), MISTAKES, ids=[toml for toml, _ in MISTAKES])
def test_a_mistake_names_its_line(toml, said):
    text = f"[calendars.uk]\n{toml}\n"
    line = next(n for n, content in enumerate(text.split("\n"), 1) if "#!" in content)
    with pytest.raises(ConfigError) as caught:
        read(text)
    between = "" if said.startswith(".") else ": "
    found = caught.value.what.split("\n")[0]
    assert found.startswith(f"sheetops.toml, line {line}, calendars.uk{between}{said}")


def test_a_calendar_without_hours_says_how_to_write_them():
    with pytest.raises(ConfigError) as caught:
        read("\n[calendars.uk]\ntimezone = 'UTC'\n")
    assert caught.value.what == f"sheetops.toml, line 2, calendars.uk: says no hours. {HOURS}"

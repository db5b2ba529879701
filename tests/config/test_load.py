"""A whole sheetops.toml, and where it is found."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sheetops.model.condition import Condition
from sheetops.model.errors import ConfigError, WorkspaceMissing
from sheetops.model.schema import Choice, Column, FieldType, GuardLimits, Mode
from sheetops.workspace import find_workspace, load_config

WHOLE = """
[workspace]
name = "LIVE governance"
timezone = "Europe/London"
dates = "month first"

[tables.cases]
key = "case_id"
key_format = "CASE-{:04d}"
description = "One row per case."
[tables.cases.fields]
case_id  = { type = "text", label = "Case ID", unique = true, pattern = "CASE-[0-9]+" }
status   = { type = "choice", choices = ["open", "closed"], required = true, default = "open" }
market   = { type = "choice", choices = { UK = ["GB", "United Kingdom"], IE = [] } }
notes    = { type = "long text", renamed_from = "comments" }
points   = { type = "integer", min = 0, max = 10 }
score    = { type = "number" }
amount   = { type = "money", currency = "EUR", min = 0, decimals = 3 }
day      = { type = "date", min = 2024-01-05, default = "2/1/2025" }
opened   = { type = "datetime", min = 2024-07-01T09:00:00 }
effort   = { type = "duration", max = "2d" }
urgent   = { type = "boolean", default = false }
tags     = { type = "multi-choice", choices = ["a", "b"], default = "b, a" }
evidence = { type = "url" }
owner    = { type = "person" }
seller   = { type = "reference", to = "sellers" }

[tables.sellers]
key = "id"
fields.id.type = "text"

[trackers.north]
file = "trackers/North.xlsx"
tab = "Cases"
table = "cases"
where = "market == 'UK'"
delete = true
header_row = 3
state_column = "Record state"
dates = "day first"
[trackers.north.columns]
"Case ID" = "case_id"
"Effort" = { field = "effort", mode = "computed" }

[trackers.scratch]
backend = "memory"
tab = "S"
table = "sellers"
timezone = "Asia/Tokyo"
columns = { "ID" = "id" }

[calendars.uk]
timezone = "Europe/London"
hours = "mon-fri 09:00-18:00, sat 10:00-14:00"
holidays = "GB-ENG"
closed = [2026-12-24]
open = { 2026-11-27 = "18:00-02:00" }
years = [2020, 2040]

[calendars.desk.hours]
mon = [["09:00", "12:00"], ["13:00", "17:30"]]
sat = "10:00-14:00"

[guards]
deletes_percent = 2.5
deletes_rows = 5
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "sheetops.toml").write_text(WHOLE, encoding="utf-8")
    return load_config(tmp_path)


def test_every_type_of_field_is_read(config):
    fields = config.schema.tables["cases"].by_name
    assert {field.type for field in fields.values()} == set(FieldType)
    assert fields["market"].choices == (Choice("UK", ("GB", "United Kingdom")), Choice("IE"))
    assert fields["notes"].renamed_from == "comments"
    assert fields["seller"].references == "sellers"
    assert (fields["amount"].currency, fields["amount"].decimals) == ("EUR", 3)


def test_defaults_and_limits_are_canonical_values(config):
    fields = config.schema.tables["cases"].by_name
    assert (fields["points"].minimum, fields["points"].maximum) == (0, 10)
    assert fields["amount"].minimum == Decimal("0.000")
    assert fields["day"].minimum == date(2024, 1, 5)
    assert fields["day"].default == date(2025, 2, 1), "the workspace reads dates month first"
    assert fields["opened"].minimum == datetime(2024, 7, 1, 8, tzinfo=UTC), "London summer time"
    assert fields["effort"].maximum == timedelta(days=2)
    assert fields["urgent"].default is False
    assert fields["tags"].default == "a; b"


def test_a_tracker_says_which_tab_and_which_columns(config):
    north = config.schema.trackers["north"]
    assert (north.source, north.tab, north.table) == ("trackers/North.xlsx", "Cases", "cases")
    assert north.columns == (Column("case_id", "Case ID"), Column("effort", "Effort", Mode.COMPUTED))
    assert north.where == Condition("market == 'UK'")
    assert (north.may_add, north.may_delete, north.header_row) == (True, True, 3)
    assert (north.state_header, north.timezone, north.day_first) == ("Record state", "Europe/London", True)


def test_a_tracker_may_have_its_own_clock(config):
    scratch = config.schema.trackers["scratch"]
    assert (scratch.backend, scratch.source) == ("memory", "scratch")
    assert (scratch.timezone, scratch.day_first) == ("Asia/Tokyo", False)


def test_guards_not_said_keep_their_limits(config):
    assert config.schema.guards == GuardLimits(deletes_percent=2.5, deletes_rows=5)


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("", "sqlite:///{folder}/sheetops.db"),
        ("data/cases.db", "sqlite:///{folder}/data/cases.db"),
        ("/var/cases.db", "sqlite:////var/cases.db"),
        ("sqlite:///cases.db", "sqlite:///{folder}/cases.db"),
        ("postgresql://ops@db/cases", "postgresql://ops@db/cases"),
        ("postgresql+psycopg://ops@db/cases", "postgresql+psycopg://ops@db/cases"),
    ],
)
def test_the_database_is_absolute(tmp_path, said, url):
    (tmp_path / "sheetops.toml").write_text(f'[workspace]\ndatabase = "{said}"')
    assert load_config(tmp_path).database_url == url.format(folder=tmp_path.resolve().as_posix())


def test_an_empty_file_is_a_workspace_named_after_its_folder(tmp_path):
    (tmp_path / "sheetops.toml").write_text("")
    config = load_config(tmp_path)
    assert (config.name, config.timezone, dict(config.schema.tables)) == (tmp_path.name, "UTC", {})


def test_a_file_saved_by_notepad_is_read(tmp_path):
    content = "\ufeff[workspace]\r\nname = 'LIVE'\r\n[guards]\r\nx = 1"
    (tmp_path / "sheetops.toml").write_bytes(content.encode())
    with pytest.raises(ConfigError, match="line 4, guards: there is no setting 'x'"):
        load_config(tmp_path)


def test_a_file_that_is_not_utf8_says_where(tmp_path):
    (tmp_path / "sheetops.toml").write_bytes('[workspace]\nname = "Zoë"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="line 2: the file is not UTF-8 text"):
        load_config(tmp_path)


def test_the_workspace_is_found_from_a_folder_inside_it(tmp_path):
    (tmp_path / "sheetops.toml").write_text("")
    inside = tmp_path / "reports" / "2024"
    inside.mkdir(parents=True)
    assert find_workspace(inside) == (tmp_path / "sheetops.toml").resolve()


def test_no_workspace_says_how_to_begin(tmp_path):
    with pytest.raises(WorkspaceMissing, match="sheetops init"):
        find_workspace(tmp_path)
    with pytest.raises(WorkspaceMissing):
        load_config(tmp_path / "sheetops.toml")

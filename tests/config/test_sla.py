"""The [sla.TABLE] parts: what they ask for, and their mistakes with line and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.columns.sla import made
from sheetops.model.errors import ConfigError
from sheetops.model.schema import FieldType, Mode
from sheetops.workspace import Config, parse_config

BASE = """
[calendars.uk]
timezone = "Europe/London"
hours = "mon-fri 09:00-18:00"
[tables.cases]
key = "case_id"
[tables.cases.fields]
case_id = { type = "text" }
status = { type = "choice", choices = ["open", "closed"] }
opened_at = { type = "datetime" }
[trackers.north]
file = "North.xlsx"
tab = "Cases"
table = "cases"
[trackers.north.columns]
"Case" = "case_id"
"Due" = "resolution_due"
"""


def load(sla: str) -> Config:
    return parse_config(BASE + sla, Path("/w/sheetops.toml"))


def wrong(sla: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(sla)
    return str(caught.value)


def test_a_goal_adds_its_fields_and_trackers_show_them_without_editing() -> None:
    config = load('[sla.cases]\ngoals = ["resolution"]\n')
    table = config.schema.tables["cases"]
    names = [f"resolution_{name}" for name in (*made.USUAL, made.STEP)]
    assert [field.name for field in table.fields if field.computed] == names
    assert table.by_name["resolution_due"].type is FieldType.DATETIME
    assert config.schema.trackers["north"].by_field["resolution_due"].mode is Mode.COMPUTED
    assert config.sla["cases"].calendar == "uk", "the only calendar there is"


def test_a_table_of_policies_that_nobody_described_gets_the_usual_fields() -> None:
    config = load('[sla.cases]\ngoals = ["resolution"]\npolicies = "sla_policies"\n')
    assert {"goal", "target", "pause", "escalation"} <= set(config.schema.tables["sla_policies"].by_name)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('[sla.case]\ngoals = ["resolution"]', "Did you mean 'cases'?"),
        ("[sla.cases]\n", "says no goals"),
        ('[sla.cases]\ngoals = "resolution"', "must be a list of names"),
        ('[sla.cases]\ngoals = ["First Response"]', "Call it 'first_response'"),
        ('[sla.cases]\ngoals = ["resolution"]\ncolumns = ["dew"]', "Did you mean 'due'?"),
        ('[sla.cases]\ngoals = ["resolution"]\nstatus = "staus"', "Did you mean 'status'?"),
        ('[sla.cases]\ngoals = ["resolution"]\nopened = "status"', "no column of dates and times"),
        ('[sla.cases]\ngoals = ["resolution"]\ncalendar = "us"', "there is no calendar 'us'"),
        ('[sla.cases]\ngoals = ["resolution"]\nrefresh = "2h"', "Write one of 15m, 1h, 4h, 1d"),
        ('[sla.cases]\ngoals = ["resolution"]\npolicy = "usual"', "[[sla.cases.policy]]"),
        ('[sla.cases]\ngoals = ["resolution"]\npolicies = "cases"', "has no field 'goal'"),
        ('[sla.cases]\ngoals = ["resolution"]\ncalender = "uk"', "Did you mean 'calendar'?"),
    ],
)
def test_mistakes_are_named_in_words(said: str, expected: str) -> None:
    assert expected in wrong(said)

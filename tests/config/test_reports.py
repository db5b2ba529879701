"""`[reports]`: which tables and fields reports are made of; a mistake is named with its line."""

from pathlib import Path

import pytest

from sheetops.model.errors import ConfigError
from sheetops.model.schema import Field, FieldType, Schema, Table
from sheetops.reports.roles import bind, shipped_roles, shipped_values
from sheetops.workspace import parse_config

TABLES = """[tables.matters]
key = "id"
[tables.matters.fields]
id = { type = "text" }
came = { type = "datetime" }
kind = { type = "text" }
"""


def reports(said):
    return parse_config(TABLES + said, Path("/w/sheetops.toml"))


def test_what_is_said_stands_before_what_the_names_tell():
    config = reports(
        '[reports]\ncloses = "2d"\n[reports.cases]\ntable = "matters"\nopened = "came"\ntype = "kind"\n'
    )
    (cases,) = bind(config.reports, config.schema).values()
    assert (cases.table, cases.key, cases.fields) == ("matters", "id", {"opened": "came", "type": "kind"})
    assert config.reports.closes.days == 2


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (
            "[reports.cases]\ntable = 'mattres'",
            "line 8, reports.cases.table: there is no table 'mattres'. Did you mean 'matters'?",
        ),
        (
            "[reports.cases]\ntable = 'matters'\nopened = 'kind'",
            "line 9, reports.cases.opened: 'kind' is no field of dates or times.",
        ),
        (
            "[reports.cases]\ntable = 'matters'\nopend = 'came'",
            "line 9, reports.cases: there is no setting 'opend'. Did you mean 'opened'?",
        ),
        (
            "[reports.cases]\ntable = 'matters'\ntype = 'kynd'",
            "line 9, reports.cases.type: table 'matters' has no field 'kynd'. Did you mean 'kind'?",
        ),
        (
            "[reports.appeals]\ncase = 'kind'",
            "line 7, reports.appeals: says not which table has the appeals.",
        ),
        (
            "[reports]\ncloses = 'soon'",
            "line 8, reports.closes: is how long after its end a week takes in what is typed about it",
        ),
        ("[reports.caes]\ntable = 'matters'", "there is no setting 'caes'. Did you mean 'cases'?"),
        ("[reports.values]\nclosed = 'done'", "reports.values.closed: must be a list of names in quotes."),
    ],
)
def test_a_mistake_is_named_with_its_line(said, what):
    with pytest.raises(ConfigError) as error:
        reports(said)
    assert what in error.value.what


def test_a_part_that_is_a_time_is_not_found_in_a_field_that_is_none():
    table = Table(
        "cases",
        "id",
        (
            Field("id", FieldType.TEXT),
            Field("opened_at", FieldType.TEXT),
            Field("created_at", FieldType.DATETIME),
        ),
    )
    assert bind(reports("").reports, Schema({"cases": table}))["cases"].fields["opened"] == "created_at"


def test_roles_and_values_are_data_in_lower_case_and_without_doubles():
    for role in shipped_roles().values():
        assert role.about
        assert role.tables
        for names in role.fields.values():
            assert len(names) == len(set(names))
    for words in shipped_values().values():
        assert words == tuple(word.casefold() for word in words)

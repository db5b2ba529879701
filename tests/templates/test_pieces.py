"""Pieces as data: each stands alone, and no column is without a meaning."""

import json
import re

import pytest

from sheetops.templates import FOLDER, find_template, list_pieces, piece_text, starter_records
from sheetops.tracker_rules import header_note
from sheetops.workspace import parse_config
from tests.conftest import SHARED

PIECES = [piece.name for piece in list_pieces()]
MULTIPLE = {"visibility", "keywords", "content_type"}
DSA = {
    "visibility": "DECISION_VISIBILITIES", "monetary": "DECISION_MONETARIES", "provision": "DECISION_PROVISIONS",
    "account": "DECISION_ACCOUNTS", "account_type": "ACCOUNT_TYPES", "ground": "DECISION_GROUNDS",
    "category": "STATEMENT_CATEGORIES", "keywords": "KEYWORDS", "content_type": "CONTENT_TYPES",
    "source": "SOURCE_TYPES", "automation": "AUTOMATED_DECISIONS",
}  # fmt: skip


@pytest.fixture(scope="module")
def governance():
    return parse_config(find_template("live-governance").text, FOLDER / "sheetops.toml")


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_stands_alone_with_those_it_needs(name):
    config = parse_config(find_template(name).text, FOLDER / "sheetops.toml")
    own = re.findall(r"^\[trackers\.([\w-]+)\]", piece_text(name), re.MULTILINE)
    assert own
    assert set(own) <= config.schema.trackers.keys()


def test_the_whole_is_made_of_every_piece():
    assert sorted(find_template("live-governance").pieces) == PIECES


def test_no_column_is_without_a_meaning(governance):
    for spec in governance.schema.trackers.values():
        table = governance.schema.table_of(spec)
        for column in spec.columns:
            field = table.field(column.field)
            assert field.description, f"{spec.id}: {column.header}"
            assert header_note(field, table, column.mode).startswith(field.description)


def test_every_field_of_people_is_shown_somewhere(governance):
    shown = {(s.table, c.field) for s in governance.schema.trackers.values() for c in s.columns}
    fields = {(t.name, f.name) for t in governance.schema.tables.values() for f in t.fields if not f.computed}
    assert fields - shown == set()


def test_what_refers_to_another_table_is_a_reference_where_that_table_is_there(governance):
    tables = governance.schema.tables
    assert tables["appeals"].by_name["case"].references == "cases"
    assert tables["cases"].by_name["policy_version"].references == "policy_versions"
    assert tables["case_studies"].by_name["incident"].references == "incidents"


def test_the_states_of_a_case_are_those_of_its_life(governance):
    states = [choice.value for choice in governance.schema.tables["cases"].by_name["status"].choices]
    assert states == [
        "new",
        "triaged",
        "in_review",
        "waiting_merchant",
        "waiting_internal",
        "waiting_external",
        "escalated",
        "decided",
        "appealed",
        "resolved",
        "closed",
        "reopened",
        "duplicate",
        "void",
    ]


@pytest.mark.parametrize("name", DSA)
def test_the_decision_has_the_words_and_codes_of_the_dsa(governance, name):
    file = SHARED / "vectors" / "dsa" / "dsa_sor_enums.json"
    if not file.exists():
        pytest.skip("the enumerations of the DSA Transparency Database are not here")
    official = json.loads(file.read_text(encoding="utf-8"))["enums"][DSA[name]]
    field = governance.schema.tables["cases"].by_name[name]
    assert [choice.aliases for choice in field.choices] == [(code,) for code in official]
    plain = {code: label.replace("\\'", "'").replace("’", "'") for code, label in official.items()}
    said = {choice.aliases[0]: choice.value for choice in field.choices}
    other = {code for code in official if said[code] != plain[code]}
    assert all(name in MULTIPLE and any(mark in plain[code] for mark in ",;|") for code in other)


def test_starter_records_are_valid_and_point_to_each_other(governance):
    records = starter_records(find_template("live-governance").pieces, governance.schema)
    assert {"markets", "policies", "policy_versions", "teams", "sla-policies"} == records.keys()
    versions = {row["policy_version"] for row in records["policy_versions"]}
    assert {row["current_version"] for row in records["policies"]} == versions
    goals = {goal for sla in governance.sla.values() for goal in sla.goals}
    assert {row["goal"] for row in records["sla-policies"]} == goals

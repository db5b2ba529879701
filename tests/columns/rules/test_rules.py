"""Rules: what is missing in a record is said in words, and nothing is repeated that should not stand there."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from sheetops.columns.rules.personal_data import personal_data
from sheetops.columns.sets import Ask
from sheetops.model.errors import ConfigError
from sheetops.templates import find_template
from sheetops.workspace import parse_config

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HERE = Path("/w/sheetops.toml")


@pytest.fixture(scope="module")
def cases():
    config = parse_config(find_template("cases").text, HERE)
    return next(one for one in config.columns if one.label == "cases.rules"), config.schema.tables["cases"]


def to_mend(cases, *records):
    """Return what the rules say of records that have these values and no others."""
    rules, table = cases
    rows = [
        {**dict.fromkeys(table.by_name), "case_id": f"C{n}", "status": "new", **one}
        for n, one in enumerate(records)
    ]
    frame = pd.DataFrame(rows).astype("string")
    answer = rules.compute(Ask(frame, None, {}, NOW))
    return [None if said is None else str(said) for said in answer.columns["to_mend"]], list(answer.notes)


DECIDED = {
    "decided_at": "2026-03-01", "visibility": "Removal of content", "ground": "Illegal Content", "category": "Violence",
    "content_type": "Video", "facts": "A fight.", "legal_ground": "Act 7", "legal_explanation": "It shows a crime.",
}  # fmt: skip


def test_a_whole_statement_of_reasons_has_nothing_to_mend(cases):
    assert to_mend(cases, DECIDED) == ([None], [])


def test_a_decision_without_a_restriction_is_none(cases):
    (said,), _ = to_mend(cases, {**DECIDED, "visibility": None})
    assert said == "no decision was recorded: fill Visibility, Monetary, Provision or Account"


@pytest.mark.parametrize("outcome", ["no_violation", "withdrawn", "merged"])
def test_a_case_without_a_violation_needs_none(cases, outcome):
    assert to_mend(cases, {"decided_at": "2026-03-01", "resolution": outcome})[0] == [None]


def test_other_needs_its_words(cases):
    other = {
        **DECIDED, "visibility": "Demotion of content; Other restriction (please specify)",
        "content_type": "Video; Other", "keywords": "Not captured by any other keyword",
    }  # fmt: skip
    (said,), _ = to_mend(cases, other)
    assert said.split("; ") == [
        "Visibility says other: say which (missing: Visibility: other)",
        "Content type says other: say which (missing: Content type: other)",
        "Keywords say that none captures it: say what it is (missing: Keywords: other)",
    ]


def test_the_ground_decides_which_explanation_is_needed(cases):
    (said,), _ = to_mend(cases, {**DECIDED, "ground": "Content incompatible with terms and conditions"})
    assert "(missing: Section of the terms, Why incompatible)" in said


def test_the_limits_of_the_dsa_are_said_with_numbers(cases):
    (said,), _ = to_mend(cases, {**DECIDED, "facts": "x" * 30_000})
    assert said == "Facts has 30,000 characters, and the limit is 5,000"


def test_a_record_that_was_closed_too_early_is_said_in_its_row_and_in_the_summary(cases):
    said, notes = to_mend(
        cases, {"status": "closed"}, {"status": "closed", "closing_note": "Done.", "evidence": "https://x"}
    )
    assert said == ["closed without Closing note and Evidence: fill them in", None]
    assert notes == [
        "cases: 1 is closed without Closing note or Evidence: C0. The column 'To mend' says what is missing."
    ]


def test_personal_data_is_named_by_its_kind_and_not_repeated(cases):
    (said,), _ = to_mend(cases, {"summary": "Ana, ana.ruiz@example.com, +44 7700 900123, said so."})
    assert said == "Summary seems to hold an e-mail address and a phone number: take personal data out"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to a.b+c@shop.example.co.uk", ["an e-mail address"]),
        ("call 020 7946 0018 today", ["a phone number"]),
        ("call +353 1 234 5678", ["a phone number"]),
        ("call 0049-30-901820", ["a phone number"]),
        ("paid by 4111 1111 1111 1111", ["a card number"]),
        ("to IBAN GB82 WEST 1234 5698 7654 32 please", ["a bank account"]),
        ("the handle @host was live in room 7312345678901234567", []),
        ("CASE-00012 and 2026-03-02 10:30, 14 of 20 points, €1,200.50", []),
        ("order 4111-1111-1111-1112 is no card", []),
        ("مرحبا 👋 بالعالم", []),
        ("", []),
    ],
)
def test_what_looks_like_personal_data(text, kinds):
    assert list(personal_data(text)) == kinds


def test_a_page_for_an_older_policy_version_is_stale():
    config = parse_config(find_template("playbooks").text, HERE)
    rules = next(one for one in config.columns if one.label == "playbooks.rules")
    page = {
        "playbook_id": "PB-1", "status": "published", "owner": "Ana", "link": "https://x", "last_reviewed": "2026-01-01",
        "policy": "Counterfeit", "policy_version": "Counterfeit v1",
    }  # fmt: skip
    policies = pd.DataFrame(
        {"policy": ["Counterfeit"], "current_version": ["Counterfeit v2"]}, dtype="string"
    )
    frame = pd.DataFrame([{**dict.fromkeys(config.schema.tables["playbooks"].by_name), **page}]).astype(
        "string"
    )
    (said,) = rules.compute(Ask(frame, None, {"policies": policies}, NOW)).columns["to_mend"]
    assert said == "stale: the policy has moved on to a newer version (Counterfeit v1 -> Counterfeit v2)"


def test_an_explanation_says_how_many_rules_were_looked_at(cases):
    rules, table = cases
    frame = pd.DataFrame([{**dict.fromkeys(table.by_name), "case_id": "C1", "status": "new"}]).astype(
        "string"
    )
    said = rules.explain(Ask(frame, None, {}, NOW), "C1", "to_mend")
    assert said == ["24 rules of [rules.cases] were looked at:", "  nothing to mend"]


# --- what sheetops.toml may say ------------------------------------------------------------------------

TABLE = """
[tables.t]
key = "k"
[tables.t.fields]
k = { type = "text" }
status = { type = "choice", choices = ["open", "closed"] }
note = { type = "text" }
size = { type = "integer" }
"""


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ('[rules.u]\nends = ["closed"]', "there is no table 'u'"),
        ('[rules.t]\nends = ["close"]', "'close' is not a choice of 'status'. Did you mean 'closed'?"),
        ('[rules.t]\nclosing = ["nota"]', "table 't' has no field 'nota'. Did you mean 'note'?"),
        ('[rules.t]\npersonal_data = ["size"]', "'size' is no text"),
        ("[rules.t.longest]\nnote = 0", "must be 1 or more, not 0"),
        ('[[rules.t.check]]\nall_of = ["note"]', "says not what a person reads"),
        ('[[rules.t.check]]\nsay = "x"', "says not what must hold"),
        ('[[rules.t.check]]\nsay = "x"\nwhen = "size >"\nall_of = ["note"]', "cannot be read"),
        (
            '[[rules.t.check]]\nsay = "x"\nsame = { field = "note", as = "size.x" }',
            "'size' is no reference of 't'",
        ),
        ('[rules.t]\ncheck = "x"', "checks are written as [[rules.t.check]]"),
    ],
)
def test_a_mistake_is_named(rules, said):
    with pytest.raises(ConfigError) as error:
        parse_config(TABLE + rules, HERE)
    assert said in str(error.value)


def test_a_column_of_that_name_is_named():
    with pytest.raises(ConfigError, match="is computed by 'rules'"):
        parse_config(
            TABLE + 'to_mend = { type = "text" }\n[rules.t]\nends = ["closed"]\nclosing = ["note"]', HERE
        )

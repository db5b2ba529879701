"""What type a column is, from its cells."""

from datetime import date, datetime, time, timedelta

import pytest

from sheetops.model.schema import FieldType

from .conftest import column

D, DT = date(2024, 1, 5), datetime(2024, 1, 5, 9, 30)

CASES = [
    ("Opened", [D] * 20, "date"),
    ("Opened", [DT, D] * 10, "datetime"),
    ("Opened", ["2024-01-05", "5 Jan 2024", D] * 7, "date"),
    ("Opened", ["2024-01-05 09:30", DT] * 7, "datetime"),
    ("Opened", [D] * 12 + ["tbc"] * 5, "text"),
    ("Effort", [timedelta(hours=n) for n in range(1, 20)], "duration"),
    ("Effort", ["4h", "2h 30m", "1:15"] * 5, "duration"),
    ("Start", [time(9, 30), time(10)] * 5, "duration"),
    ("Points", [1, 2, 3, 40] * 5, "integer"),
    ("Points", ["1", "2", "1,200"] * 5, "integer"),
    ("Score", [1.5, 2, 3] * 5, "number"),
    ("Rate", ["5%", "7.5%"] * 5, "number"),
    ("LIVE room", ["00123", "04567", "88000"] * 5, "text"),
    ("Hash", ["7e1234567", "12e45", "4431"] * 5, "text"),
    ("Phone", [447700900123, 447700900124, 447700900125] * 5, "text"),
    ("Postcode", ["10115", "20095", "80331"] * 5, "text"),
    ("Escalated", ["Y", "N", "y"] * 5, "boolean"),
    ("Escalated", [True, False] * 5, "boolean"),
    ("Done", ["x", None, "x"] * 5, "boolean"),
    ("Flag", [0, 1] * 5, "integer"),
    ("Evidence", [f"https://e.example/{n}" for n in range(15)], "url"),
    ("Owner", ["Jane Doe", "Ali O'Neil", "bob@example.com"] * 5, "person"),
    ("Mail", [f"p{n}@example.com" for n in range(15)], "person"),
    ("Status", ["open", "closed", "appealed"] * 5, "choice"),
    ("Status", ["open", "closed", "appealed"], "text"),
    ("City", [f"Town {chr(65 + n)}" for n in range(25)], "text"),
    ("Device", [f"DEV-{n % 4 + 100}" for n in range(25)], "text"),
    ("Tags", ["a", "b; a", "c", "a; c", "b"] * 5, "multi-choice"),
    ("Address", ["Smith St 1, London", "High St 2, Leeds"] * 8, "choice"),
    ("Notes", ["short", "long " * 40] * 5, "long text"),
    ("Notes", ["two\nlines", "one"] * 5, "long text"),
    ("Empty", [None] * 5, "text"),
]


@pytest.mark.parametrize(("header", "values", "kind"), CASES, ids=[f"{h}-{k}" for h, _, k in CASES])
def test_a_column_has_the_type_its_cells_show(adopt, header, values, kind):
    field = adopt(column(header, values)).columns[1].field
    assert field.type is FieldType(kind)


def test_a_few_cells_that_do_not_fit_are_named(adopt):
    proposal = adopt(column("Due", [D] * 39 + ["tbc"]))
    assert proposal.columns[1].field.type is FieldType.DATE
    assert "# B: 1 of 40 do not fit: B41 'tbc'; these will be held" in proposal.toml()
    assert any("'Due' (B) as date: 1 of 40 do not fit: B41 'tbc'" in finding for finding in proposal.findings)


def test_a_column_without_blanks_is_required(adopt):
    rows = [["Case ID", "A", "B"], *([f"C-{n}", n, n if n > 1 else None] for n in range(1, 9))]
    fields = [c.field for c in adopt(rows).columns]
    assert [field.required for field in fields] == [False, True, False]


MONEY = [
    ("Amount", [10.5, 20], "[$€-407]#,##0.00", "EUR", 2),
    ("Amount", [10.5, 20], '"£"#,##0.00', "GBP", 2),
    ("Amount", [10.123, 20], "$#,##0.00", "USD", 3),
    ("Amount (CHF)", [10.5, 20], None, "CHF", 2),
    ("Amount", ["€1,200.50", "€7"], None, "EUR", 2),
    ("Amount", ["7 SEK", "12 SEK"], None, "SEK", 2),
]


@pytest.mark.parametrize(("header", "values", "shown", "currency", "decimals"), MONEY)
def test_a_currency_that_is_seen_makes_money(adopt, header, values, shown, currency, decimals):
    field = adopt(column(header, values * 5), formats={1: shown} if shown else None).columns[1].field
    assert (field.type, field.currency, field.decimals) == (FieldType.MONEY, currency, decimals)


def test_no_currency_makes_a_number(adopt):
    assert adopt(column("Amount", [10.5, 20] * 5)).columns[1].field.type is FieldType.NUMBER


def test_spellings_of_one_choice_become_aliases(adopt):
    values = ["In progress"] * 6 + ["In-progress", "in progress", "Open", "open ", "Open", "Open"]
    choices = adopt(column("Status", values)).columns[1].field.choices
    assert [(c.value, c.aliases) for c in choices] == [
        ("In progress", ("In-progress", "in progress")),
        ("Open", ("open",)),
    ]


def test_formulas_are_said_to_be_left_alone(adopt):
    proposal = adopt(column("Double", [f"=ROW()*{n}" for n in range(8)]))
    assert "8 formulas: their results are read and they are never overwritten" in proposal.toml()


def test_names_come_from_headers_in_any_script(adopt):
    header = ["Case ID", "SLA due (UK)", "Größe", "状态", "% done", "2024", "class", "SLA-due (UK)"]
    rows = [header, *([f"C-{n}", 1, 2, 3, 4, 5, 6, 7] for n in range(5))]
    names = [c.field.name for c in adopt(rows).columns]
    assert names == [
        "case_id", "sla_due_uk", "grosse", "col_4", "percent_done", "col_2024", "class_value", "sla_due_uk_2",
    ]  # fmt: skip

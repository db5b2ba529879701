"""Columns of a team's own: row-wise, grouped, as a series; and what is said when one is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from sheetops.columns import ColumnError, column
from sheetops.columns.sets import Ask

NOW = dt.datetime(2026, 3, 10, 15, 30, tzinfo=dt.UTC)
ROWS = pd.DataFrame(
    {
        "case_id": ["A", "B", "C", "D"],
        "market": pd.array(["UK", "UK", "IE", None], dtype="string"),
        "opened": pd.to_datetime(["2026-03-01", "2026-03-03", "2026-03-09", None], utc=True),
        "amount": [1.0, 3.0, 5.0, 7.0],
    }
)


def ask(rows: pd.DataFrame = ROWS, as_of: dt.datetime = NOW) -> Ask:
    return Ask(rows, None, {}, as_of)


def answer(own: Any, asked: Ask | None = None) -> dict[str, dict[str, Any]]:
    found = own.set("case_id", "text").compute(asked or ask()).columns
    return {str(name): found[name].to_dict() for name in found}


@column("cases", needs=["opened"], makes={"age_days": "integer"})
def age(rows: pd.DataFrame, as_of: dt.datetime) -> pd.Series:
    """Whole days since the case was opened."""
    return (pd.Timestamp(as_of) - rows["opened"]).dt.days


@column("cases", needs=["amount"], by=["market"], makes={"share": "number"})
def share(rows: pd.DataFrame) -> pd.Series:
    """The case's share of its market's amount."""
    return rows["amount"] / rows["amount"].sum()


@column("cases", needs=["amount"], order="opened", makes={"so_far": "number", "said": "text"})
def so_far(rows: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """The amount so far."""
    total = rows["amount"].cumsum()
    return pd.DataFrame({"so_far": total, "said": [f"{one:g}{settings.get('unit', '')}" for one in total]})


def test_a_row_wise_column_sees_all_rows_by_key() -> None:
    found = answer(age)["age_days"]
    assert {key: found[key] for key in "ABC"} == {"A": 9, "B": 7, "C": 1}
    assert pd.isna(found["D"])


def test_a_grouped_column_sees_each_group_alone_and_rows_without_one_stay_blank() -> None:
    assert answer(share)["share"] == {"A": 0.25, "B": 0.75, "C": 1.0}


def test_a_series_comes_in_its_order_whatever_order_the_rows_are_in() -> None:
    backwards = ask(ROWS.iloc[::-1])
    assert answer(so_far, backwards)["so_far"] == {"A": 1.0, "B": 4.0, "C": 9.0}
    assert answer(so_far)["said"] == {"A": "1", "B": "4", "C": "9"}


def test_it_goes_stale_by_the_time_alone_only_where_it_takes_the_time() -> None:
    assert age.set("case_id", "").compute(ask()).next_change == dt.datetime(2026, 3, 11, tzinfo=dt.UTC)
    assert share.set("case_id", "").compute(ask()).next_change is None
    hourly = column("cases", needs=[], makes={"hour": "integer"}, every="1h")(lambda as_of: as_of.hour)
    assert hourly.set("case_id", "").compute(ask()).next_change == NOW.replace(hour=16, minute=0)


def test_one_value_is_said_of_all_rows_and_a_list_in_their_order() -> None:
    one = column("cases", needs=["amount"], makes={"n": "integer"})(lambda rows: len(rows.index))
    assert answer(one)["n"] == dict.fromkeys("ABCD", 4)
    many = column("cases", needs=["amount"], makes={"twice": "number"})(
        lambda rows: [a * 2 for a in rows["amount"]]
    )
    assert answer(many)["twice"] == {"A": 2.0, "B": 6.0, "C": 10.0, "D": 14.0}


def test_a_column_of_a_table_without_records_is_empty() -> None:
    assert answer(share, ask(ROWS.head(0))) == {"share": {}}
    assert answer(age, ask(ROWS.head(0))) == {"age_days": {}}


def test_a_change_of_the_file_or_of_its_settings_is_another_set() -> None:
    settings = {share.set("case_id", text).settings for text in ("one", "two")}
    assert len(settings) == 2


@pytest.mark.parametrize(
    ("function", "makes", "said"),
    [
        (lambda rows: [1], {"x": "integer"}, "it returned 1 values for 4 rows"),
        (lambda rows: pd.Series([1], index=["Z"]), {"x": "integer"}, "it answered for 'Z', which is not among the rows it was given"),
        (lambda rows: pd.Series([1, 2], index=["A", "A"]), {"x": "integer"}, "it answered twice for 'A'"),
        (lambda rows: rows["amount"], {"x": "number", "y": "text"}, "it makes x, y, so it has to return a DataFrame with these columns"),
        (lambda rows: rows[["amount"]], {"x": "number"}, "it returned no column 'x'"),
    ],
)  # fmt: skip
def test_an_answer_that_fits_not_is_said(function: Any, makes: dict[str, str], said: str) -> None:
    own = column("cases", needs=["amount"], makes=makes)(function)
    with pytest.raises(ColumnError, match=said):
        own.set("case_id", "").compute(ask())


def test_what_no_column_can_be_is_said_where_it_is_declared() -> None:
    with pytest.raises(ColumnError, match=r"'x' cannot be of type 'colour'\. There is: text, long text"):
        column("cases", needs=[], makes={"x": "colour"})
    with pytest.raises(ColumnError, match="every = '5m' is not one of 15m, 1h, 1d"):
        column("cases", needs=[], every="5m")
    with pytest.raises(
        ColumnError, match=r"bad takes 'frame'\. A column's function may take rows, as_of, settings"
    ):

        @column("cases", needs=[])
        def bad(frame: pd.DataFrame) -> str:
            return "x"


def test_the_explanation_names_the_function_its_inputs_and_its_group() -> None:
    made = share.set("case_id", "")
    assert made.explain is not None
    assert list(made.explain(ask(), "B", "share")) == [
        "share is calculated by share in columns.py: The case's share of its market's amount.",
        "  amount: 3.0",
        "  looked at together: 2 of cases with market UK",
        "  share = 0.75",
    ]
    assert list(made.explain(ask(), "D", "share"))[1:] == ["  not judged: market is blank"]


def test_the_function_can_be_called_as_it_is() -> None:
    assert list(share(ROWS.head(2))) == [0.25, 0.75]

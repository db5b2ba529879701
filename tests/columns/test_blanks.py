"""What is missing is None in a column of any type; what somebody typed never is."""

import pandas as pd

from sheetops.columns.blanks import plain, plain_rows


def test_every_kind_of_missing_is_none() -> None:
    frame = pd.DataFrame(
        {
            "count": pd.Series([1, None], dtype="Int64"),
            "at": pd.to_datetime(["2026-01-05", None], utc=True),
            "length": pd.to_timedelta(["1h", None]),
            "share": [0.5, None],
            "text": pd.Series(["x", None], dtype="string"),
        }
    )
    assert list(plain_rows(frame)[1].values()) == [None] * 5
    assert list(plain(frame["count"])) == [1, None]


def test_words_that_look_like_a_blank_are_words() -> None:
    frame = pd.DataFrame({"text": pd.Series(["None", "nan", "NaT", "<NA>"], dtype="string")})
    assert [row["text"] for row in plain_rows(frame)] == ["None", "nan", "NaT", "<NA>"]

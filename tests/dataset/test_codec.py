"""Values as JSON come back as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.dataset.codec import (
    decoder,
    dump_json,
    encoder,
    instant_text,
    load_json,
    pack,
    parse_instant,
    unpack,
)
from sheetops.model.schema import FieldType

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.decimals(allow_nan=False)
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.times()
    | st.timedeltas(timedelta(days=-9999), timedelta(days=9999))
    | st.binary()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner)
    ),
)


@given(VALUES)
def test_whatever_a_cell_holds_comes_back(value: object) -> None:
    back = unpack(pack(value))
    assert back == value
    assert type(back) is type(value)
    assert pack(value).isascii()


def test_what_no_cell_holds_is_refused() -> None:
    with pytest.raises(TypeError):
        pack(object())


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (FieldType.MONEY, Decimal("1.5"), '"1.50"'),
        (FieldType.DURATION, timedelta(minutes=1), "60"),
        (FieldType.DURATION, timedelta(milliseconds=1), "0.001"),
        (FieldType.DATETIME, datetime(2024, 1, 5, 9, 30, tzinfo=UTC), '"2024-01-05T09:30:00Z"'),
        (FieldType.NUMBER, 5, "5.0"),
        (FieldType.TEXT, "é", '"é"'),
        (FieldType.BOOLEAN, True, "true"),
    ],
)
def test_values_in_the_journal_read_as_people_expect(kind: FieldType, value: object, said: str) -> None:
    encode, decode = encoder(kind), decoder(kind)
    text = dump_json(encode(value))
    assert text == said
    back = load_json(text)
    assert (decode(back) if decode else back) == value


def test_moments_are_utc_to_the_microsecond() -> None:
    moment = datetime(2024, 1, 5, 9, 30, 0, 1, tzinfo=timezone(timedelta(hours=-3)))
    assert instant_text(moment) == "2024-01-05T12:30:00.000001Z"
    assert parse_instant(instant_text(moment)) == moment
    with pytest.raises(ValueError, match="time zone"):
        instant_text(moment.replace(tzinfo=None))

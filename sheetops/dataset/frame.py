"""A table as a pandas DataFrame whose columns have the types the config says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..model.record import Record
from ..model.schema import FieldType, Table

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

_DTYPES: Mapping[FieldType, str] = {
    FieldType.INTEGER: "Int64",
    FieldType.NUMBER: "float64",
    FieldType.MONEY: "float64",
    FieldType.DATE: "datetime64[us]",
    FieldType.DATETIME: "datetime64[us, UTC]",
    FieldType.DURATION: "timedelta64[us]",
    FieldType.BOOLEAN: "boolean",
}


def frame(table: Table, records: Mapping[str, Record]) -> pd.DataFrame:
    """Return the active records in the order of their keys, the key as an ordinary column.

    Text, choices and people are `string`; datetimes are aware, in UTC; dates are at midnight;
    amounts are floats, because sums and quantiles are what a frame is for.
    """
    import pandas as pd

    active = [record.values for record in records.values() if not record.archived]
    return pd.DataFrame(
        {f.name: _series(f.type, [values[f.name] for values in active]) for f in table.fields},
        columns=[f.name for f in table.fields],
    )


def _series(kind: FieldType, values: list[Any]) -> Any:
    import pandas as pd

    if kind is FieldType.MONEY:
        values = [None if value is None else float(value) for value in values]
    return pd.Series(values, dtype=_DTYPES.get(kind, "string"))

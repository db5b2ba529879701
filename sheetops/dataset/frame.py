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


def frame(table: Table, records: Mapping[str, Record], *, archived: bool = False) -> pd.DataFrame:
    """Return the active records in the order of their keys, the key as an ordinary column.

    With `archived`, those that are not active too, and a column `archived` that tells them apart.

    Text, choices and people are `string`; datetimes are aware, in UTC; dates are at midnight;
    amounts are floats, because sums and quantiles are what a frame is for.
    """
    import pandas as pd

    found = [record for record in records.values() if archived or not record.archived]
    columns = {f.name: series(f.type, [record.values[f.name] for record in found]) for f in table.fields}
    if archived:
        columns["archived"] = pd.Series([record.archived for record in found], dtype="bool")
    return pd.DataFrame(columns, columns=list(columns))


def series(kind: FieldType, values: list[Any]) -> Any:
    """Return canonical values of one type as a column."""
    import pandas as pd

    if kind is FieldType.MONEY:
        values = [None if value is None else float(value) for value in values]
    return pd.Series(values, dtype=_DTYPES.get(kind, "string"))

"""A history from before the journal, as a table of the dataset: one row for each change of one cell of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...model.schema import Field, FieldType, Table
from ..blanks import plain

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

_T = FieldType
HISTORY_TABLE = Table(
    name="case_history",
    key="change",
    key_format="H-{:06d}",
    description="Changes of cases from before sheetops saw them: what an old system or an export knows.",
    fields=(
        Field("change", _T.TEXT, required=True, description="The row's name."),
        Field("case", _T.TEXT, required=True, description="The key of the case."),
        Field("field", _T.TEXT, required=True, description="The field that changed, as the dataset calls it: status."),
        Field("value", _T.TEXT, description="What it said from then on. Blank: it was cleared."),
        Field("at", _T.DATETIME, required=True, description="When that took effect."),
    ),
)  # fmt: skip
"""Fields of an imported history."""


def as_history(imported: pd.DataFrame, journal: pd.DataFrame | None) -> pd.DataFrame:
    """Return the imported changes before those of the journal. They took effect, and were known, at their own time.

    A value that the journal says a case was born with is older in the import, so the import comes first.
    """
    import pandas as pd

    rows = pd.DataFrame(
        {
            "key": imported["case"].astype(object),
            "field": imported["field"].astype(object),
            "old": None,
            "new": plain(imported["value"]),
            "recorded_at": imported["at"],
            "effective_at": imported["at"],
            "seq": 0,
            "op": "set",
        }
    )
    rows = rows[rows["recorded_at"].notna()]
    if journal is None or journal.empty:
        return rows
    return pd.concat([rows, journal], ignore_index=True)

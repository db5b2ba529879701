"""Computed columns, pandas in and pandas out. Pure.

`from sheetops.columns import column` is how a team writes columns of its own (docs/columns.md).
"""

from .own import ColumnError, column

__all__ = ["ColumnError", "column"]

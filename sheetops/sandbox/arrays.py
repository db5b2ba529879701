"""Arrays in formulas: what fills more than the cell that it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Table(list[Any]):
    """Values row by row. A range of cells is one too, but only a calculated one (`spills`) fills the cells beside it."""

    def __init__(self, values: Iterable[Any], width: int, *, spills: bool = True) -> None:
        super().__init__(values)
        self.width, self.spills = max(width, 1), spills

    @property
    def height(self) -> int:
        """Return how many rows it has."""
        return len(self) // self.width

    def rows(self) -> list[list[Any]]:
        """Return the rows as lists."""
        return [self[start : start + self.width] for start in range(0, len(self), self.width)]

    def at(self, row: int, column: int) -> Any:
        """Return one value; a single row or column counts for all of them, and what is beyond the end is #N/A."""
        row, column = (0 if self.height == 1 else row), (0 if self.width == 1 else column)
        return self[row * self.width + column] if row < self.height and column < self.width else "#N/A"


def of_rows(rows: list[list[Any]]) -> Table:
    """Return the table with these rows, which are equally long."""
    return Table((item for row in rows for item in row), len(rows[0]) if rows else 1)


def table(value: Any) -> Table:
    """Return the value as a table; one value is a table of one cell."""
    return value if isinstance(value, Table) else Table([value], 1)


def each(act: Callable[..., Any], values: Iterable[Any]) -> Table:
    """Return what `act` makes of the values cell by cell, as ARRAYFORMULA does."""
    tables = [table(value) for value in values]
    height, width = max(one.height for one in tables), max(one.width for one in tables)
    cells = ((row, column) for row in range(height) for column in range(width))
    return Table((act(*(one.at(*at) for one in tables)) for at in cells), width)


def stacked(lines: list[list[Any]]) -> Table | None:
    """Return `{1, 2; 3, 4}` from its parts, which may be ranges; None when they do not fit together."""
    rows: list[list[Any]] = []
    for line in lines:
        tables = [table(one) for one in line]
        if len({one.height for one in tables}) != 1:
            return None
        rows += (
            [item for part in parts for item in part]
            for parts in zip(*(one.rows() for one in tables), strict=True)
        )
    return of_rows(rows) if rows and len({len(row) for row in rows}) == 1 else None


def sequence(rows: float, columns: float = 1.0, start: float = 1.0, step: float = 1.0) -> Table:
    """Return SEQUENCE(rows, columns, start, step)."""
    return Table((start + step * place for place in range(int(rows) * int(columns))), int(columns))


def sorted_rows(values: Any, column: float = 1.0, ascending: Any = True) -> Table:
    """Return SORT(range, column, ascending): blanks stay last."""
    rows, place = table(values).rows(), int(column) - 1
    filled = [row for row in rows if row[place] is not None]
    blank = [row for row in rows if row[place] is None]
    return of_rows(sorted(filled, key=lambda row: _rank(row[place]), reverse=not ascending) + blank)


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 2, value
    return (1, value.casefold()) if isinstance(value, str) else (0, value)


def unique(values: Any) -> Table:
    """Return UNIQUE(range): each row the first time it comes."""
    found = {tuple(map(_folded, row)): row for row in reversed(table(values).rows())}
    return of_rows(list(reversed(found.values())))


def _folded(value: Any) -> tuple[type, Any]:
    return type(value), value


def filtered(values: Any, *conditions: Any) -> Table:
    """Return FILTER(range, condition ...): the rows for which every condition is true."""
    tests = [table(one) for one in conditions]
    rows = table(values).rows()
    return of_rows(
        [row for place, row in enumerate(rows) if all(test.at(place, 0) is True for test in tests)]
    )


def transposed(values: Any) -> Table:
    """Return TRANSPOSE(range)."""
    return of_rows([list(column) for column in zip(*table(values).rows(), strict=True)])


def placed(values: Table) -> Iterator[tuple[int, int, Any]]:
    """Yield (row, column, value) of each cell of the table, counted from its corner."""
    for place, value in enumerate(values):
        yield (*divmod(place, values.width), value)

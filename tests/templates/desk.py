"""Somebody who works in the workbooks of a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from sheetops import ooxml
from sheetops.cli.main import cli
from sheetops.model.schema import Field, FieldType, Table
from sheetops.ooxml.refs import cell_name
from sheetops.workspace import Config, load_config

SAID = {
    FieldType.TEXT: "Lumen Beauty", FieldType.LONG_TEXT: "The host says that the serum cures acne.",
    FieldType.DATE: "2026-03-02", FieldType.DATETIME: "2026-03-02 10:30", FieldType.PERSON: "Ana Ruiz",
}  # fmt: skip
"""What somebody types into a field of each type."""
STARTERS = {"markets": "UK", "policies": "Counterfeit", "teams": "Legal"}


def typed(config: Config, tracker: str) -> dict[str, Any]:
    """Return what somebody types into a new row, by headers: all that must be there."""
    spec = config.schema.trackers[tracker]
    table = config.schema.table_of(spec)
    fields = [table.field(column.field) for column in spec.columns]
    wanted = [f for f in fields if f.required and not f.computed and f.name != table.key] or fields[1:2]
    headers = {column.field: column.header for column in spec.columns}
    return {headers[field.name]: _said(field, config.schema.tables) for field in wanted}


def _said(field: Field, tables: Mapping[str, Table]) -> Any:
    if field.choices:
        return field.choices[0].value
    if field.type is FieldType.REFERENCE:
        return STARTERS.get(field.references or "") or tables[field.references or ""].key_format.format(1)
    return SAID[field.type]


@dataclass
class Desk:
    """The folder, with the person's and the program's hands on it."""

    folder: Path

    def run(self, *words: str) -> Result:
        """Run a command in this workspace."""
        return CliRunner().invoke(cli, [*words, "-C", str(self.folder)])

    @cached_property
    def config(self) -> Config:
        """The workspace's config."""
        return load_config(self.folder)

    def type(self, tracker: str, row: int, cells: Mapping[str, Any]) -> None:
        """Type into a row of a tracker, by headers, and save the workbook."""
        spec = self.config.schema.trackers[tracker]
        places = {column.header: place for place, column in enumerate(spec.columns, start=1)}
        with ooxml.Workbook.open(self.folder / spec.source) as book:
            for header, value in cells.items():
                book[spec.tab].set(cell_name(row, places[header]), value)
            book.save()

    def read(self, tracker: str, row: int) -> dict[str, Any]:
        """Return a row of a tracker by headers, as the workbook has it."""
        spec = self.config.schema.trackers[tracker]
        with ooxml.Workbook.open(self.folder / spec.source) as book:
            tab = book[spec.tab]
            return {c.header: tab[cell_name(row, n)].value for n, c in enumerate(spec.columns, start=1)}

    def tabs(self, file: str) -> list[str]:
        """Return the tabs of a workbook."""
        with ooxml.Workbook.open(self.folder / file) as book:
            return list(book.sheet_names)

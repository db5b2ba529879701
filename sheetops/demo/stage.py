"""The demo's folder and spreadsheets: trackers as the templates build them, with an overview, a chart and colours."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model.errors import ConfigError, TrackerBusy, TrackerNotWritten
from ..model.record import Values
from ..model.schema import TrackerSpec
from ..model.sheet import column_letters
from ..tracker_workbook import build_workbook
from ..workspace import CONFIG_NAME, Config, load_config, parse_config
from .google_sheet import PLACEHOLDER, make_sheet
from .scene import Scene

if TYPE_CHECKING:
    from ..sandbox import Sandbox

MARK = "# A demo that `sheetops demo` made; running it again makes it anew."
SANDBOX = "google"
"""The folder in the demo's with the Google spreadsheet."""
_LAST = 1_048_576
_COLOURS = {
    "Critical": "#F8CBAD", "Major": "#F8CBAD", "High": "#FCE4D6", "Appealed": "#FFF2CC", "In Progress": "#FFF2CC",
    "In review": "#FFF2CC", "Enforced": "#E2EFDA", "Resolved": "#E2EFDA", "Closed": "#E2EFDA", "Dismissed": "#EDEDED",
}  # fmt: skip


def lay_out(folder: Path, scene: Scene) -> Config:
    """Write the scene's sheetops.toml and workbooks into `folder`, in place of an earlier demo there.

    Raise ConfigError when the folder holds anything but a demo; it is left as it was.
    """
    config = parse_config(f"{MARK}\n{scene.config}", folder.resolve() / CONFIG_NAME)
    _clear(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for tracker, spec in config.schema.trackers.items():
            if spec.backend == "excel":
                _write(config, spec, scene.shown_in(config, tracker), scene.counted[tracker])
        config.path.write_text(config.text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise TrackerNotWritten(f"{folder} cannot be written: {error.strerror or error}.") from None
    return config


def add_google(config: Config, scene: Scene, box: Sandbox) -> Config:
    """Make the Google spreadsheet of the scene on a sandbox, and write its id into sheetops.toml."""
    spec = next(spec for spec in config.schema.trackers.values() if spec.backend == "google")
    owner = next(desk.person for desk in scene.desks if desk.tracker == spec.id)
    made = make_sheet(box, owner, config.schema.table_of(spec), spec, scene.shown_in(config, spec.id))
    config = parse_config(config.text.replace(PLACEHOLDER, made), config.path)
    config.path.write_text(config.text, encoding="utf-8", newline="\n")
    return config


def _clear(folder: Path) -> None:
    """Remove an earlier demo's own files, and nothing that somebody else put there."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    config = folder / CONFIG_NAME
    if not config.is_file() or not config.read_text(encoding="utf-8", errors="replace").startswith(MARK):
        raise ConfigError(
            f"{folder} is there already and is not a demo.",
            not_done="It was left as it is.",
            next_step="Name a folder that does not exist yet: sheetops demo FOLDER",
        )
    _refuse_served(folder / SANDBOX)
    trackers = load_config(config).schema.trackers.values()
    try:
        for path in [_file_of(folder, spec) for spec in trackers] + list(folder.glob("sheetops.db*")):
            path.unlink(missing_ok=True)
        shutil.rmtree(folder / ".sheetops", ignore_errors=True)
    except OSError as error:
        raise TrackerNotWritten(
            f"The earlier demo in {folder} cannot be removed: {error.strerror or error}.",
            next_step="Close its workbooks and run the demo again.",
        ) from None


def _file_of(folder: Path, spec: TrackerSpec) -> Path:
    return folder / SANDBOX / f"{spec.source}.json" if spec.backend == "google" else folder / spec.source


def _refuse_served(folder: Path) -> None:
    """Raise TrackerBusy where a sandbox is serving the folder: it would not notice that its spreadsheet is another one."""
    if not folder.is_dir():
        return
    from ..sandbox import serving

    if url := serving(folder):
        raise TrackerBusy(
            f"A sandbox at {url} is serving {folder}.",
            not_done="The demo was left as it was.",
            next_step="Stop it (Ctrl+C in its terminal) and run the demo again.",
        )


def _write(config: Config, spec: TrackerSpec, records: Sequence[Values], counted: tuple[str, str]) -> None:
    def dress(workbook: Any) -> None:
        for header in counted:
            _colour(workbook, spec, header)
        _overview(workbook, config, spec, records, counted)

    build_workbook(config.folder / spec.source, config.schema, [spec], {spec.id: records}, finish=dress)


def _column(spec: TrackerSpec, header: str) -> int:
    return [column.header for column in spec.columns].index(header)


def _colour(workbook: Any, spec: TrackerSpec, header: str) -> None:
    """Colour the cells of a column by their value, as a conditional format over the whole column."""
    sheet, place = workbook.get_worksheet_by_name(spec.tab), _column(spec, header)
    for value, colour in _COLOURS.items():
        rule = {
            "type": "cell",
            "criteria": "==",
            "value": f'"{value}"',
            "format": workbook.add_format({"bg_color": colour}),
        }
        sheet.conditional_format(1, place, _LAST - 1, place, rule)


def _overview(
    workbook: Any, config: Config, spec: TrackerSpec, records: Sequence[Values], counted: tuple[str, str]
) -> None:
    """Add a tab that counts the tracker by formulas, and charts the counts."""
    status, split = counted
    table = config.schema.table_of(spec)
    fields = {column.header: column.field for column in spec.columns}
    counts = Counter((record[fields[status]], record[fields[split]]) for record in records)
    rows = [
        v for v in _values(table, fields[status]) if any(count for (s, _), count in counts.items() if s == v)
    ]
    columns = _values(table, fields[split])
    sheet = workbook.add_worksheet("Overview")
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, 0, 24)
    bold, right = (
        workbook.add_format({"bold": True, "bottom": 1, "align": side}) for side in ("left", "right")
    )
    sheet.write_string(
        0, 0, f"{spec.tab} by {status} and {split}", workbook.add_format({"bold": True, "font_size": 14})
    )
    sheet.write_string(2, 0, status, bold)
    sheet.write_row(2, 1, columns, right)
    for row, value in enumerate(rows, start=3):
        sheet.write_string(row, 0, value)
        for place, column in enumerate(columns, start=1):
            formula = _count_formula(spec, status, split, f"$A{row + 1}", f"{column_letters(place + 1)}$3")
            sheet.write_formula(row, place, formula, None, counts[value, column])
    sheet.insert_chart(len(rows) + 5, 0, _chart(workbook, len(rows), columns, status))


def _values(table: Any, field: str) -> list[str]:
    return [choice.value for choice in table.by_name[field].choices]


def _count_formula(spec: TrackerSpec, status: str, split: str, value: str, column: str) -> str:
    first, second = (
        f"'{spec.tab}'!${c}:${c}" for c in (column_letters(_column(spec, h) + 1) for h in (status, split))
    )
    return f"=COUNTIFS({first},{value},{second},{column})"


def _chart(workbook: Any, rows: int, columns: Sequence[str], status: str) -> Any:
    chart = workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for place in range(1, len(columns) + 1):
        chart.add_series({
            "name": ["Overview", 2, place],
            "categories": ["Overview", 3, 0, 2 + rows, 0],
            "values": ["Overview", 3, place, 2 + rows, place],
        })  # fmt: skip
    chart.set_title({"name": f"By {status.lower()}"})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 320})
    return chart

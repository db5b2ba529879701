"""Adoption from end to end: open the spreadsheet, find its table, propose. Nothing is written."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from ..model.errors import ConfigError, TrackerUnreadable
from ..model.values import Reading
from ..workspace import CONFIG_NAME, Config, parse_config
from .dates import decide_order
from .evidence import ColumnCells
from .proposal import Proposal, Seen, make_proposal
from .reading import Origin, TabRead, Tabs, WorkbookTabs, open_workbook
from .region import Region, find_region

_FORMATS_SEEN = 5


def propose(
    path: Path,
    *,
    tab: str | None = None,
    zone: str = "UTC",
    existing: str | None = None,
    folder: Path | None = None,
) -> Proposal:
    """Return what sheetops.toml should say about a workbook that nobody prepared.

    `tab` names the tab; without it the one most like a table is taken. `zone` is the clock of the
    people who type dates. `existing` is the text of a sheetops.toml the proposal is to be added to and
    `folder` the workspace, by default the workbook's own folder. Raise TrackerUnreadable when there is
    no table to adopt, UnknownName for a tab that is not there, ConfigError for an `existing` with
    mistakes or one that has this tab already.
    """
    home = (folder or path.parent).resolve()
    with open_workbook(path) as workbook:
        return propose_tabs(WorkbookTabs(workbook, home), home, tab=tab, zone=zone, existing=existing)


def propose_tabs(
    tabs: Tabs, home: Path, *, tab: str | None = None, zone: str = "UTC", existing: str | None = None
) -> Proposal:
    """Return what sheetops.toml in the folder `home` should say about any spreadsheet; otherwise as `propose`."""
    config = parse_config(existing, home / CONFIG_NAME) if existing is not None else None
    origin = tabs.origin
    chosen, region, others = _choose_tab(tabs, tab)
    columns = _columns(tabs, chosen, region)
    if config:
        _refuse_known(config, home, origin, chosen.name)
    order = decide_order(columns)
    day_first = order.day_first if order.day_first is not None else _usual_order(config)
    seen = Seen(origin, chosen.name, others, region, columns, order)
    return make_proposal(seen, config, zone, Reading(ZoneInfo(zone), day_first))


def _usual_order(config: Config | None) -> bool:
    """Return how the workspace's other trackers read dates; day first in a new one."""
    specs = list(config.schema.trackers.values()) if config else []
    return specs[0].day_first if specs else True


def _choose_tab(tabs: Tabs, wanted: str | None) -> tuple[TabRead, Region, tuple[str, ...]]:
    """Return the tab most like a table, its table, and what to say about the other tabs."""
    origin = tabs.origin
    found = [(read, find_region(read)) for read in tabs.read(wanted)]
    if not found:
        raise TrackerUnreadable(
            f"{origin.title} has no tab with cells.", next_step=f"Choose another {origin.noun}."
        )
    tables = [(read, region) for read, region in found if region]
    if not tables:
        raise _no_table(origin, [read for read, _ in found])
    read, region = max(tables, key=lambda pair: pair[1].size)
    return read, region, tuple(_describe(r, g) for r, g in found if r is not read)


def _describe(read: TabRead, region: Region | None) -> str:
    return f"'{read.name}' ({len(region.rows):,} rows)" if region else f"'{read.name}' (no header found)"


def _no_table(origin: Origin, tabs: Sequence[TabRead]) -> TrackerUnreadable:
    if not any(any(row) for tab in tabs for row in tab.grid.rows):
        where = f"The tab '{tabs[0].name}'" if len(tabs) == 1 else "Every tab"
        return TrackerUnreadable(
            f"{where} of {origin.title} is empty.",
            next_step=f"Type a header row{_save(origin)} and run it again.",
        )
    return TrackerUnreadable(
        f"No row of {origin.title} looks like a header ({', '.join(tab.name for tab in tabs[:5])}): "
        "names of columns, different from each other, above the data.",
        next_step=f"Put a header row above the data{_save(origin)} and run it again; or name the tab with --tab.",
    )


def _save(origin: Origin) -> str:
    return ", save," if origin.backend == "excel" else ""


def _columns(tabs: Tabs, tab: TabRead, region: Region) -> list[ColumnCells]:
    columns = [_column(tab, region, place) for place in range(len(region.headers))]
    sampled = [(row, column.header.column) for column in columns for row in _numeric_rows(column)]
    formats = tabs.number_formats(tab.name, sorted(sampled))
    return [replace(column, formats=formats.get(column.header.column, ())) for column in columns]


def _column(tab: TabRead, region: Region, place: int) -> ColumnCells:
    header = region.headers[place]
    cells = [(number, row[header.column]) for number, row in region.rows if header.column in row]
    formulas = sum((number, header.column) in tab.grid.formulas for number, _ in cells)
    return ColumnCells(header, cells, len(region.rows), formulas=formulas)


def _numeric_rows(column: ColumnCells) -> list[int]:
    """Return the first rows whose number format may tell money from plain numbers."""
    first = column.cells[: 4 * _FORMATS_SEEN]
    return [row for row, raw in first if isinstance(raw, (int, float))][:_FORMATS_SEEN]


def _refuse_known(config: Config, home: Path, origin: Origin, tab: str) -> None:
    for spec in config.schema.trackers.values():
        same = spec.backend == origin.backend and _place(spec.source, spec.backend, home) == _place(
            origin.source, origin.backend, home
        )
        if same and spec.tab.casefold() == tab.casefold():
            raise ConfigError(
                f"The tab '{tab}' of {spec.name} is tracker '{spec.id}' of this workspace already.",
                next_step="Change it in sheetops.toml, or name another tab with --tab.",
            )


def _place(source: str, backend: str, home: Path) -> str:
    return os.path.normcase(os.path.normpath(home / source)) if backend == "excel" else source

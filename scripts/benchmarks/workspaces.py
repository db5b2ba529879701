"""Workspaces of any size for the benchmarks: one workbook of 20 columns, made once and kept."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from sheetops.demo.live_cases import live_cases
from sheetops.templates import find_template
from sheetops.tracker_workbook import build_workbook
from sheetops.workspace import CONFIG_NAME, parse_config

BOOK = "LIVE cases UK.xlsx"
TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def config_text() -> str:
    """Return the template `live-cases` with one tracker, which shows every case in 20 columns."""
    text = (find_template("live-cases").folder / CONFIG_NAME).read_text(encoding="utf-8")
    uk, _, _ = text.partition("[trackers.ie]")
    return uk.replace("where = \"market == 'UK'\"\n", "")


def records(rows: int) -> list[dict[str, object]]:
    """Return `rows` records of 20 fields."""
    return [dict(case) for case in live_cases(rows, 7, TODAY)]


def workbook(cache: Path, rows: int) -> Path:
    """Return a workbook of `rows` x 20 cells as XlsxWriter saves it, from the cache where it is there."""
    path = cache / f"cases-{rows}.xlsx"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        config = parse_config(config_text(), cache.resolve() / CONFIG_NAME)
        part = path.with_suffix(".part.xlsx")
        build_workbook(part, config.schema, config.schema.trackers.values(), {"uk": records(rows)})
        part.replace(path)
    return path


def workspace(folder: Path, cache: Path, rows: int) -> Path:
    """Lay a fresh workspace with that workbook into `folder`; return the workbook in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / CONFIG_NAME).write_text(config_text(), encoding="utf-8")
    return Path(shutil.copyfile(workbook(cache, rows), folder / BOOK))

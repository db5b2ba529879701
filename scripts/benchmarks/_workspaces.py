"""Workspaces of any size for the benchmarks: one big workbook of 20 columns and a small one that shares 500 rows.

Workbooks and synced workspaces are made once and kept in a cache folder.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

import sheetops
from sheetops.demo.live_cases import live_cases
from sheetops.model.record import Values
from sheetops.ooxml import Workbook
from sheetops.templates import find_template
from sheetops.tracker_workbook import build_workbook
from sheetops.workspace import CONFIG_NAME, parse_config

BIG, DESK = "LIVE cases UK.xlsx", "LIVE cases IE.xlsx"
TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DESK_ROWS = 500
EDITS = 100
_DESK = f"where = \"case_id <= 'LIVE-{DESK_ROWS:05d}'\"\n"


def config_text() -> str:
    """Return the template `live-cases`, its first tracker showing all cases and its second the first 500."""
    text = (find_template("live-cases").folder / CONFIG_NAME).read_text(encoding="utf-8")
    all_cases = text.replace("where = \"market == 'UK'\"\n", "")
    return all_cases.replace("where = \"market == 'IE'\"\n", _DESK)


def records(rows: int) -> list[Values]:
    """Return `rows` records of 20 fields."""
    return live_cases(rows, 7, TODAY)


def workbooks(cache: Path, rows: int) -> Path:
    """Return a folder with both workbooks, of `rows` and of 500 rows, as XlsxWriter saves them."""
    folder = cache / f"workbooks-{rows}"
    if not folder.exists():
        part = _emptied(folder.with_name(f"{folder.name}.part"))
        config = parse_config(config_text(), part / CONFIG_NAME)
        made = records(rows)
        for spec in config.schema.trackers.values():
            shown = [r for r in made if spec.where is None or spec.where.matches(r)]
            build_workbook(part / spec.source, config.schema, [spec], {spec.id: shown})
        config.path.write_text(config.text, encoding="utf-8")
        part.rename(folder)
    return folder


def synced(cache: Path, rows: int) -> Path:
    """Return a folder with both workbooks and a dataset in agreement. Look, and copy: do not change it."""
    folder = cache / f"synced-{rows}-{_code()}"
    if not folder.exists():
        for old in cache.glob(f"synced-{rows}-*"):
            shutil.rmtree(old)
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(workbooks(cache, rows), part)
        with sheetops.open(part) as ws:
            ws.sync()
        part.rename(folder)
    return folder


def workspace(folder: Path, cache: Path, rows: int) -> Path:
    """Copy a synced workspace into `folder`, in place of what is there; return `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(synced(cache, rows), folder))


def edit(book: Path, rows: int, seed: int) -> None:
    """Type another owner into 100 rows of a workbook, as a person would, all over it."""
    chosen = random.Random(seed)
    with Workbook.open(book) as workbook:
        sheet = workbook["Cases"]
        for row in chosen.sample(range(2, rows + 2), EDITS):
            sheet.set(f"D{row}", f"Stand-in {chosen.randrange(10**6)}")
        workbook.save()


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()


def _code() -> str:
    """A digest of the package: a workspace synced by other code may not be readable by this one."""
    files = sorted(Path(sheetops.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]

"""sheetops-buttons.json: what the macros of the workbooks in a folder start, and which workbooks they are.

Plain texts and lists of texts, in ASCII, which a few lines of VBA can read on any computer.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...model.schema import TrackerSpec
from ...whole import write_whole
from ...workspace import Config

SETTINGS_NAME = "sheetops-buttons.json"


def read_settings(folder: Path) -> dict[str, Any]:
    """Return what the folder's file says; nothing where there is none or it cannot be read."""
    try:
        said = json.loads((folder / SETTINGS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def write_settings(workbook: Path, config: Config, *, python: Path, server: str, token: Path | None) -> Path:
    """Say in the workbook's folder how its buttons start sheetops; what is said of other workbooks stays."""
    file = workbook.parent / SETTINGS_NAME
    said = {
        **read_settings(workbook.parent),
        "workspace": config.name,
        "python": str(python),
        "server": server.rstrip("/"),
        "token": str(token.resolve()) if token else "",
        "curl": shutil.which("curl") or "",
        workbook.name: _workbook(config, trackers_in(config, workbook)),
    }
    text = json.dumps(said, indent=1, ensure_ascii=True) + "\n"
    write_whole(file, lambda part: part.write_text(text, encoding="ascii"))
    return file


def trackers_in(config: Config, workbook: Path) -> list[TrackerSpec]:
    """Return the trackers that are in a workbook."""
    wanted = workbook.resolve()
    excel = [spec for spec in config.schema.trackers.values() if spec.backend == "excel"]
    return [spec for spec in excel if (config.folder / spec.source).resolve() == wanted]


def _workbook(config: Config, trackers: Sequence[TrackerSpec]) -> list[str]:
    """Return the workbook as sheetops.toml names it, then each tab with the header of its key column."""
    tables: Mapping[str, Any] = config.schema.tables
    said = [trackers[0].source] if trackers else []
    for spec in trackers:
        column = spec.by_field.get(tables[spec.table].key)
        said += [spec.tab, column.header] if column else []
    return said

"""What `sheetops doctor` says of the buttons in Excel: which of the two ways works on this computer."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ... import ooxml
from ...library import Workspace
from ...trackers.excel_bar import has_bar
from .settings import SETTINGS_NAME, read_settings

_PATIENCE = 10
"""Seconds that a program or a service may take to answer."""


def checks(ws: Workspace) -> list[tuple[bool, str]]:
    """Return what is well and what is not, with the next step. A workspace without such buttons has nothing to check."""
    excel = [spec for spec in ws.schema.trackers.values() if spec.backend == "excel"]
    folders = {(ws.config.folder / spec.source).parent for spec in excel}
    found: list[tuple[bool, str]] = []
    for folder in sorted(folders):
        if settings := read_settings(folder):
            found.append(_service(settings) if settings.get("server") else _python(settings))
            found += _workbooks(folder, settings)
        elif (folder / SETTINGS_NAME).exists():
            found.append((False, f"{folder / SETTINGS_NAME} cannot be read. Run: sheetops button excel WORKBOOK"))  # fmt: skip
    return found


def _python(settings: Mapping[str, Any]) -> tuple[bool, str]:
    python = str(settings.get("python", ""))
    again = "Run: sheetops button excel WORKBOOK --python PATH"
    try:
        asked = subprocess.run(  # noqa: S603 (the program that the macros start themselves)
            [python, "-m", "sheetops", "--version"], capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False, f"buttons in Excel: {python} does not start. {again}"
    if asked.returncode:
        return False, f"buttons in Excel: {python} has no sheetops. Install it there, or: {again}"
    return True, f"buttons in Excel: they start {python}, which has sheetops"


def _service(settings: Mapping[str, Any]) -> tuple[bool, str]:
    server, token = str(settings["server"]), Path(str(settings.get("token", "")))
    if not token.is_file():
        return False, f"buttons in Excel: the token's file {token} is gone. Run: sheetops button excel WORKBOOK --server {server} --token FILE"  # fmt: skip
    if not server.startswith(("http://", "https://")):
        return False, f"buttons in Excel: {server} is no address. Run: sheetops button excel WORKBOOK --server URL --token FILE"  # fmt: skip
    try:
        with urllib.request.urlopen(f"{server}/health", timeout=_PATIENCE):  # noqa: S310 (checked above)
            return True, f"buttons in Excel: the service at {server} answers"
    except (urllib.error.URLError, OSError, ValueError) as error:
        return False, f"buttons in Excel: the service at {server} does not answer ({getattr(error, 'reason', error)}). Start it: sheetops serve"  # fmt: skip


def _workbooks(folder: Path, settings: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    for name in (name for name, said in settings.items() if isinstance(said, list)):
        path = folder / name
        again = f"Run: sheetops button excel {name}"
        if not path.exists():
            yield (
                False,
                f"{name} had buttons and is not there: renamed, or moved? Rename it back, or: {again}",
            )
            continue
        try:
            with ooxml.Workbook.open(path) as workbook:
                if not has_bar(workbook):
                    yield False, f"{name} has lost the macros of its buttons. {again}"
        except ooxml.WorkbookError:
            continue  # said of the tracker itself
        if path.with_suffix(".xlsx").exists():
            yield False, f"{path.stem}.xlsx stands beside {name}: a copy that was saved without macros, which nobody syncs. Move over what was typed there, and delete it."  # fmt: skip

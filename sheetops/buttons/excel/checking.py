"""What `sheetops doctor` says of the buttons in Excel: which of the two ways works on this computer."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ... import ooxml
from ...library import Workspace
from ...trackers.excel_bar import has_bar
from ..serving.signing import sign
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
            found.append(_way(settings))
            found += _workbooks(folder, settings)
        elif (folder / SETTINGS_NAME).exists():
            found.append((False, f"{folder / SETTINGS_NAME} cannot be read. Run: sheetops button excel WORKBOOK"))  # fmt: skip
    return found


def _way(settings: Mapping[str, Any]) -> tuple[bool, str]:
    """Say whether the way that the buttons take works; where it does not, whether the other one would."""
    if not settings.get("server"):
        return _python(str(settings.get("python", "")))
    works, said = _service(str(settings["server"]), Path(str(settings.get("token", ""))))
    if not works and _python(sys.executable)[0]:
        said += f" Until then they can start Python, which works here: sheetops button excel WORKBOOK --python {sys.executable}"
    return works, said


def _python(python: str) -> tuple[bool, str]:
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


def _service(server: str, file: Path) -> tuple[bool, str]:
    """Ask the service how things stand, as a press would: with the token, by signature."""
    again = f"Run: sheetops button excel WORKBOOK --server {server} --token FILE"
    if not file.is_file():
        return False, f"buttons in Excel: the token's file {file} is gone. {again}"
    token_id, _, secret = file.read_text(encoding="utf-8", errors="replace").strip().rpartition(".")
    if not re.fullmatch(r"[0-9a-f]{64}", secret):
        return False, f"buttons in Excel: {file} holds no whole token. Save there what `sheetops token add NAME` shows."  # fmt: skip
    if not server.startswith(("http://", "https://")):
        return False, f"buttons in Excel: {server} is no address. Run: sheetops button excel WORKBOOK --server URL --token FILE"  # fmt: skip
    at, nonce = int(time.time()), secrets.token_hex(12)
    request = urllib.request.Request(f"{server}/v1/status", headers={  # noqa: S310 (checked above)
        "X-Sheetops-Token-Id": token_id, "X-Sheetops-At": str(at), "X-Sheetops-Nonce": nonce,
        "X-Sheetops-Signature": sign(bytes.fromhex(secret), at, nonce, b""),
    })  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE):  # noqa: S310 (checked above)
            return True, f"buttons in Excel: the service at {server} answers and takes the token"
    except urllib.error.HTTPError as error:
        return False, f"buttons in Excel: {_answered(server, error)}"
    except (urllib.error.URLError, OSError, ValueError) as error:
        return False, f"buttons in Excel: the service at {server} does not answer ({getattr(error, 'reason', error)}). Start it: sheetops serve"  # fmt: skip


def _answered(server: str, error: urllib.error.HTTPError) -> str:
    """Return the sentence in which the service refused, or that something else answered."""
    try:
        return str(json.loads(error.read())["sentence"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"at {server} something else than sheetops answered ({error.code}). Is that the address of `sheetops serve`?"


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

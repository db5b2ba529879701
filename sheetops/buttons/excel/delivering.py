"""A press that a workbook's macro started: carried out, and its answer put where the macro looks for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ...library import Workspace
from ...model.errors import SheetopsError, UnknownName
from ...whole import write_whole
from ...workspace import Config, find_workspace, load_config
from ..pressing import Pressed, failed, press
from .settings import trackers_in


def press_from(
    open_workspace: Callable[[Path], Workspace], action: str, workbook: Path | None, folder: Path, key: str
) -> Pressed:
    """Carry out an action for a workbook, or for a folder, and say in one sentence what came of it, whatever happens."""
    try:
        if workbook is not None:
            folder = workbook.parent
            _refuse_stranger(load_config(find_workspace(folder)), workbook)
        with open_workspace(folder) as ws:
            return press(ws, action, key=key)
    except SheetopsError as error:
        return failed(action, error)
    except Exception as error:  # the person at the button has no terminal to see it in
        return failed(action, SheetopsError(
            f"sheetops met something it does not know: {type(error).__name__}, {error}.",
            not_done="It may have stopped half way; nothing is lost.",
            next_step="Run: sheetops doctor",
        ))  # fmt: skip


def _refuse_stranger(config: Config, workbook: Path) -> None:
    """Raise UnknownName for a copy of a tracker, or one that was renamed: its cells are not what would be synced."""
    if trackers_in(config, workbook):
        return
    there = sorted({spec.source for spec in config.schema.trackers.values() if spec.backend == "excel"})
    raise UnknownName(
        f"{workbook.name} is a copy or was renamed: the workspace '{config.name}' has {', '.join(there)}.",
        next_step="Open that one and press there, or name this one in sheetops.toml.",
    )


def announce(answer: Path) -> None:
    """Say that sheetops has started: the macro waits longer then."""
    write_whole(answer, lambda part: part.write_text("started\n", encoding="ascii"))


def deliver(said: Pressed, answer: Path) -> None:
    """Put the answer where the macro looks, whole: JSON in ASCII, as `POST /v1/run` answers."""
    text = json.dumps(said.to_json(), ensure_ascii=True) + "\n"
    write_whole(answer, lambda part: part.write_text(text, encoding="ascii"))

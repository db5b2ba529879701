"""What a workspace remembers of its schedules: which there are, and how the last run of each went."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ...model.errors import ScheduleNotWritten, UnknownName
from ...model.nearest import did_you_mean
from .when import When, read_when

FOLDER = Path(".sheetops") / "schedules"
RUNS = ("sync", "refresh", "weekly")
"""What a schedule may start: actions that need no selected row, and that nobody would want undone at night."""


@dataclass(frozen=True)
class Schedule:
    """A schedule: `said` in words, what it `runs`, which `system` (cron, systemd, windows) starts it.

    `python` is the interpreter that is started, `added` when the schedule was made (aware), and `heartbeat` the
    address that hears of each run, "" for none.
    """

    name: str
    said: str
    runs: str
    system: str
    python: str
    added: datetime
    heartbeat: str = ""

    @cached_property
    def when(self) -> When:
        """When it runs, on the clock of the machine."""
        return read_when(self.said)

    def next_run(self, now: datetime) -> datetime:
        """Return when it runs next after `now` (in the machine's zone)."""
        return self.when.next_after(now)


@dataclass(frozen=True)
class Standing:
    """How the last run of a schedule went. `failures` counts those in a row that failed, the first at `failing_since`."""

    started: datetime | None = None
    ended: datetime | None = None
    exit_code: int | None = None
    sentence: str = ""
    failures: int = 0
    failing_since: datetime | None = None

    def missed(self, schedule: Schedule, now: datetime) -> bool:
        """Return whether a run was due since the last one began, or since the schedule was made."""
        last = self.started or schedule.added
        return schedule.when.last_until(now) > last.astimezone(now.tzinfo)

    def after(self, now: datetime, exit_code: int, sentence: str) -> Standing:
        """Return how it stands once a run has ended."""
        done = replace(self, ended=now, exit_code=exit_code, sentence=sentence)
        if exit_code in (0, 3):
            return replace(done, failures=0, failing_since=None)
        return replace(
            done, failures=self.failures + 1, failing_since=self.failing_since or self.started or now
        )


class Schedules:
    """The schedules of the workspace in `folder`, kept in files under .sheetops/schedules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._list = folder / FOLDER / "schedules.json"

    def all(self) -> list[Schedule]:
        """Return all of them, the oldest first. Raise ScheduleNotWritten when the file cannot be read."""
        said = self._read(self._list)
        try:
            return [_schedule(one) for one in said.get("schedules", ())]
        except (TypeError, KeyError, ValueError, AttributeError):
            raise self._unreadable(self._list) from None

    def find(self, name: str) -> Schedule:
        """Return one by its name. Raise UnknownName, with the nearest, when there is none."""
        known = {one.name: one for one in self.all()}
        if name not in known:
            there = f"There is: {', '.join(known)}." if known else "There is none in this workspace."
            raise UnknownName(
                f"There is no schedule '{name}'.{did_you_mean(name, known)}",
                next_step=f"{there} Make one: sheetops schedule add PHRASE",
            )
        return known[name]

    def keep(self, schedule: Schedule) -> None:
        """Remember a schedule, in place of the one of that name."""
        self._save([*(one for one in self.all() if one.name != schedule.name), schedule])

    def forget(self, name: str) -> None:
        """Forget a schedule, and how its runs went."""
        self._save([one for one in self.all() if one.name != name])
        self._state(name).unlink(missing_ok=True)

    def standing(self, name: str) -> Standing:
        """Return how the last run of a schedule went. A file that cannot be read says nothing, and stops nothing."""
        try:
            said = self._read(self._state(name))
            times = {key: _instant(said.get(key)) for key in ("started", "ended", "failing_since")}
            return Standing(exit_code=said.get("exit_code"), sentence=str(said.get("sentence", "")),
                            failures=int(said.get("failures", 0)), **times)  # fmt: skip
        except (ScheduleNotWritten, TypeError, ValueError):
            return Standing()

    def note(self, name: str, standing: Standing) -> None:
        """Remember how a run went."""
        write_safely(self._state(name), _plain(standing))

    def log(self, name: str) -> Path:
        """Return the file that the runs of a schedule are logged to."""
        return self.folder / FOLDER / f"{name}.log"

    def _state(self, name: str) -> Path:
        return self.folder / FOLDER / f"{name}.json"

    def _save(self, schedules: Sequence[Schedule]) -> None:
        said = {"sheetops_schedules": 1, "schedules": [_plain(one) for one in schedules]}
        try:
            write_safely(self._list, said)
        except OSError as error:
            raise ScheduleNotWritten(
                f"{self._list} could not be written: {error.strerror or error}.",
                next_step="Check the folder and its permissions, then run the command again.",
            ) from None

    def _read(self, path: Path) -> Mapping[str, Any]:
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise self._unreadable(path) from None
        if not isinstance(said, dict):
            raise self._unreadable(path)
        return said

    def _unreadable(self, path: Path) -> ScheduleNotWritten:
        return ScheduleNotWritten(
            f"{path} cannot be read: it is damaged, or may not be opened.",
            next_step="Move that file away and add the schedules again: sheetops schedule add PHRASE",
        )


def write_safely(path: Path, said: Mapping[str, Any]) -> None:
    """Write JSON so that the file holds the old or the new text whole, even when the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(said, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _plain(one: Schedule | Standing) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in vars(one).items() if name in one.__dataclass_fields__}  # fmt: skip


def _schedule(said: Mapping[str, Any]) -> Schedule:
    texts = {name: str(said[name]) for name in ("name", "said", "runs", "system", "python", "heartbeat")}
    return Schedule(**texts, added=datetime.fromisoformat(said["added"]))


def _instant(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None

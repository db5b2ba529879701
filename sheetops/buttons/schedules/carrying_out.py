"""One run that nobody watches: an action with a few retries, a log line for each tracker, and a word where people look."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

from ...model.errors import SheetopsError
from ..own_mistakes import own_mistake
from ..pressing import Pressed, failed, press
from .kept import Schedule, Schedules
from .verbs import failed_words

if TYPE_CHECKING:
    from ...library import Workspace

WAITS = (20.0, 60.0)
"""Seconds before the second and the third attempt, give or take a fifth. After that it is left to the next run."""

_LOG_SIZE = 1 << 20
_PATIENCE = 10.0
_LOCKED = "locked"
_OK = (0, 3)


@dataclass(frozen=True)
class World:
    """What a run takes from the world. `random` gives 0 to 1; `ping` asks an address; `say` is handed each log line."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    say: Callable[[str], None] = lambda line: None
    ping: Callable[[str], None] = lambda url: None


@dataclass(frozen=True)
class Went:
    """What a run came to: what to say, how many attempts it took, and a line for each tracker."""

    pressed: Pressed
    attempts: int = 1
    trackers: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def locked(self) -> bool:
        """Whether it did not begin because another run was at work."""
        return _code(self.pressed) == _LOCKED


def carry_out(
    open_ws: Callable[[], Workspace], action: str, world: World, *, name: str = "", heartbeat: str = "",
    as_json: bool = False,
) -> Went:  # fmt: skip
    """Carry out an action on a workspace, log it, and let the heartbeat know. Nothing that goes wrong is raised.

    `name` is said in the log. What passes by itself (a file that is open, people who keep saving, a network or a
    quota) is tried three times; another run that is at work is not waited for.
    """
    try:
        with open_ws() as ws:
            went = _attempts(ws, action, world)
            went = replace(went, trackers=list(_tracker_lines(ws, went.pressed)))
    except SheetopsError as error:
        went = Went(failed(action, error))
    except Exception as error:  # nobody watches: a mistake of our own has to be said where people look, too
        went = Went(failed(action, own_mistake(error)))
    for line in log_lines(went, world.now(), name or action, as_json=as_json):
        world.say(line)
    if action == "weekly" and not as_json:
        for line in went.pressed.lines:
            world.say(line)
    _let_know(heartbeat, went, world, name or action, as_json=as_json)
    return went


def _attempts(ws: Workspace, action: str, world: World) -> Went:
    pressed, attempts = press(ws, action), 1
    for wait in WAITS:
        if pressed.exit_code != 5 or _code(pressed) == _LOCKED:
            break
        world.sleep(wait * (0.8 + 0.4 * world.random()))
        pressed, attempts = press(ws, action), attempts + 1
    return Went(pressed, attempts)


def _code(pressed: Pressed) -> str:
    return str(pressed.data.get("error", {}).get("code", ""))


def this_world(say: Callable[[str], None]) -> World:
    """Return the world as it is: this machine's clock and network, and real waiting."""
    return World(lambda: datetime.now(UTC).astimezone(), time.sleep, random.random, say, ping)


# --- a schedule's run ---------------------------------------------------------------------------------


def run_schedule(
    schedule: Schedule, kept: Schedules, open_ws: Callable[[], Workspace], world: World, *, if_missed: bool = False
) -> Went | None:  # fmt: skip
    """Carry out a schedule's run and remember how it went. None with `if_missed`, where none was.

    A run that fails says so on the tab `sheetops` of every spreadsheet that can be written; the next one that goes
    takes that away. A run that finds another at work leaves all as it is.
    """
    standing, began = kept.standing(schedule.name), world.now()
    if if_missed and not standing.missed(schedule, began):
        return None
    with suppress(OSError):
        kept.note(schedule.name, replace(standing, started=began))
    world = replace(world, say=_both(world.say, _LogFile(kept.log(schedule.name))))
    went = carry_out(open_ws, schedule.runs, world, name=schedule.name, heartbeat=schedule.heartbeat)
    if went.locked:
        with suppress(OSError):
            kept.note(schedule.name, standing)
        return went
    after = replace(standing, started=began).after(world.now(), went.pressed.exit_code, went.pressed.sentence)
    with suppress(OSError):
        kept.note(schedule.name, after)
    if after.failures or standing.failures:
        text = f"The scheduled {schedule.runs} {failed_words(after, world.now())}: {went.pressed.sentence}" if after.failures else ""  # fmt: skip
        for line in _tell(open_ws, text):
            world.say(f"{_stamp(world.now())} {schedule.name} {line}")
    return went


def _tell(open_ws: Callable[[], Workspace], text: str) -> list[str]:
    """Say something on the tab of every spreadsheet, "" for that all is well again; return what could not be told."""
    from ..telling import tell

    try:
        with open_ws() as ws:
            return tell(ws, text)
    except SheetopsError:  # a mistake in sheetops.toml: nobody knows which spreadsheets there are
        return ["the tab 'sheetops' was not written: see above"]


# --- the log ------------------------------------------------------------------------------------------


def log_lines(went: Went, now: datetime, name: str, *, as_json: bool) -> Iterator[str]:
    """Yield the log of a run: one line for each tracker, and one for the whole."""
    whole = {
        "outcome": _outcome(went.pressed.exit_code), "exit_code": went.pressed.exit_code, "run": went.pressed.run,
        "attempts": went.attempts, "said": went.pressed.sentence, "lines": [*went.pressed.lines],
    }  # fmt: skip
    for part in (*went.trackers, whole):
        if as_json:
            yield json.dumps({"at": _stamp(now), "schedule": name, **part}, ensure_ascii=False)
        else:
            yield f"{_stamp(now)} {name} {_words(part)}"


def _words(part: Mapping[str, Any]) -> str:
    said = " ".join(str(part["said"]).split())
    if "tracker" in part:
        return f"{part['tracker']} {part['outcome']}: {said}"
    run = f" {part['run']}" if part["run"] else ""
    tries = f", {part['attempts']} attempts" if part["attempts"] > 1 else ""
    return f"{part['outcome']}, exit {part['exit_code']}{tries}{run}: {said}"


def _outcome(exit_code: int) -> str:
    return "ok" if exit_code in _OK else "busy" if exit_code == 5 else "failed"


def _tracker_lines(ws: Workspace, pressed: Pressed) -> Iterator[dict[str, Any]]:
    """Yield what came of each tracker."""
    left = {out["tracker"]: out for out in pressed.data.get("left_out", ())}
    held = {spec: sum(1 for item in ws.held() if item.tracker == spec) for spec in ws.schema.trackers}
    for spec in ws.schema.trackers.values():
        plans = [
            t for plan in pressed.data.get("plans", ()) for t in plan["trackers"] if t["tracker"] == spec.id
        ]
        written = sum(len(t["writes"]) for t in plans)
        appended = sum(len(t["appends"]) for t in plans)
        took = sum(
            1 for plan in pressed.data.get("plans", ()) for c in plan["changes"] if c["tracker"] == spec.id
        )
        counts = {"taken": took, "written": written, "appended": appended, "held": held[spec.id]}
        if spec.id in left:
            said = " ".join(part for part in (left[spec.id]["what"], left[spec.id]["next_step"]) if part)
            yield {"tracker": spec.id, "outcome": "left out", **counts, "said": said}
        elif pressed.exit_code in _OK or "plans" in pressed.data:
            said = f"{took:,} taken, {written:,} written, {appended:,} appended, {held[spec.id]:,} held"
            yield {"tracker": spec.id, "outcome": "ok", **counts, "said": said}
        else:
            yield {
                "tracker": spec.id,
                "outcome": "not done",
                **counts,
                "said": "the run did not go; see below",
            }


def _stamp(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class _LogFile:
    """A log file that is put aside when it is full. What cannot be logged stops nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, line: str) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > _LOG_SIZE:
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")


def _both(one: Callable[[str], None], other: Callable[[str], None]) -> Callable[[str], None]:
    def say(line: str) -> None:
        one(line)
        other(line)

    return say


# --- the heartbeat ------------------------------------------------------------------------------------


def _let_know(url: str, went: Went, world: World, name: str, *, as_json: bool) -> None:
    """Ping the heartbeat of a run that went, and /fail of one that did not; a busy one says nothing, and is missed
    where that goes on. A heartbeat that cannot be reached is logged, and fails no run."""
    if not url or went.pressed.exit_code == 5:
        return
    address = url if went.pressed.exit_code in _OK else fail_address(url)
    try:
        world.ping(address)
    except (OSError, ValueError) as error:
        said = f"the heartbeat at {urlsplit(url).hostname} could not be reached: {error}"
        note = {"at": _stamp(world.now()), "schedule": name, "outcome": "no heartbeat", "said": said}
        world.say(json.dumps(note) if as_json else f"{note['at']} {name} {said}")


def fail_address(url: str) -> str:
    """Return the address that hears of a failure: the heartbeat's with /fail at the end of its path."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))


def ping(url: str) -> None:
    """Ask an address, and say nothing of what is in the workspace. Raise OSError when it cannot be reached."""
    request = Request(url, headers={"User-Agent": "sheetops"})  # noqa: S310 - checked to be http(s) where it is given
    with urlopen(request, timeout=_PATIENCE):  # noqa: S310
        pass

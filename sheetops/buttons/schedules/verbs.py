"""The verbs of `sheetops schedule`: add, list, remove."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...model.errors import SheetopsError, UnknownName
from ...outcome import Outcome
from ...workspace import Config
from .files import Job
from .kept import Schedule, Schedules, Standing
from .systems import System, is_there
from .when import When, read_when

Systems = Callable[[str], System]
"""Gives a scheduler of this machine by its name."""


def add(
    config: Config, said: str, *, runs: str, system: str, python: Path, heartbeat: str, now: datetime,
    systems: Systems, agreed: Callable[[Sequence[str]], bool],
) -> Outcome:  # fmt: skip
    """Write a schedule when what it would write, which `agreed` is shown, is agreed to. Adding one again changes nothing.

    `now` is in the machine's zone. Raise UnknownName for a phrase that is none, ScheduleNotWritten otherwise.
    """
    when = read_when(said)
    _check(config.folder, heartbeat)
    name = schedule_name(config, runs, when)
    schedule = Schedule(name, said, runs, system, str(python), now, heartbeat)
    chosen, kept = systems(system), Schedules(config.folder)
    job = job_of(schedule, config.folder)
    others = [one for one in kept.all() if one.runs == runs and one.name != name]
    before = next((one for one in kept.all() if one.name == name), None)
    shown = [f"{name}: {runs}, {when.words}. Next: {_at(when.next_after(now))}."]
    for what, text in chosen.shown(job).items():
        shown += ["", f"{what}:", *(f"    {line}" for line in text.rstrip("\n").split("\n"))]
    data: dict[str, Any] = {
        "schedule": name, "runs": runs, "system": system, "words": when.words, "files": dict(chosen.shown(job)),
        "next": when.next_after(now).isoformat(), "installed": False,
    }  # fmt: skip
    if not agreed(shown):
        return Outcome("schedule add", ["Nothing was written. To write it, add --yes."], data)
    _write(kept, chosen, schedule, before, systems, job)
    data["installed"] = True
    notes = [chosen.hint()] + [
        f"There is another schedule of {runs}: '{one.said}'. To end it: sheetops schedule remove {one.name}"
        for one in others
    ]
    lines = [f"Written. It runs {when.words} ({chosen.name}).", *(note for note in notes if note),
             f"To take it away: sheetops schedule remove {name}"]  # fmt: skip
    return Outcome("schedule add", lines, data)


def _write(
    kept: Schedules, chosen: System, schedule: Schedule, before: Schedule | None, systems: Systems, job: Job
) -> None:
    """Remember a schedule and hand it to its scheduler, both or neither; one that it had in another goes away there."""
    kept.keep(schedule)  # first: a run may begin in the moment it is installed
    try:
        chosen.install(job)
    except SheetopsError:
        if before is None:
            kept.forget(schedule.name)
        else:
            kept.keep(before)
        raise
    if before is not None and before.system != schedule.system:
        systems(before.system).remove(schedule.name)


def _check(folder: Path, heartbeat: str) -> None:
    if any(ord(letter) < 32 for letter in str(folder)):
        raise UnknownName(
            f"The name of the folder {str(folder)!r} has a line break or the like in it, which no scheduler can hold.",
            not_done="Nothing was scheduled.",
            next_step="Rename the folder.",
        )
    if heartbeat and (urlsplit(heartbeat).scheme not in ("http", "https") or not urlsplit(heartbeat).netloc):
        raise UnknownName(
            f"'{heartbeat}' is no web address.",
            not_done="Nothing was scheduled.",
            next_step="Give the address that your monitoring shows, such as https://hc-ping.com/...",
        )


def schedule_name(config: Config, runs: str, when: When) -> str:
    """Return the name of a schedule: the same for the same workspace, action and times, and unique on the machine."""
    told = repr((str(config.folder), runs, when.minutes, when.hours, when.days))
    slug = re.sub(r"[^a-z0-9]+", "-", config.name.casefold()).strip("-")[:24].strip("-") or "workspace"
    return f"{slug}-{runs}-{hashlib.sha256(told.encode()).hexdigest()[:6]}"


def job_of(schedule: Schedule, folder: Path) -> Job:
    """Return what the scheduler is given: the interpreter by its full path, in the workspace's folder.

    -P: a file of the workspace called statistics.py must not take the place of Python's own.
    """
    run = (schedule.python, "-P", "-m", "sheetops", "schedule", "run", schedule.name)
    quiet = (*run, "--quiet") if schedule.system == "cron" else run  # cron mails what is printed
    return Job(schedule.name, schedule.when, folder, quiet, (*quiet, "--if-missed"))


def next_words(folder: Path, now: datetime) -> str:
    """Return when the next scheduled run of a workspace is, and what it does; "" where none is planned or known.

    `now` is in the machine's zone.
    """
    try:
        known = [(one.next_run(now), one) for one in Schedules(folder).all()]
    except SheetopsError:
        return ""
    if not known:
        return ""
    at, one = min(known, key=lambda pair: (pair[0], pair[1].name))
    return f"{_at(at)}: {one.runs} ({one.said})"


def list_schedules(folder: Path, now: datetime, systems: Systems) -> Outcome:
    """Say what is scheduled, when it runs next, how the last run went, and what keeps it from running."""
    kept = Schedules(folder)
    lines: list[str] = []
    data: list[dict[str, Any]] = []
    for one in kept.all():
        standing, problems = kept.standing(one.name), _problems(one, systems)
        lines += [
            f"  {one.name}: {one.runs}, {one.when.words} ({one.system})",
            f"      next {_at(one.next_run(now))}; {standing_words(standing, now)}",
            *(f"      problem: {problem}" for problem in problems),
        ]
        data.append(schedule_json(one, standing, now) | {"problems": problems})
    bad = any(one["problems"] for one in data)
    none = 'Nothing is scheduled. To begin: sheetops schedule add "every 15 min on workdays 8-19"'
    return Outcome("schedule list", lines or [none], {"schedules": data}, 1 if bad else 0)


def schedule_json(one: Schedule, standing: Standing, now: datetime) -> dict[str, Any]:
    """Return a schedule as plain data, with the time of its next run: for `--json` and the status page."""
    return {
        "schedule": one.name, "runs": one.runs, "said": one.said, "words": one.when.words, "system": one.system,
        "next": one.next_run(now).isoformat(), "standing": standing_words(standing, now),
        "last_exit_code": standing.exit_code, "failures": standing.failures,
    }  # fmt: skip


def _problems(one: Schedule, systems: Systems) -> list[str]:
    again = f'Put it back: sheetops schedule add "{one.said}" --run {one.runs} --as {one.system}'
    found = []
    try:
        if not systems(one.system).has(one.name):
            found.append(f"it is not in {one.system} any more, or switched off there. {again}")
    except SheetopsError as error:
        found.append(error.what)
    if not is_there(one.python):
        found.append(f"the Python that it starts is gone: {one.python}. {again}")
    return found


def standing_words(standing: Standing, now: datetime) -> str:
    """Say how the last run went: "failed 3 times since Thu 26 Nov 09:15 (...)"."""
    if standing.started is None:
        return "it has not run yet"
    began = _at(standing.started.astimezone(now.tzinfo))
    if standing.ended is None or standing.ended < standing.started:
        return f"the last run began {began} and has not ended"
    if standing.failures and standing.failing_since:
        return f"{failed_words(standing, now)}: {standing.sentence}"
    return f"last run {began}: {standing.sentence}"


def failed_words(standing: Standing, now: datetime) -> str:
    """Say how often it has failed: "failed at Thu 26 Nov 09:15", "failed 3 times since Thu 26 Nov 09:15"."""
    since = _at((standing.failing_since or now).astimezone(now.tzinfo))
    return f"failed at {since}" if standing.failures == 1 else f"failed {standing.failures:,} times since {since}"  # fmt: skip


def _at(time: datetime) -> str:
    return f"{time:%a} {time.day} {time:%b %H:%M}"


def remove(folder: Path, name: str, systems: Systems) -> Outcome:
    """Take a schedule away from its scheduler and forget it. Raise UnknownName when there is none of that name."""
    kept = Schedules(folder)
    one = kept.find(name)
    was_there = systems(one.system).remove(name)
    kept.forget(name)
    gone = "" if was_there else f" It was not in {one.system} any more."
    return Outcome(
        "schedule remove", [f"Removed {name}: {one.runs}, {one.when.words}.{gone}"], {"schedule": name}
    )

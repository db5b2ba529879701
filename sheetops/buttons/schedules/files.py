"""A schedule as what an operating system runs: a cron line, a systemd timer, a Windows task."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from xml.etree import ElementTree as ET

from .when import DAYS, When

_SHORT = tuple(day[:3].capitalize() for day in DAYS)
_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"


@dataclass(frozen=True)
class Job:
    """What is run, and when: `command` in `folder`, `name` unique on the machine, `after_missed` what catches up once."""

    name: str
    when: When
    folder: PurePath
    command: tuple[str, ...]
    after_missed: tuple[str, ...] = ()


# --- cron -----------------------------------------------------------------------------------------------


def cron_lines(job: Job) -> list[str]:
    """Return the lines of a crontab: one for its times, one that catches up after a start of the machine."""
    mark = mark_of(job.name)
    when = f"{_cron(job.when.minutes, 60)} {_cron(job.when.hours, 24)} * * {_cron_days(job.when.days)}"
    lines = [f"{when} {_shell(job, job.command)} {mark}"]
    if job.after_missed:
        lines.append(f"@reboot {_shell(job, job.after_missed)} {mark}")
    return lines


def _shell(job: Job, command: Sequence[str]) -> str:
    """Return a command as cron hands it to /bin/sh. A `%` would end it there (crontab(5))."""
    return f"cd {shlex.quote(str(job.folder))} && {shlex.join(command)}".replace("%", r"\%")


def _cron(numbers: Sequence[int], out_of: int) -> str:
    if len(numbers) == out_of:
        return "*"
    if len(numbers) > 2 and list(numbers) == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}-{numbers[-1]}"
    step = out_of // len(numbers)
    if len(numbers) > 1 and list(numbers) == list(range(0, out_of, step)) and out_of % len(numbers) == 0:
        return f"*/{step}"
    return ",".join(map(str, numbers))


def _cron_days(days: Sequence[int]) -> str:
    """Return weekdays as cron numbers them: 1 is Monday, 0 Sunday."""
    return _cron(sorted((day + 1) % 7 for day in days), 7)


def mark_of(name: str) -> str:
    """Return the comment by which what belongs to a schedule is known as ours."""
    return f"# sheetops: {name}"


def without(crontab: str, name: str) -> str:
    """Return a crontab without the lines of a schedule; everybody else's stay as they are, to the byte."""
    mark = f" {mark_of(name)}"
    lines = crontab.split("\n")
    return "\n".join(line for line in lines if line.lstrip().startswith("#") or not line.endswith(mark))


def with_lines(crontab: str, job: Job) -> str:
    """Return a crontab with the lines of a schedule, in place of those it had."""
    rest = without(crontab, job.name)
    end = "" if not rest or rest.endswith("\n") else "\n"
    return rest + end + "".join(f"{line}\n" for line in cron_lines(job))


# --- systemd --------------------------------------------------------------------------------------------


def systemd_files(job: Job) -> dict[str, str]:
    """Return the two units of a schedule by file name. A run that was missed is caught up once (`Persistent`)."""
    command = " ".join(_systemd_word(word) for word in job.command)
    mark = mark_of(job.name)
    service = f"""{mark}
[Unit]
Description=sheetops: {job.name}

[Service]
Type=oneshot
WorkingDirectory={_percent(str(job.folder))}
ExecStart={command}
SuccessExitStatus=3 5
TimeoutStartSec=1h
"""
    timer = f"""{mark}
[Unit]
Description=sheetops: {job.name}, {job.when.words}

[Timer]
OnCalendar={on_calendar(job.when)}
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""
    return {f"{unit(job.name)}.service": service, f"{unit(job.name)}.timer": timer}


def unit(name: str) -> str:
    """Return what the units of a schedule are called."""
    return f"sheetops-{name}"


def on_calendar(when: When) -> str:
    """Return a calendar event as systemd.time(7) writes it: "Mon..Fri *-*-* 08..18:00/15:00"."""
    days = "" if len(when.days) == 7 else ",".join(_SHORT[day] for day in when.days) + " "
    hours = ",".join(f"{hour:02}" for hour in when.hours) if len(when.hours) < 24 else "*"
    minutes = ",".join(f"{minute:02}" for minute in when.minutes)
    return f"{days}*-*-* {hours}:{minutes}:00"


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _systemd_word(word: str) -> str:
    """Return a word of a command line as systemd.service(5) quotes it."""
    escaped = _percent(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if not escaped or any(one in escaped for one in " \t'\"\\;") else escaped


# --- Windows --------------------------------------------------------------------------------------------


def windows_task(job: Job, start: str) -> str:
    """Return the XML of a task for the Windows Task Scheduler. `start` is a day, "2026-11-26", from which it runs.

    It starts when it was missed (`StartWhenAvailable`), never twice at a time, and is ended after an hour. The elements
    and their order are those of the Task Scheduler schema (MS-TSCH 2.5).
    """
    ET.register_namespace("", _TASK)
    task = ET.Element(_q("Task"), {"version": "1.2"})
    about = ET.SubElement(task, _q("RegistrationInfo"))
    ET.SubElement(about, _q("Description")).text = f"sheetops: {job.name}, {job.when.words}"
    triggers = ET.SubElement(task, _q("Triggers"))
    for hour, minute, repeats in _starts(job.when):
        trigger = ET.SubElement(triggers, _q("CalendarTrigger"))
        ET.SubElement(trigger, _q("StartBoundary")).text = f"{start}T{hour:02}:{minute:02}:00"
        if repeats:
            repetition = ET.SubElement(trigger, _q("Repetition"))
            ET.SubElement(repetition, _q("Interval")).text = f"PT{repeats[0]}M"
            ET.SubElement(repetition, _q("Duration")).text = f"PT{repeats[1]}M"
        week = ET.SubElement(trigger, _q("ScheduleByWeek"))
        days = ET.SubElement(week, _q("DaysOfWeek"))
        for day in job.when.days:
            ET.SubElement(days, _q(DAYS[day].capitalize()))
        ET.SubElement(week, _q("WeeksInterval")).text = "1"
    settings = ET.SubElement(task, _q("Settings"))
    for name, said in (
        ("MultipleInstancesPolicy", "IgnoreNew"), ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"), ("StartWhenAvailable", "true"), ("ExecutionTimeLimit", "PT1H"),
    ):  # fmt: skip
        ET.SubElement(settings, _q(name)).text = said
    action = ET.SubElement(ET.SubElement(task, _q("Actions")), _q("Exec"))
    ET.SubElement(action, _q("Command")).text = job.command[0]
    ET.SubElement(action, _q("Arguments")).text = subprocess.list2cmdline(job.command[1:])
    ET.SubElement(action, _q("WorkingDirectory")).text = str(job.folder)
    ET.indent(task)
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{ET.tostring(task, encoding="unicode")}\n'


def _starts(when: When) -> list[tuple[int, int, tuple[int, int] | None]]:
    """Return the triggers: (hour, minute, (interval, duration) in minutes, None where it does not repeat).

    Hours in a row with minutes spread evenly are one trigger that repeats; all others are one each.
    """
    in_row = list(when.hours) == list(range(when.hours[0], when.hours[-1] + 1))
    if in_row and (len(when.minutes) > 1 or len(when.hours) > 1):
        step = 60 // len(when.minutes)
        if list(when.minutes) == list(range(when.minutes[0], 60, step))[: len(when.minutes)]:
            last = 60 * (when.hours[-1] - when.hours[0]) + when.minutes[-1] - when.minutes[0]
            return [(when.hours[0], when.minutes[0], (step, last + 1))]
    return [(hour, minute, None) for hour in when.hours for minute in when.minutes]


def _q(name: str) -> str:
    return f"{{{_TASK}}}{name}"

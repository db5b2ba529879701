"""The schedulers of operating systems: what is put where, and taken away again. Others' lines and files are never touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...model.errors import ScheduleNotWritten
from .files import Job, cron_lines, mark_of, systemd_files, unit, windows_task, with_lines, without


@dataclass(frozen=True)
class Ran:
    """What a program came to: its exit code and what it printed, as bytes."""

    code: int
    out: bytes = b""
    err: bytes = b""

    @property
    def said(self) -> str:
        """What it had to say, on one line."""
        return " ".join((self.err or self.out).decode("utf-8", "replace").split())


Runner = Callable[[Sequence[str], bytes], Ran]
"""Runs a program with this on its standard input. Raises FileNotFoundError where there is none of that name."""


def run_program(words: Sequence[str], given: bytes = b"") -> Ran:
    """Run a program of this machine, in plain English."""
    done = subprocess.run(  # noqa: S603 - the words are ours: crontab, systemctl, schtasks
        list(words), input=given, capture_output=True, check=False, timeout=60,
        env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


class System(Protocol):
    """One scheduler. `name` is what people call it; `hint` what they should know of it, or ""."""

    name: str

    def shown(self, job: Job) -> Mapping[str, str]:
        """Return what would be written: what it is called -> its text."""
        ...

    def install(self, job: Job) -> None:
        """Write it, in place of what it was. Raise ScheduleNotWritten; nothing is half-written then."""
        ...

    def remove(self, name: str) -> bool:
        """Take a schedule away. Return whether there was one."""
        ...

    def has(self, name: str) -> bool:
        """Return whether the schedule is there and switched on."""
        ...

    def hint(self) -> str:
        """Return what people should know of when it runs, "" where there is nothing."""
        ...


class Cron:
    """The crontab of whoever runs the program."""

    name = "cron"

    def __init__(self, run: Runner) -> None:
        self._run = run

    def shown(self, job: Job) -> Mapping[str, str]:
        return {"your crontab": "\n".join(cron_lines(job)) + "\n"}

    def install(self, job: Job) -> None:
        self._replace(with_lines(self._read(), job))

    def remove(self, name: str) -> bool:
        before = self._read()
        after = without(before, name)
        if after == before:
            return False
        self._replace(after)
        return True

    def has(self, name: str) -> bool:
        before = self._read()
        return without(before, name) != before

    def hint(self) -> str:
        return "A run that is missed while the machine is off is caught up once, when it starts."

    def _read(self) -> str:
        """Return the crontab; what is no UTF-8 in it comes back byte for byte."""
        done = self._ask("-l")
        if done.code and not done.said.lower().endswith("no such file or directory") and "no crontab for" not in done.said:  # fmt: skip
            raise _refused("crontab", done)  # to take that for an empty one would wipe out what is there
        return "" if done.code else done.out.decode("utf-8", "surrogateescape")

    def _replace(self, text: str) -> None:
        done = self._ask("-", given=text.encode("utf-8", "surrogateescape"))
        if done.code:
            raise _refused("crontab", done)
        if self._read() != text:
            raise ScheduleNotWritten(
                "The crontab is not as it was written: another program changed it in the same moment.",
                not_done="Whether the schedule is in it is not certain.",
                next_step="Look at it with `crontab -l`, then run the command again.",
            )

    def _ask(self, word: str, given: bytes = b"") -> Ran:
        return _asked(self._run, ["crontab", word], given, "install cron, or use --as systemd")


class Systemd:
    """Timers of systemd for one user, in the folder of the user's units."""

    name = "systemd"

    def __init__(self, run: Runner, folder: Path, user: str) -> None:
        self._run, self._folder, self._user = run, folder, user

    def shown(self, job: Job) -> Mapping[str, str]:
        return {str(self._folder / name): text for name, text in systemd_files(job).items()}

    def install(self, job: Job) -> None:
        files = {self._folder / name: text for name, text in systemd_files(job).items()}
        before = {path: _ours(path, job.name) for path in files}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for path, text in files.items():
                _write(path, text)
            self._systemctl("daemon-reload")
            self._systemctl("enable", "--now", f"{unit(job.name)}.timer")
            self._systemctl(
                "restart", f"{unit(job.name)}.timer"
            )  # one that ran with other times takes up the new
        except (OSError, ScheduleNotWritten) as error:
            with suppress(OSError, ScheduleNotWritten):
                for path, was in before.items():
                    path.unlink(missing_ok=True) if was is None else _write(path, was)
                self._systemctl("daemon-reload")
            if isinstance(error, ScheduleNotWritten):
                raise
            raise ScheduleNotWritten(
                f"{self._folder} cannot be written: {error.strerror or error}."
            ) from None

    def remove(self, name: str) -> bool:
        paths = [self._folder / f"{unit(name)}{ending}" for ending in (".timer", ".service")]
        there = [path for path in paths if _ours(path, name) is not None]
        if not there:
            return False
        self._systemctl("disable", "--now", paths[0].name)
        for path in there:
            path.unlink()
        self._systemctl("daemon-reload")
        return True

    def has(self, name: str) -> bool:
        if not (self._folder / f"{unit(name)}.timer").is_file():
            return False
        return _asked(self._run, ["systemctl", "--user", "is-enabled", f"{unit(name)}.timer"], b"", _NO_SYSTEMD).code == 0  # fmt: skip

    def hint(self) -> str:
        with suppress(ScheduleNotWritten):
            done = _asked(self._run, ["loginctl", "show-user", self._user, "--property=Linger"], b"", "")
            if done.out.strip() == b"Linger=no":
                return "It runs while you are logged in to this machine. To let it run always: loginctl enable-linger"
        return ""

    def _systemctl(self, *words: str) -> None:
        done = _asked(self._run, ["systemctl", "--user", *words], b"", _NO_SYSTEMD)
        if done.code:
            raise _refused("systemctl --user", done)


_NO_SYSTEMD = "use --as cron"


class WindowsTasks:
    """The Task Scheduler of Windows: tasks in its folder `sheetops`. `today` is from when on they run."""

    name = "windows"

    def __init__(self, run: Runner, today: str, scratch: Path) -> None:
        self._run, self._today, self._scratch = run, today, scratch

    def shown(self, job: Job) -> Mapping[str, str]:
        return {f"the task {_task(job.name)}": windows_task(job, self._today)}

    def install(self, job: Job) -> None:
        handle, name = tempfile.mkstemp(".xml", "sheetops-", self._scratch)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(windows_task(job, self._today).encode("utf-16"))
            self._schtasks("/create", "/tn", _task(job.name), "/xml", str(path), "/f")
        finally:
            path.unlink(missing_ok=True)

    def remove(self, name: str) -> bool:
        if not self.has(name):
            return False
        self._schtasks("/delete", "/tn", _task(name), "/f")
        return True

    def has(self, name: str) -> bool:
        return _asked(self._run, ["schtasks", "/query", "/tn", _task(name)], b"", _ONLY_WINDOWS).code == 0

    def hint(self) -> str:
        return "It runs while you are logged on to this computer."

    def _schtasks(self, *words: str) -> None:
        done = _asked(self._run, ["schtasks", *words], b"", _ONLY_WINDOWS)
        if done.code:
            raise _refused("schtasks", done)


_ONLY_WINDOWS = "use --as cron or --as systemd on this system"


def _task(name: str) -> str:
    return f"sheetops\\{name}"


def _asked(run: Runner, words: Sequence[str], given: bytes, instead: str) -> Ran:
    try:
        return run(words, given)
    except (OSError, subprocess.TimeoutExpired) as error:
        why = (
            "did not answer for a minute"
            if isinstance(error, subprocess.TimeoutExpired)
            else "is not on this machine"
        )
        raise ScheduleNotWritten(
            f"The program '{words[0]}' {why}.",
            not_done="Nothing was written.",
            next_step=f"To go on: {instead}." if instead else "",
        ) from None


def _refused(program: str, done: Ran) -> ScheduleNotWritten:
    said = done.said or f"it ended with {done.code} and said nothing"
    return ScheduleNotWritten(
        f"{program} refused: {said}",
        not_done="The schedule was not changed.",
        next_step="Put that right (on a managed machine: ask its administrator), then run the command again.",
    )


def _ours(path: Path, name: str) -> str | None:
    """Return the text of a unit of ours, None where there is none. Raise where somebody else has a unit of that name."""
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    if not text.startswith(mark_of(name) + "\n"):
        raise ScheduleNotWritten(
            f"{path} is there already and was not made by sheetops.",
            not_done="Nothing was written.",
            next_step="Rename that file, or use --as cron.",
        )
    return text


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    part.replace(path)


def likely_system(platform: str, run: Runner) -> str:
    """Return the scheduler to use where nobody says which. `platform` is sys.platform's word."""
    if platform == "win32":
        return "windows"
    if platform != "darwin":
        with suppress(OSError, subprocess.TimeoutExpired):
            if run(["systemctl", "--user", "show-environment"], b"").code == 0:
                return "systemd"
    return "cron"


def the_system(
    name: str, run: Runner, *, environ: Mapping[str, str], home: Path, user: str, today: str
) -> System:
    """Return a scheduler of this machine by its name: cron, systemd or windows."""
    if name == "cron":
        return Cron(run)
    if name == "windows":
        return WindowsTasks(run, today, Path(tempfile.gettempdir()))
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return Systemd(run, config / "systemd" / "user", user)


def quiet_python(python: Path) -> Path:
    """Return the Python to start: on Windows the one that opens no window each time, where it is there."""
    quiet = python.with_name("pythonw.exe")
    return quiet if python.name.lower() == "python.exe" and quiet.exists() else python


def is_there(python: str) -> bool:
    """Return whether the program that a schedule starts is still there."""
    return shutil.which(python) is not None

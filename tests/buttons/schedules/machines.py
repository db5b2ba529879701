"""Machines with a crontab, a systemd and a Task Scheduler, as far as a program that schedules can tell. Files are real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sheetops.buttons.schedules.systems import Ran, System, the_system


@dataclass
class Machine:
    """What `crontab`, `systemctl`, `loginctl` and `schtasks` would do, kept in a folder. `refuses` are programs that
    say no; `without` those that are not there."""

    folder: Path
    refuses: set[str] = field(default_factory=set)
    without: set[str] = field(default_factory=set)
    calls: list[list[str]] = field(default_factory=list)
    enabled: set[str] = field(default_factory=set)
    tasks: dict[str, bytes] = field(default_factory=dict)
    linger: str = "yes"

    @property
    def crontab(self) -> Path:
        return self.folder / "crontab"

    @property
    def units(self) -> Path:
        return self.folder / "config" / "systemd" / "user"

    def __call__(self, words: Sequence[str], given: bytes) -> Ran:
        self.calls.append(list(words))
        if words[0] in self.without:
            raise FileNotFoundError(words[0])
        if words[0] in self.refuses:
            return Ran(1, b"", b"You (ops) are not allowed to use this program\n")
        act = {"crontab": self._crontab, "systemctl": self._systemctl, "schtasks": self._schtasks}
        return (
            act[words[0]](words[1:], given) if words[0] in act else Ran(0, f"Linger={self.linger}\n".encode())
        )

    def _crontab(self, words: Sequence[str], given: bytes) -> Ran:
        if list(words) == ["-l"]:
            if not self.crontab.exists():
                return Ran(1, b"", b"no crontab for ops\n")
            return Ran(0, self.crontab.read_bytes())
        assert list(words) == ["-"]
        if given and not given.endswith(b"\n"):
            return Ran(1, b"", b"new crontab file is missing newline before EOF, can't install.\n")
        self.crontab.write_bytes(given)
        return Ran(0)

    def _systemctl(self, words: Sequence[str], given: bytes) -> Ran:
        assert words[0] == "--user"
        verb, unit = words[1], words[-1]
        if verb == "enable":
            assert (self.units / unit).is_file()
            self.enabled.add(unit)
        if verb == "disable":
            self.enabled.discard(unit)
        return Ran(0 if verb != "is-enabled" or unit in self.enabled else 1)

    def _schtasks(self, words: Sequence[str], given: bytes) -> Ran:
        name = words[2]
        if words[0] == "/create":
            self.tasks[name] = Path(words[4]).read_bytes()
        elif name not in self.tasks:
            return Ran(1, b"", b"ERROR: The system cannot find the file specified.\n")
        elif words[0] == "/delete":
            del self.tasks[name]
        return Ran(0)

    def system(self, name: str) -> System:
        """One scheduler of this machine."""
        environ = {"XDG_CONFIG_HOME": str(self.folder / "config")}
        return the_system(name, self, environ=environ, home=self.folder, user="ops", today="2026-11-26")

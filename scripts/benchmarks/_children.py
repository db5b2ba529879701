"""Work measured in a process of its own: seconds, CPU seconds, peak memory.

Run as `python _children.py WORK ARGUMENTS` it does the work; `measure` starts that and reads the meter.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_LAST = re.compile(r"^within ([\d.]+) peak ([\d.]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Measured:
    """Seconds by the clock from start to end of the process, CPU seconds (user and system), peak memory in MB.

    `within` is what the work itself measured: seconds since its first line, without the interpreter's start.
    """

    seconds: float
    cpu: float
    megabytes: float
    within: float


def measure(work: str, *arguments: str | Path) -> Measured:
    """Do WORK in a child process and return what it took."""
    return measure_command([sys.executable, __file__, work, *map(str, arguments)])


def measure_command(command: list[str]) -> Measured:
    """Run a command and return what it took, compiled modules kept as Python does by default. Raise RuntimeError when it failed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment)
        code, cpu = _wait(child)
        took = time.perf_counter() - began
        said.seek(0)
        words = said.read()
    if code not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{words}")
    found = _LAST.search(words)
    within, megabytes = (float(found[1]), float(found[2])) if found else (took, 0.0)
    return Measured(took, cpu, megabytes, within)


def _wait(child: subprocess.Popen[str]) -> tuple[int, float]:
    """Wait for a child; return its exit code and CPU seconds (0 where the system does not tell)."""
    try:
        from os import wait4, waitstatus_to_exitcode
    except ImportError:  # Windows
        return child.wait(), 0.0
    _, status, used = wait4(child.pid, 0)
    child.returncode = waitstatus_to_exitcode(status)
    return child.returncode, used.ru_utime + used.ru_stime


def _peak() -> float:
    """Return this process's peak memory in MB.

    Not from getrusage where /proc tells: Linux lets a child begin with its parent's peak.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(found[1]) / 1024 if found else 0.0
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def _sync(folder: str) -> None:
    import sheetops

    with sheetops.open(folder) as ws:
        ws.sync()


def _floor(book: str) -> None:
    """What no sync of a workbook can do without: all values read once, all bytes copied once."""
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(book).get_sheet_by_name("Cases").to_python()
    shutil.copyfile(book, f"{book}.copy")
    Path(f"{book}.copy").unlink()


def _openpyxl(book: str) -> None:
    from openpyxl import load_workbook

    load_workbook(book).save(f"{book}.copy")
    Path(f"{book}.copy").unlink()


WORKS = {"sync": _sync, "floor": _floor, "openpyxl": _openpyxl}

if __name__ == "__main__":
    _began = time.perf_counter()
    WORKS[sys.argv[1]](*sys.argv[2:])
    print(f"within {time.perf_counter() - _began:.4f} peak {_peak():.1f}")

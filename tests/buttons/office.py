"""LibreOffice with a person at it, for tests that press real buttons: one profile and one pipe each."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

PERSON = Path(__file__).with_name("uno_person.py")
ROOT = Path(__file__).resolve().parents[2]
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


@cache
def uno_python() -> str | None:
    """Return a Python that can talk to LibreOffice; None where there is none."""
    beside = Path(shutil.which("soffice") or "/").resolve().with_name("python")
    for python in ("/usr/bin/python3", str(beside)):
        if Path(python).exists() and subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode == 0:  # fmt: skip
            return python
    return None


def why_not() -> str:
    """Say what is missing for a test with LibreOffice; "" when nothing is."""
    if shutil.which("soffice") is None:
        return "LibreOffice is not here: apt install libreoffice-calc python3-uno"
    return "" if uno_python() else "no Python can import uno: apt install python3-uno"


class Office:
    """A running LibreOffice. Calls go to `uno_person.Person`."""

    def __init__(self, person: subprocess.Popen[str]) -> None:
        self._person = person
        self._read()

    def _read(self) -> dict[str, Any]:
        assert self._person.stdout is not None
        line = self._person.stdout.readline()
        if not line:
            raise AssertionError("LibreOffice or the person at it has ended")
        return dict(json.loads(line))

    def do(self, name: str, **arguments: Any) -> Any:
        """Let the person do something, and return what comes of it. Raise AssertionError where it cannot be done."""
        assert self._person.stdin is not None
        self._person.stdin.write(json.dumps([name, arguments]) + "\n")
        self._person.stdin.flush()
        answer = self._read()
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["said"]

    def open(self, path: Path, **how: bool) -> None:
        """Open a workbook, as one does after a crash: whoever was there before is gone."""
        path.with_name(f".~lock.{path.name}#").unlink(missing_ok=True)
        self.do("open", path=str(path), **how)

    def status(self) -> str:
        return str(self.do("cells", tab="sheetops", area="A2")[0][0])

    def press(self, caption: str) -> None:
        assert self.do("press", caption=caption)

    def wait_for(self, what: Callable[[str], bool], seconds: float = 40) -> str:
        """Return the status cell once it is so. Raise AssertionError, with what it says, when it never is."""
        end, said = time.monotonic() + seconds, ""
        while time.monotonic() < end:
            try:
                said = self.status()
            except AssertionError:  # while the workbook is read anew there is none
                said = ""
            if said and what(said):
                return said
            time.sleep(0.1)
        raise AssertionError(f"the status cell says: {said}")


@contextmanager
def office(folder: Path, **environ: str) -> Iterator[Office]:
    """Run LibreOffice until the block ends. `environ` is what programs that it starts find in their environment."""
    pipe, profile = f"sheetops-{uuid.uuid4().hex[:8]}", folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    temp = folder / "temp"
    temp.mkdir()
    command = ["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={pipe};urp;"]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TEMP": str(temp), **environ}
    soffice = subprocess.Popen(command, env=env, start_new_session=True, stderr=subprocess.DEVNULL)
    python = uno_python()
    assert python is not None
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    person = subprocess.Popen([python, str(PERSON), pipe], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=plain)  # fmt: skip
    try:
        yield Office(person)
    finally:
        person.kill()
        os.killpg(soffice.pid, signal.SIGKILL)
        soffice.wait(10)
        person.wait(10)

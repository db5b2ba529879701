"""`sheetops schedule add|list|remove` on machines with other people's schedules on them."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sheetops.buttons.schedules import verbs
from sheetops.buttons.schedules.kept import Schedules
from sheetops.buttons.schedules.systems import likely_system, quiet_python
from sheetops.model.errors import ScheduleNotWritten, UnknownName
from sheetops.outcome import Outcome
from sheetops.workspace import Config, load_config

from .machines import Machine

NOW = dt.datetime(2026, 11, 26, 12, 7, tzinfo=dt.UTC)
PHRASE = "every 15 min on workdays 8-19"
OTHERS = (
    b"MAILTO=ops@example.com\r\n5 4 * * * backup --of=\xff\n\n# sheetops: not a mark of ours\n0 1 * * * x"
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    folder = tmp_path / "live ops 50%"
    folder.mkdir()
    (folder / "sheetops.toml").write_text(
        '[tables.cases]\nkey = "id"\n[tables.cases.fields]\nid = { type = "text" }\n'
    )
    return load_config(folder)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def add(config: Config, machine: Machine, said: str = PHRASE, system: str = "cron", *, yes: bool = True, **more: Any) -> Outcome:  # fmt: skip
    options = {"runs": "sync", "python": Path(sys.executable), "heartbeat": ""} | more
    return verbs.add(
        config, said, system=system, now=NOW, systems=machine.system, agreed=lambda shown: yes, **options
    )


def test_nothing_is_written_before_somebody_agrees(config: Config, machine: Machine) -> None:
    shown: list[str] = []
    said = verbs.add(
        config, PHRASE, runs="sync", system="cron", python=Path(sys.executable), heartbeat="", now=NOW,
        systems=machine.system, agreed=lambda lines: bool(shown.extend(lines)),
    )  # fmt: skip
    assert said.lines == ["Nothing was written. To write it, add --yes."]
    assert shown[0].endswith(
        "sync, Monday to Friday, every 15 minutes from 08:00 to 18:45. Next: Thu 26 Nov 12:15."
    )
    assert any(line.startswith("    */15 8-18 * * 1-5 cd ") for line in shown)
    assert machine.calls == []
    assert Schedules(config.folder).all() == []


def test_a_crontab_of_other_people_s_lines_stays_byte_for_byte(config: Config, machine: Machine) -> None:
    machine.crontab.write_bytes(OTHERS)
    first, night = add(config, machine), add(config, machine, "every day at 2:00")
    both = machine.crontab.read_bytes()
    assert both.startswith(OTHERS + b"\n")
    assert both.count(b"\n") == OTHERS.count(b"\n") + 1 + 4
    assert add(config, machine, "every 15 minutes on mon-fri 8-19").data["schedule"] == first.data["schedule"]
    assert sorted(machine.crontab.read_bytes().split(b"\n")) == sorted(both.split(b"\n")), (
        "the same times: the same schedule"
    )
    assert "There is another schedule of sync: 'every 15 min on workdays 8-19'." in "\n".join(night.lines)
    for one in (first, night):
        verbs.remove(config.folder, one.data["schedule"], machine.system)
    assert machine.crontab.read_bytes() == OTHERS + b"\n", "but for the line break that cron asks for"


def test_what_cron_starts_gets_its_paths_whole(config: Config, machine: Machine, tmp_path: Path) -> None:
    """The shell reads the line as cron hands it over: a folder with spaces and %, a Python with spaces."""
    told = tmp_path / "told"
    python = tmp_path / "py thon"
    python.write_text(f'#!/bin/sh\npwd > "{told}"\nfor word in "$@"; do echo "$word" >> "{told}"; done\n')
    python.chmod(0o755)
    name = add(config, machine, python=python).data["schedule"]
    line = machine.crontab.read_text().split("\n")[0]
    command = line.split(" ", 5)[5].replace(r"\%", "%")
    if sys.platform != "win32":
        subprocess.run(["/bin/sh", "-c", command], check=True, env={"PATH": "/usr/bin:/bin"})
        assert told.read_text().split("\n")[:-1] == [
            str(config.folder), "-P", "-m", "sheetops", "schedule", "run", name, "--quiet",
        ]  # fmt: skip


def test_a_crontab_that_may_not_be_read_is_not_taken_for_an_empty_one(
    config: Config, machine: Machine
) -> None:
    machine.refuses = {"crontab"}
    with pytest.raises(ScheduleNotWritten, match="You \\(ops\\) are not allowed"):
        add(config, machine)
    assert ["crontab", "-"] not in machine.calls
    assert Schedules(config.folder).all() == []


def test_a_timer_of_systemd_comes_whole_or_not_at_all(config: Config, machine: Machine) -> None:
    name = add(config, machine, system="systemd").data["schedule"]
    assert {path.name for path in machine.units.iterdir()} == {
        f"sheetops-{name}.service",
        f"sheetops-{name}.timer",
    }
    assert machine.enabled == {f"sheetops-{name}.timer"}
    assert verbs.list_schedules(config.folder, NOW, machine.system).exit_code == 0
    verbs.remove(config.folder, name, machine.system)
    assert list(machine.units.iterdir()) == []
    assert machine.enabled == set()
    machine.refuses = {"systemctl"}
    with pytest.raises(ScheduleNotWritten, match="systemctl --user refused"):
        add(config, machine, system="systemd")
    assert list(machine.units.iterdir()) == []


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: apt install systemd"
)
def test_systemd_itself_finds_nothing_wrong_with_what_is_installed(config: Config, machine: Machine) -> None:
    add(config, machine, system="systemd")
    for path in machine.units.iterdir():
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True
        )
        assert [line for line in done.stderr.splitlines() if path.stem in line] == []


def test_somebody_else_s_unit_of_that_name_is_left_alone(config: Config, machine: Machine) -> None:
    name = verbs.schedule_name(config, "sync", verbs.read_when(PHRASE))
    machine.units.mkdir(parents=True)
    theirs = machine.units / f"sheetops-{name}.timer"
    theirs.write_text("[Timer]\nOnCalendar=daily\n")
    with pytest.raises(ScheduleNotWritten, match="was not made by sheetops"):
        add(config, machine, system="systemd")
    assert theirs.read_text() == "[Timer]\nOnCalendar=daily\n"


def test_people_are_told_that_a_timer_of_theirs_ends_with_their_login(
    config: Config, machine: Machine
) -> None:
    machine.linger = "no"
    assert "loginctl enable-linger" in "\n".join(add(config, machine, system="systemd").lines)


def test_a_task_of_windows(config: Config, machine: Machine) -> None:
    name = add(config, machine, system="windows").data["schedule"]
    assert machine.tasks[f"sheetops\\{name}"].startswith(b"\xff\xfe"), "UTF-16, as its first line says"
    assert "<Interval>PT15M</Interval>" in machine.tasks[f"sheetops\\{name}"].decode("utf-16")
    verbs.remove(config.folder, name, machine.system)
    assert machine.tasks == {}


def test_a_schedule_that_moves_to_another_system_leaves_the_first(config: Config, machine: Machine) -> None:
    add(config, machine)
    add(config, machine, system="systemd")
    assert machine.crontab.read_bytes() == b""
    assert [one.system for one in Schedules(config.folder).all()] == ["systemd"]


def test_the_list_says_when_it_runs_next_and_what_keeps_it_from_running(config: Config, machine: Machine, tmp_path: Path) -> None:  # fmt: skip
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    add(config, machine, python=python)
    said = verbs.list_schedules(config.folder, NOW, machine.system)
    assert (said.exit_code, said.lines[1].strip()) == (0, "next Thu 26 Nov 12:15; it has not run yet")
    assert said.data["schedules"][0]["next"] == "2026-11-26T12:15:00+00:00"
    python.unlink()
    machine.crontab.write_bytes(b"")
    said = verbs.list_schedules(config.folder, NOW, machine.system)
    assert said.exit_code == 1
    assert [problem.partition(". ")[0].partition(":")[0] for problem in said.data["schedules"][0]["problems"]] == [
        "it is not in cron any more, or switched off there", "the Python that it starts is gone",
    ]  # fmt: skip


def test_a_program_that_is_not_there_is_said_with_the_other_way(config: Config, machine: Machine) -> None:
    machine.without = {"crontab"}
    with pytest.raises(ScheduleNotWritten) as caught:
        add(config, machine)
    assert str(caught.value) == "The program 'crontab' is not on this machine. Nothing was written. To go on: install cron, or use --as systemd."  # fmt: skip


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"said": "every 7 min"}, "does not fit into an hour"),
        ({"heartbeat": "hc-ping.com/x"}, "is no web address"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_scheduled(config: Config, machine: Machine, more: dict[str, str], why: str) -> None:  # fmt: skip
    with pytest.raises(UnknownName, match=why):
        add(config, machine, **more)
    assert machine.calls == []


def test_a_name_that_there_is_not_is_answered_with_the_nearest(config: Config, machine: Machine) -> None:
    name = add(config, machine).data["schedule"]
    with pytest.raises(UnknownName, match=f"Did you mean '{name}'"):
        verbs.remove(config.folder, name[:-1], machine.system)


def test_a_damaged_list_is_said_and_not_written_over(config: Config, machine: Machine) -> None:
    add(config, machine)
    path = config.folder / ".sheetops" / "schedules" / "schedules.json"
    path.write_text("{")
    with pytest.raises(ScheduleNotWritten, match="it is damaged"):
        add(config, machine, "every day at 6")
    assert path.read_text() == "{"


def test_the_system_that_a_machine_has(machine: Machine, tmp_path: Path) -> None:
    assert likely_system("win32", machine) == "windows"
    assert likely_system("darwin", machine) == "cron"
    assert likely_system("linux", machine) == "systemd"
    machine.without = {"systemctl"}
    assert likely_system("linux", machine) == "cron"
    assert quiet_python(tmp_path / "python.exe").name == "python.exe"
    (tmp_path / "pythonw.exe").touch()
    assert quiet_python(tmp_path / "python.exe").name == "pythonw.exe"


def test_the_page_of_the_service_is_told_when_the_next_run_is(config: Config, machine: Machine) -> None:
    assert verbs.next_words(config.folder, NOW) == ""
    add(config, machine)
    add(config, machine, "every day at 6:00", runs="weekly")
    assert verbs.next_words(config.folder, NOW) == f"Thu 26 Nov 12:15: sync ({PHRASE})"
    assert (
        verbs.next_words(config.folder, NOW.replace(hour=20))
        == "Fri 27 Nov 06:00: weekly (every day at 6:00)"
    )

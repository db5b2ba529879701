"""What a schedule becomes on each system; checked by the system's own tools where they are there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree as ET

import pytest

from sheetops.buttons.schedules.files import (
    Job,
    cron_lines,
    on_calendar,
    systemd_files,
    windows_task,
    with_lines,
    without,
)
from sheetops.buttons.schedules.when import read_when

FOLDER = PurePosixPath("/srv/live ops/50%")
NS = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
SAID = [
    "every 15 min on workdays 8-19", "every 10 min", "every hour", "every 2 hours on weekends 8-18",
    "every day at 6:00", "every monday and thursday at 9:30", "daily at 6 and 18",
]  # fmt: skip


def job(said: str = SAID[0], folder: PurePosixPath | PureWindowsPath = FOLDER) -> Job:
    return Job("refresh", read_when(said), folder, ("/opt/py thon/bin/python", "-m", "sheetops", "refresh", "-C", str(folder)), ("/bin/true",))  # fmt: skip


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (SAID[0], "*/15 8-18 * * 1-5"),
        (SAID[1], "*/10 * * * *"),
        (SAID[2], "0 * * * *"),
        (SAID[3], "0 8,10,12,14,16 * * 0,6"),
        (SAID[4], "0 6 * * *"),
        (SAID[5], "30 9 * * 1,4"),
        (SAID[6], "0 6,18 * * *"),
        ("every sunday at 7", "0 7 * * 0"),
    ],
)
def test_a_cron_line(said: str, line: str) -> None:
    assert cron_lines(job(said))[0].startswith(f"{line} cd ")


def test_cron_escapes_what_it_would_read_otherwise() -> None:
    line, again = cron_lines(job())
    assert r"cd '/srv/live ops/50\%' && '/opt/py thon/bin/python' -m sheetops refresh" in line
    assert line.endswith("# sheetops: refresh")
    assert again.startswith("@reboot ")


def test_a_crontab_keeps_everybody_else_s_lines() -> None:
    other = "MAILTO=ops@example.com\n5 4 * * * backup # sheetops: refresh-all"
    first = with_lines(other, job())
    assert first.splitlines()[:2] == other.splitlines()
    assert len(first.splitlines()) == 4
    assert with_lines(first, job("every day at 6")).splitlines()[2].startswith("0 6 * * *")
    assert len(with_lines(first, job("every day at 6")).splitlines()) == 4
    assert without(first, "refresh") == other + "\n"


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (SAID[0], "Mon,Tue,Wed,Thu,Fri *-*-* 08,09,10,11,12,13,14,15,16,17,18:00,15,30,45:00"),
        (SAID[2], "*-*-* *:00:00"),
        (SAID[5], "Mon,Thu *-*-* 09:30:00"),
    ],
)
def test_a_systemd_event(said: str, event: str) -> None:
    assert on_calendar(read_when(said)) == event


def test_systemd_quotes_and_catches_up_and_counts_held_items_as_done() -> None:
    files = systemd_files(job())
    service, timer = files["sheetops-refresh.service"], files["sheetops-refresh.timer"]
    assert "WorkingDirectory=/srv/live ops/50%%" in service
    assert 'ExecStart="/opt/py thon/bin/python" -m sheetops refresh -C "/srv/live ops/50%%"' in service
    assert "SuccessExitStatus=3" in service
    assert "Persistent=true" in timer


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: apt install systemd"
)
@pytest.mark.parametrize("said", SAID)
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path, said: str) -> None:
    shown = Job("refresh", read_when(said), PurePosixPath("/"), ("/bin/true", "a b", "50%"), ())
    for name, text in systemd_files(shown).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in systemd_files(shown):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True
        )
        said_of_it = [line for line in done.stderr.splitlines() if "sheetops-refresh" in line]
        assert said_of_it == [], done.stderr
    told = subprocess.run(
        ["systemd-analyze", "calendar", on_calendar(read_when(said))], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr


@pytest.mark.skipif(shutil.which("crontab") is None, reason="crontab is not here: apt install cron")
@pytest.mark.parametrize("said", SAID)
def test_cron_itself_takes_the_lines(tmp_path: Path, said: str) -> None:
    path = tmp_path / "crontab"
    path.write_text("\n".join(cron_lines(job(said))) + "\n", encoding="utf-8")
    done = subprocess.run(["crontab", "-n", str(path)], capture_output=True, text=True)
    if "invalid option" in done.stderr:
        pytest.skip("this crontab cannot check a file without installing it")
    assert done.returncode == 0, done.stderr


def test_a_windows_task() -> None:
    shown = job(folder=PureWindowsPath(r"C:\Live ops & more"))
    root = ET.fromstring(windows_task(shown, "2026-11-26").partition("\n")[2])
    assert (
        root.findtext(".//t:Exec/t:Arguments", namespaces=NS)
        == r'-m sheetops refresh -C "C:\Live ops & more"'
    )
    assert root.findtext(".//t:Repetition/t:Interval", namespaces=NS) == "PT15M"
    assert root.findtext(".//t:Repetition/t:Duration", namespaces=NS) == "PT646M", (
        "08:00 to 18:45, and no more"
    )
    assert root.findtext(".//t:StartBoundary", namespaces=NS) == "2026-11-26T08:00:00"
    assert [day.tag.partition("}")[2] for day in root.findall(".//t:DaysOfWeek/*", NS)] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]  # fmt: skip
    assert root.findtext(".//t:StartWhenAvailable", namespaces=NS) == "true"
    assert root.findtext(".//t:MultipleInstancesPolicy", namespaces=NS) == "IgnoreNew"


@pytest.mark.parametrize(("said", "triggers"), [*zip(SAID, [1, 1, 1, 5, 1, 1, 2], strict=True)])
def test_a_windows_task_is_valid_by_the_schema_of_the_task_scheduler(said: str, triggers: int) -> None:
    """task.xsd says of the elements that we write what MS-TSCH 2.5 says of them, their order and limits included."""
    xmlschema = pytest.importorskip("xmlschema", reason="pip install xmlschema")
    text = windows_task(job(said), "2026-11-26").partition("\n")[2]
    xmlschema.XMLSchema(str(Path(__file__).with_name("task.xsd"))).validate(text)
    assert len(ET.fromstring(text).findall(".//t:CalendarTrigger", NS)) == triggers


def test_the_schema_finds_what_the_task_scheduler_would_refuse() -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="pip install xmlschema")
    schema = xmlschema.XMLSchema(str(Path(__file__).with_name("task.xsd")))
    text = windows_task(job(), "2026-11-26").partition("\n")[2]
    for right, wrong in (
        ("PT15M", "PT0M"),
        ("IgnoreNew", "Ignore"),
        ("<Monday", "<Moonday"),
        ("T08:00:00", " 8:00"),
    ):
        assert right in text
        assert not schema.is_valid(text.replace(right, wrong))

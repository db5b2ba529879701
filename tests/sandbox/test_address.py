"""A data folder knows which server is at work on it, and has one at a time."""

import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sheetops.cli.main import cli
from sheetops.sandbox import FolderInUse, Sandbox, serving


def test_the_folder_says_who_serves_it_while_it_is_served(tmp_path):
    assert serving(tmp_path) is None
    with Sandbox(data=tmp_path) as box:
        assert serving(tmp_path) == box.url
        assert serving(tmp_path) == box.url  # asking takes nothing away
    assert serving(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_second_server_is_refused_and_told_of_the_first(tmp_path):
    with Sandbox(data=tmp_path) as box:
        with pytest.raises(FolderInUse, match=box.url):
            Sandbox(data=tmp_path)
        said = CliRunner().invoke(cli, ["sandbox", "--port", "0", "--data", str(tmp_path)])
        assert said.exit_code == 1
        assert "Nothing was started" in said.output
        assert box.url in said.output
        assert serving(tmp_path) == box.url
    with Sandbox(data=tmp_path):
        pass


def test_what_a_crash_left_behind_is_no_obstacle(tmp_path):
    script = "import sys, time; from sheetops.sandbox import Sandbox; box = Sandbox(data=sys.argv[1])\n"
    script += "box.__enter__(); print(box.url, flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as crashed:
        url = crashed.stdout.readline().strip()
        assert serving(tmp_path) == url  # from another process
        with pytest.raises(FolderInUse, match=url):
            Sandbox(data=tmp_path)
        crashed.kill()
        crashed.wait()
    assert (tmp_path / "address").read_text() == url + "\n"
    assert serving(tmp_path) is None
    with Sandbox(data=tmp_path) as box:
        assert serving(tmp_path) == box.url


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to one process there")
def test_the_command_takes_its_address_away_when_it_is_stopped(tmp_path):
    words = [sys.executable, "-u", "-m", "sheetops", "sandbox", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        assert serving(tmp_path) in said
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
    assert not (tmp_path / "address").exists()


def test_a_port_that_is_taken_leaves_the_folder_free(tmp_path):
    with Sandbox() as other, pytest.raises(OSError, match="in use"):
        Sandbox(port=int(other.url.rpartition(":")[2]), data=tmp_path)
    assert serving(tmp_path) is None

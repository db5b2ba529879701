"""`sheetops sandbox`: the command serves until it is stopped, and says where."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from click.testing import CliRunner

from sheetops.cli.main import cli


def test_the_command_answers_at_the_address_it_prints(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "sheetops", "sandbox", "--port", "0", "--data", str(tmp_path / "kept")]
    process = subprocess.Popen(
        [sys.executable, "-u", *words[1:]], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        with urllib.request.urlopen(f"{found[0]}/drive/v3/files", timeout=10) as answer:
            assert json.load(answer)["files"] == []
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(cli, ["sandbox", "--port", port, "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert f"cannot listen on port {port}" in result.output
    assert "sheetops sandbox --port 0" in result.output

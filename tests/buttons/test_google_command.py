"""`sheetops button google`: the two files, whose secret is in neither, and clasp."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetops.cli.main import cli


@pytest.fixture
def folder(desk: Path, text: str) -> Path:
    """A workspace with the token 'desk'."""
    return desk


def make(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["button", "google", *words, "-C", str(folder)])


def test_the_files_are_printed_or_written(folder: Path, text: str, tmp_path: Path) -> None:
    printed = make(folder, "--url", "https://ops.example.com/", "--token", "desk")
    assert "// ---- Code.gs" in printed.output
    assert '"service": "https://ops.example.com"' in printed.output
    out = tmp_path / "new" / "script"
    written = make(folder, "--url", "https://ops.example.com", "--token", "desk", "--out", str(out))
    assert written.exit_code == 0, written.output
    manifest = json.loads((out / "appsscript.json").read_text())
    assert manifest["urlFetchWhitelist"] == ["https://ops.example.com/"]
    assert "https://www.googleapis.com/auth/spreadsheets.currentonly" in manifest["oauthScopes"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--url", "http://ops.example.com", "--token", "desk"), "it has to begin with https://"),
        (("--url", "ops.example.com", "--token", "desk"), "it has to begin with https://"),
        (("--url", "https://u:p@ops.example.com", "--token", "desk"), "is not an address"),
        (("--url", "https://ops.example.com", "--token", "desq"), "Did you mean 'desk'?"),
        (("--url", "https://ops.example.com", "--token", "desk", "--push"), "--push needs the folder"),
    ],
)
def test_mistakes_are_named(folder: Path, text: str, words: tuple[str, ...], said: str) -> None:
    result = make(folder, *words)
    assert result.exit_code == 2
    assert said in result.output


def test_a_script_of_their_own_is_left_alone(folder: Path, text: str, tmp_path: Path) -> None:
    out = tmp_path / "script"
    out.mkdir()
    (out / "Code.gs").write_text("function mine() {}\n")
    result = make(folder, "--url", "https://ops.example.com", "--token", "desk", "--out", str(out))
    assert result.exit_code == 1
    assert "is a script of your own. It was left as it is. Rename it" in " ".join(result.output.split())
    assert [path.name for path in out.iterdir()] == ["Code.gs"]
    assert (out / "Code.gs").read_text() == "function mine() {}\n"


def test_a_manifest_of_their_own_is_kept_and_added_to(folder: Path, text: str, tmp_path: Path) -> None:
    (tmp_path / "appsscript.json").write_text('{"timeZone": "Asia/Manila", "oauthScopes": ["mine"]}')
    make(folder, "--url", "https://ops.example.com", "--token", "desk", "--out", str(tmp_path))
    manifest = json.loads((tmp_path / "appsscript.json").read_text())
    assert manifest["timeZone"] == "Asia/Manila"
    assert manifest["oauthScopes"][0] == "mine"
    assert len(manifest["oauthScopes"]) == 4
    assert "urlFetchWhitelist" not in manifest


def test_without_clasp_or_its_folder_nothing_is_written(folder: Path, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    words = ("--url", "https://ops.example.com", "--token", "desk", "--out", str(tmp_path / "out"), "--push")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "clasp is not installed" in make(folder, *words).output
    _clasp(tmp_path, "exit 0")
    assert "clasp clone SCRIPT_ID" in make(folder, *words).output
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for clasp is a shell script")
def test_clasp_pushes_the_folder_and_what_it_says_is_said(folder: Path, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """clasp itself needs a Google account: what stands in for it here notes how it was called."""
    out = tmp_path / "out"
    out.mkdir()
    (out / ".clasp.json").write_text('{"scriptId": "x"}')
    words = ("--url", "https://ops.example.com", "--token", "desk", "--out", str(out), "--push")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    _clasp(tmp_path, 'echo "$@" > called; ls >> called')
    assert "Pushed by clasp." in make(folder, *words).output
    assert (out / "called").read_text().split() == ["push", "--force", "Code.gs", "appsscript.json", "called"]
    _clasp(tmp_path, "echo 'User has not enabled the Apps Script API.' >&2; exit 1")
    failed = make(folder, *words)
    assert failed.exit_code == 1
    assert "clasp ended with 1: User has not enabled the Apps Script API." in failed.output


def _clasp(folder: Path, what: str) -> None:
    (folder / "clasp").write_text(f"#!{shutil.which('sh') or '/bin/sh'}\n{what}\n")
    (folder / "clasp").chmod(0o755)

"""The project's own Python: a virtual environment in .venv, made and filled when first needed. Standard library only.

    python scripts/own_python.py dev test      # make it ready with these extras and print its path

It is filled again only when what is asked for (setup.cfg, pyproject.toml, the extras) has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NOTE = FOLDER / "sheetops.json"
"""What was installed there, and from what."""

_NO_VENV = """This Python cannot make virtual environments: its module '{module}' is missing.
Nothing was installed.
On Debian or Ubuntu run: sudo apt install python3-venv
Elsewhere install Python from python.org, or name another Python: python3.12 {script}"""

_NO_VENV_MADE = """A virtual environment could not be made in {folder}: {said}
Nothing was installed.
Remove that folder if it is there, check that you may write to {root}, and run this again."""

_NO_INSTALL = """pip could not install the packages that are needed (its own words are above).
Nothing was run.
If it could not reach its package index: check the network, or tell pip where your index or proxy is, with the
environment variables PIP_INDEX_URL and HTTPS_PROXY or with `pip config set global.index-url`; then run this again."""


class NotReadyError(Exception):
    """Why the environment could not be made ready, with what to do."""


def ready(*extras: str) -> Path:
    """Return the path of a Python that has sheetops and its extras installed, and make it so first if need be."""
    installed = _installed()
    if not PYTHON.exists() or installed is None or not installed >= {*extras}:
        _make()
        _install({*extras} | (installed or set()))
    return PYTHON


def _installed() -> set[str] | None:
    """Return the extras that were installed as setup.cfg asks for them now; None when none were."""
    try:
        noted = json.loads(NOTE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return set(noted["extras"]) if noted.get("asked") == _asked() else None


def _asked() -> str:
    asked = (ROOT / "setup.cfg").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(str(ROOT).encode() + asked).hexdigest()


def run(arguments: list[str], *extras: str) -> int:
    """Run `python ARGUMENTS` in the project's environment, in the project's folder; return its exit code."""
    try:
        python = ready(*extras)
    except NotReadyError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        environment = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.call([str(python), *arguments], cwd=ROOT, env=environment)
    except KeyboardInterrupt:
        return 130


def _make() -> None:
    if PYTHON.exists():
        return
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            raise NotReadyError(_NO_VENV.format(module=module, script=sys.argv[0])) from None
    print(f"Making a virtual environment in {FOLDER} (only the first time) ...", file=sys.stderr, flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(FOLDER)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        said = (made.stderr or made.stdout).strip()
        raise NotReadyError(_NO_VENV_MADE.format(folder=FOLDER, root=ROOT, said=said))


def _install(extras: set[str]) -> None:
    what = f".[{','.join(sorted(extras))}]" if extras else "."
    print(
        f"Installing sheetops{what[1:]} and what it needs: a minute or two ...", file=sys.stderr, flush=True
    )
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", what]
    installed = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if installed.returncode:
        print(installed.stdout, file=sys.stderr)
        raise NotReadyError(_NO_INSTALL)
    NOTE.write_text(json.dumps({"asked": _asked(), "extras": sorted(extras)}), encoding="utf-8")


if __name__ == "__main__":
    try:
        print(ready(*sys.argv[1:]))
    except NotReadyError as error:
        sys.exit(str(error))

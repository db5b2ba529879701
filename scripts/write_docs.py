"""Write what the docs show of the program: docs/cli.md from the commands' own help, README.md's outputs from real runs.

    python scripts/write_docs.py            # rewrite both
    python scripts/write_docs.py --check    # say what is out of date, and end with 1

A ```console block of README.md is a session: lines with $ are commands, the others what they print; a line of three
dots stands for any lines. A ```pycon block is a Python session in the same folder. Nothing else is run.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path

import own_python

ROOT = own_python.ROOT
README, CLI = ROOT / "README.md", ROOT / "docs" / "cli.md"
HOME = "/home/you"
"""What the docs call the folder in which the blocks are run."""

_WIDTH = 100
_TIME = re.compile(r"\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|\+00:00)?")
_ANY = r"(?:.*\n)*"
_SIZE = re.compile(r"\b\d+\.\d+ s\b")


# --- docs/cli.md --------------------------------------------------------------------------------------


def cli_page() -> str:
    """Return docs/cli.md: every command with its help."""
    from sheetops.cli.main import cli

    parts = [_CLI_INTRODUCTION, _help(cli, [])]
    for name in cli.list_commands(None):
        parts += [f"## sheetops {name}\n", _help(cli, [name])]
        for inner in getattr(cli.commands[name], "commands", ()):
            parts += [f"### sheetops {name} {inner}\n", _help(cli, [name, inner])]
    return "\n".join(parts)


def _help(cli: object, words: list[str]) -> str:
    from click.testing import CliRunner

    shown = CliRunner().invoke(cli, [*words, "--help"], prog_name="sheetops", terminal_width=_WIDTH)
    return f"```text\n$ sheetops {' '.join([*words, '--help'])}\n{shown.output.rstrip()}\n```\n"


_CLI_INTRODUCTION = """# The command line

Every command prints words for people, and with `--json` one JSON object for programs:
`{"sheetops": 1, "command": ..., "exit_code": ...}` and what the command found. The number after `sheetops` is the
version of that layout. Errors go to stderr (with `--json` to stdout, under `error`) and say what happened, what was
not done, and which command comes next.

| exit code | meaning |
|---|---|
| 0 | done, or nothing to do |
| 1 | failed |
| 2 | wrong usage |
| 3 | done, but items are held and wait for a decision |
| 4 | a guard stopped it; nothing was written |
| 5 | busy (a workbook is open, another run is at work); try later |
| 6 | changes are waiting (only `plan --exit-code`) |

This page is written by `python scripts/write_docs.py` from the commands' own help.
"""


# --- sessions in README.md ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One command of a session and the lines it is said to print."""

    command: str
    printed: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and its place in the page."""

    language: str
    text: str
    start: int
    end: int

    def steps(self) -> list[Step]:
        """Return the commands of a console block."""
        steps: list[Step] = []
        for line in self.text.rstrip("\n").split("\n"):
            if line.startswith("$ "):
                steps.append(Step(line[2:], ()))
            elif steps:
                steps[-1] = Step(steps[-1].command, (*steps[-1].printed, line))
        return steps


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a Markdown page."""
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        yield Block(found[1], found[2], found.start(2), found.end(2))


class Session:
    """A folder in which the commands of a page are run one after the other."""

    def __init__(self, folder: Path) -> None:
        self.home = self.folder = folder.resolve()

    def run(self, command: str) -> list[str]:
        """Run a command and return the lines it prints, with the folder under its name in the docs."""
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return []
        return self._printed(_program(words))

    def python(self, text: str) -> list[str]:
        """Run a pycon block by doctest; return what it says is wrong."""
        (self.home / "block.txt").write_text(text, encoding="utf-8")
        options = ["-o", "ELLIPSIS", "-o", "NORMALIZE_WHITESPACE"]
        return self._printed([sys.executable, "-m", "doctest", *options, str(self.home / "block.txt")])

    def _printed(self, command: list[str]) -> list[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "SHEETOPS_SHARED"},
            "LOGNAME": "you",
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            command, cwd=self.folder, env=environment, check=False, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        shown = done.stdout.replace(str(self.home), HOME).replace("\\", "/")
        return [line.rstrip() for line in shown.rstrip("\n").split("\n")] if shown.strip() else []


def _program(words: list[str]) -> list[str]:
    if words[0] == "sheetops":
        return [sys.executable, "-m", *words]
    raise ValueError(f"A console block of README.md may run sheetops and cd, not '{words[0]}'.")


def agree(said: tuple[str, ...], printed: list[str]) -> bool:
    """Return whether what a page says a command prints is what it prints, but for times."""
    lines = [_ANY if line.strip() == "..." else f"{re.escape(_timeless(line))}\n" for line in said]
    return re.fullmatch("".join(lines), "".join(f"{_timeless(line)}\n" for line in printed)) is not None


def _timeless(line: str) -> str:
    return " ".join(_SIZE.sub("<s>", _TIME.sub("<time>", line)).split())


def rewritten(page: str, folder: Path) -> str:
    """Return a page with what its commands really print; outputs that agree are left as they are."""
    session, parts, at = Session(folder), [], 0
    for block in blocks(page):
        if block.language == "console":
            lines = []
            for step in block.steps():
                printed = session.run(step.command)
                kept = step.printed if agree(step.printed, printed) else _elided(step.printed, printed)
                lines += [f"$ {step.command}", *kept]
            parts += [page[at : block.start], "\n".join(lines) + "\n"]
            at = block.end
        elif block.language == "pycon" and (wrong := session.python(block.text)):
            print("\n".join(wrong), file=sys.stderr)
    return "".join([*parts, page[at:]])


def _elided(said: tuple[str, ...], printed: list[str]) -> list[str]:
    """Leave out of what is printed the lines that the page leaves out, as far as they can be told."""
    if "..." not in said:
        return printed
    matched = SequenceMatcher(None, [_timeless(line) for line in said], [_timeless(line) for line in printed])
    lines: list[str] = []
    for kind, first, last, start, end in matched.get_opcodes():
        if kind == "equal" or "..." not in said[first:last]:
            lines += printed[start:end]
        else:
            lines += ["...", *_like(said[first:last], printed[start:end])]
    return lines


def _like(said: tuple[str, ...], printed: list[str]) -> list[str]:
    """Return the printed lines that are other versions of lines that were said, and dots after them."""
    found = [get_close_matches(line, printed, 1, 0.6) for line in said if line != "..."]
    chosen = {match for matches in found for match in matches}
    kept = [line for line in printed if line in chosen]
    return [*kept, "..."] if kept else []


def main() -> int:
    """Write the pages, or with --check say which are out of date."""
    with tempfile.TemporaryDirectory() as folder:
        pages = {CLI: cli_page(), README: rewritten(README.read_text(encoding="utf-8"), Path(folder))}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in sys.argv:
            print(f"{path.name} is out of date. Run: python scripts/write_docs.py")
        else:
            path.write_text(pages[path], encoding="utf-8", newline="\n")
            print(f"Wrote {path}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

"""The verb `button excel`: give a tracker its buttons, as an .xlsm, and let sheetops.toml name that one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ...config.locate import locate
from ...model.errors import ConfigError, TrackerBusy, TrackerNotWritten, UnknownName
from ...model.schema import TrackerSpec
from ...ooxml import lock_owner
from ...outcome import Outcome
from ...running import BACKUPS
from ...whole import write_whole
from ...workspace import Config, find_workspace, load_config, parse_config
from .grafting import add_buttons
from .settings import trackers_in, write_settings

_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')


def button_excel(path: Path, *, python: Path, server: str = "", token: Path | None = None) -> Outcome:
    """Put the button bar on the tab `sheetops` of a tracker's workbook.

    An .xlsx becomes an .xlsm beside it, sheetops.toml names the .xlsm from then on, and the .xlsx goes to the
    backups: there are never two workbooks that people could take for the tracker. With `server`, buttons ask that
    `sheetops serve` with the `token` that the file holds; without, they start `python`.
    """
    _check_server(server, token)
    config = load_config(find_workspace(path.parent))
    target = path.with_suffix(".xlsm")
    if not path.exists() and trackers_in(config, target):
        path = target  # named as it was called before it had its buttons
    trackers = _trackers(config, path)
    if path == target and not path.exists():
        path = target.with_suffix(
            ".xlsx"
        )  # sheetops.toml names the workbook to come: somebody changed the line by hand
    new = _with_name(config, trackers, target.name)
    if owner := lock_owner(path):
        raise TrackerBusy(
            f"{path.name} is open ({owner}).", next_step="Close it (save first) and run the command again."
        )
    if path != target and target.exists():
        raise TrackerNotWritten(
            f"{target.name} is there already.", next_step="Move it away, and run the command again."
        )
    add_buttons(path, target)
    lines = [f"Put the buttons on the tab 'sheetops' of {target.name}: Preview, Sync, Refresh, Undo, Explain row."]  # fmt: skip
    if path != target:
        lines += _take_over(config, new, path, target)
        config = load_config(config.path)
    settings = write_settings(target, config, python=python, server=server, token=token)
    how = f"ask {server}" if server else f"start {python}"
    lines += [
        f"They {how}; {settings.name} beside the workbook says so.",
        "",
        f"Open {target.name} and press Preview. Excel asks once: choose 'Enable Content'.",
    ]
    return Outcome(
        "button excel", lines, {"workbook": str(target), "settings": str(settings), "server": server}
    )


def _trackers(config: Config, path: Path) -> list[TrackerSpec]:
    found = trackers_in(config, path)
    if found:
        return found
    there = sorted({spec.source for spec in config.schema.trackers.values() if spec.backend == "excel"})
    raise UnknownName(
        f"{path.name} is no tracker of the workspace '{config.name}'.",
        next_step=f"Its workbooks are: {', '.join(there)}. To add this one: sheetops adopt {path.name}",
    )


def _check_server(server: str, token: Path | None) -> None:
    if not server:
        return
    url = urlsplit(server)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise UnknownName(f"'{server}' is no address.", next_step="Write it like http://127.0.0.1:8787")
    if url.scheme == "http" and not _is_loopback(url.hostname):
        raise UnknownName(
            f"{server} is not encrypted, and the token would cross the network in the open.",
            next_step="Use the https:// address of the team's service (docs/buttons.md).",
        )
    if token is None or not token.is_file():
        raise UnknownName(
            f"The service asks for a token, and {token or 'no file'} holds one."
            if token is None
            else f"There is no file {token} with the token.",
            next_step="Save the text that `sheetops token add NAME` shows in a file, and give it: --token FILE",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _with_name(config: Config, trackers: Sequence[TrackerSpec], name: str) -> str:
    """Return sheetops.toml with these trackers in another workbook. Raise ConfigError, with the line to change, where it is
    written in a way that only a person can change."""
    text = config.path.read_bytes().decode("utf-8")
    new = renamed(text, trackers, name)
    changed = parse_config(new, config.path).schema.trackers
    for spec in trackers:
        if Path(changed[spec.id].source).name != name:
            places, wanted = locate(text), Path(spec.source).with_name(name).as_posix()
            line = next((places[at] for at in (("trackers", spec.id, "file"), ("trackers", spec.id)) if at in places), 0)  # fmt: skip
            raise ConfigError(
                f"{config.path.name} names {spec.source} in a way that is not changed by itself.",
                not_done="Nothing was changed.",
                next_step=f'Write in line {line}: file = "{wanted}", and run: sheetops button excel {name}',
            )
    return new


def _take_over(config: Config, new: str, path: Path, target: Path) -> list[str]:
    """Let sheetops.toml name the new workbook, and put the old one away."""
    write_whole(config.path, lambda part: part.write_bytes(new.encode("utf-8")))
    folder = config.folder / BACKUPS
    kept = next(name for n in range(1000) if not (name := folder / _old_name(path, n)).exists())
    lines = [f"{config.path.name} names {target.name} now, in place of {path.name}."]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.replace(kept)
    except OSError as error:
        lines.append(
            f"{path.name} could not be moved away ({error.strerror}): delete it, so that nobody types in it."
        )
    else:
        lines.append(f"{path.name} as it was is kept in {kept.relative_to(config.folder).as_posix()}.")
    return lines


def _old_name(path: Path, number: int) -> str:
    return f"{path.stem}.before-buttons{f'-{number}' if number else ''}{path.suffix}"


def renamed(text: str, trackers: Sequence[TrackerSpec], name: str) -> str:
    """Return the text of sheetops.toml with these trackers in another workbook of the same folder; the rest stays."""
    lines, places = text.splitlines(keepends=True), locate(text)
    for spec in trackers:
        place = next((places[path] for key in ("file", "source") if (path := ("trackers", spec.id, key)) in places), 0)  # fmt: skip
        if place:
            new = '"' + (spec.source[: -len(Path(spec.source).name)] + name).replace("\\", "\\\\") + '"'
            lines[place - 1] = _replaced(lines[place - 1], spec.source, new)
    return "".join(lines)


def _replaced(line: str, old: str, new: str) -> str:
    """Return a line of TOML with the one string that means `old` written as `new`."""
    found = (m for m in _STRING.finditer(line) if tomllib.loads(f"x = {m[0]}")["x"] == old)
    match = next(found, None)
    return line if match is None else line[: match.start()] + new + line[match.end() :]

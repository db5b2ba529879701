"""The two files of the Apps Script project, filled in for one button, written to a folder, and pushed by clasp."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from ...model.errors import SheetopsError, TrackerNotWritten, UnknownName
from ...model.schema import TrackerSpec
from ...outcome import Outcome
from ...whole import write_whole
from ...workspace import Config
from ..serving.loopback import is_loopback
from ..serving.tokens import Token

SCRIPT, MANIFEST = "Code.gs", "appsscript.json"
_OURS = "This file is written by: sheetops button google"
_UNFILLED = "const SHEETOPS = {};"
_PUSH_SECONDS = 120


class NotPushed(SheetopsError):
    """clasp is missing, or did not push."""

    code = "not-pushed"


def project(config: Config, token: Token, url: str) -> dict[str, str]:
    """Return the files by name, for a token and the address at which Google reaches the service.

    The secret is in neither. Raise UnknownName for an address that is none, or is not encrypted.
    """
    service = _service(url)
    settings = {
        "service": service, "token": token.id, "workspace": config.name, "actions": [*token.actions],
        "tabs": [_tab(spec, config) for spec in config.schema.trackers.values() if spec.backend == "google"],
    }  # fmt: skip
    source = files(__package__)
    script = (source / SCRIPT).read_text(encoding="utf-8")
    said = json.dumps(settings, indent=2, ensure_ascii=False)
    manifest = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
    manifest |= {"timeZone": config.timezone, "urlFetchWhitelist": [f"{service}/"]}
    if not service.startswith("https:"):
        del manifest["urlFetchWhitelist"]  # Google takes https only there
    return {
        SCRIPT: script.replace(_UNFILLED, f"const SHEETOPS = {said};", 1),
        MANIFEST: json.dumps(manifest, indent=2) + "\n",
    }


def _service(url: str) -> str:
    parts = urlsplit(url.strip())
    host = parts.hostname or ""
    fit = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not fit or parts.query or parts.fragment or parts.username:
        raise UnknownName(
            f"'{url[:200]}' is not an address at which Google can reach the service: it has to begin with https://.",
            not_done="Nothing was written.",
            next_step="See docs/serve.md for TLS. Where nothing can be reached from outside, take control cells instead of a button.",
        )
    return url.strip().rstrip("/")


def _tab(spec: TrackerSpec, config: Config) -> Mapping[str, str]:
    key = config.schema.table(spec.table).key
    column = spec.by_field.get(key)
    return {"spreadsheet": spec.source, "tab": spec.tab, "key": column.header if column else ""}


def button_google(config: Config, token: Token, url: str, out: Path | None, *, push: bool) -> Outcome:
    """Print the files, or write them into the folder `out` and with `push` have clasp push it."""
    made = project(config, token, url)
    data = {"files": made, "token": token.id, "folder": str(out) if out else None, "pushed": push}
    lines = [f"It is for the token '{token.name}', which may {', '.join(token.actions)}. Its secret is not in these files."]  # fmt: skip
    if is_loopback(urlsplit(url).hostname or ""):
        lines += [f"Google cannot reach {url}: it is this machine's own address. This is for trying only."]
    if out is None:
        if push:
            raise UnknownName("--push needs the folder that clasp knows.", not_done="Nothing was pushed.", next_step="Say --out FOLDER")  # fmt: skip
        for name, text in made.items():
            lines += ["", f"// ---- {name}", *text.rstrip("\n").split("\n")]
        return Outcome("button google", lines, data)
    _check_folder(out, push=push)
    _write(out, made)
    lines += [f"Wrote {SCRIPT} and {MANIFEST} to {out}."]
    lines += (
        _pushed(out) if push else [f"Paste both under Extensions > Apps Script, or: cd {out} && clasp push"]
    )
    lines += ["Then reload the spreadsheet: menu sheetops > Connect..., and paste the token."]
    return Outcome("button google", lines, data)


def _check_folder(out: Path, *, push: bool) -> None:
    """Raise an error where a push would have to fail, or would overwrite a script that is somebody's own."""
    if push and shutil.which("clasp") is None:
        raise NotPushed("clasp is not installed.", not_done="Nothing was written.", next_step="Install it (npm install -g @google/clasp), run clasp login, then this again.")  # fmt: skip
    if push and not (out / ".clasp.json").is_file():
        raise NotPushed(
            f"{out} is not a folder that clasp knows, and a push replaces the whole script of the spreadsheet.",
            not_done="Nothing was written.",
            next_step="Fetch what is there first: clasp clone SCRIPT_ID, in that folder (the id is under Extensions > Apps Script > Project Settings).",
        )
    there = out / SCRIPT
    if there.is_file() and _OURS not in there.read_text(encoding="utf-8", errors="replace"):
        raise NotPushed(
            f"{there} is a script of your own.",
            not_done="It was left as it is.",
            next_step="Rename it, to Mine.gs for example, then run this again. Both stay; where both have a function onOpen, call sheetops' from yours.",
        )


def _write(out: Path, made: Mapping[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrackerNotWritten(f"{out} could not be made: {error.strerror or error}.") from None
    for name, text in {**made, MANIFEST: _with_theirs(out / MANIFEST, made[MANIFEST])}.items():
        write_whole(out / name, lambda part, text=text: part.write_text(text, encoding="utf-8", newline="\n"))  # type: ignore[misc]


def _with_theirs(path: Path, ours: str) -> str:
    """Return the manifest: a project's own, with what the button needs added, or ours where there is none.

    A manifest without scopes lets Google find them by the code, so nothing has to be added.
    """
    if not path.is_file():
        return ours
    try:
        theirs = json.loads(path.read_text(encoding="utf-8"))
        needed = json.loads(ours)
        for name in ("oauthScopes", "urlFetchWhitelist"):
            if name in theirs:
                theirs[name] = list(dict.fromkeys([*theirs[name], *needed.get(name, [])]))
    except (OSError, ValueError, TypeError) as error:
        raise NotPushed(f"{path} is not a manifest.", not_done="It was left as it is.", next_step="Mend or delete it, then run this again.") from error  # fmt: skip
    return json.dumps(theirs, indent=2, ensure_ascii=False) + "\n"


def _pushed(out: Path) -> list[str]:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, without a shell
            [shutil.which("clasp") or "clasp", "push", "--force"], cwd=out, capture_output=True, text=True, check=False, timeout=_PUSH_SECONDS,
        )  # fmt: skip
        said = (done.stdout + done.stderr).strip()
        wrong = f"clasp ended with {done.returncode}: {said[-300:]}" if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        wrong = f"clasp did not end well: {getattr(error, 'strerror', None) or 'it took too long'}"
    if wrong:
        raise NotPushed(f"{wrong}", not_done=f"The files are in {out}; nothing is known to be pushed.", next_step="Run clasp push in that folder to see what it says.")  # fmt: skip
    return ["Pushed by clasp."]

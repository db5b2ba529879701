"""The verb `adopt`: from a spreadsheet that nobody prepared to what sheetops.toml should say about it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from .actions import Outcome
from .config.clock import zone_exists
from .config.google import GoogleSettings
from .config.trackers import spreadsheet_id
from .model.errors import SheetopsError, TrackerNotWritten, UnknownName
from .model.nearest import did_you_mean
from .workspace import CONFIG_NAME, load_config, parse_config

if TYPE_CHECKING:
    from .adopt import Proposal


def adopt(
    said: str, folder: Path | None, environ: Mapping[str, str], *, tab: str | None = None, zone: str | None = None,
    format_it: bool = False,
) -> Outcome:  # fmt: skip
    """Look at a spreadsheet nobody prepared and write what sheetops.toml should say about it.

    `said` is a workbook's path, or the link or id of a Google spreadsheet. Nothing in the spreadsheet changes, unless
    `format_it` has a Google one formatted afterwards. The proposal is added to the folder's sheetops.toml, or becomes it.
    """
    if zone and not zone_exists(zone):
        raise UnknownName(
            f"There is no time zone '{zone}'.{did_you_mean(zone, available_timezones())}",
            next_step="Write it like Europe/London.",
        )
    found = google_id(said)
    home = folder or (Path() if found else Path(said).parent)
    config = home / CONFIG_NAME
    existing = config.read_text(encoding="utf-8") if config.is_file() else None
    if found:
        proposal = _google_proposal(found, config, existing, environ, tab=tab, zone=zone)
    else:
        from .adopt import propose

        timezone = zone or (load_config(config).timezone if existing is not None else "UTC")
        proposal = propose(Path(said), tab=tab, zone=timezone, existing=existing, folder=home)
    _add(proposal.toml(), config, existing)
    outcome = Outcome("adopt", [
        *proposal.findings,
        "",
        f"{'Added to' if existing else 'Wrote'} {config}.",
        "Read it, change what you like, then: sheetops plan",
    ], {"config": str(config), "tracker": proposal.tracker, "table": proposal.table, "key": proposal.key,
        "mints_key": proposal.mint_key_header, "findings": list(proposal.findings)})  # fmt: skip
    return _and_format(outcome, home, proposal.tracker, environ) if format_it else outcome


def google_id(said: str) -> str | None:
    """Return the id of a Google spreadsheet where its link or id was named, None for a workbook.

    Raise UnknownName for a link to something else.
    """
    if "://" not in said:
        path = Path(said)
        return None if path.suffix or path.exists() else spreadsheet_id(said)
    found = spreadsheet_id(said)
    if found is None:
        raise UnknownName(
            f"'{said[:80]}' is not the link of a Google spreadsheet.",
            next_step="Open the spreadsheet in the browser and copy the address of that page.",
        )
    return found


def _google_proposal(
    spreadsheet: str, config: Path, existing: str | None, environ: Mapping[str, str], *,
    tab: str | None, zone: str | None,
) -> Proposal:  # fmt: skip
    """Return the proposal for a Google spreadsheet; its own clock counts where nobody has said another."""
    from .adopt.google import GoogleTabs
    from .adopt.propose import propose_tabs
    from .trackers.google.connection import Connection
    from .trackers.google.transport import open_transport

    known = parse_config(existing, config) if existing is not None else None
    google = open_transport(known.google if known else GoogleSettings(), config.parent, environ)
    with closing(google):
        tabs = GoogleTabs(Connection(google, spreadsheet))
        timezone = zone or (
            known.timezone if known and _says_timezone(known.text) else _zone_of(tabs.timezone)
        )
        home = config.parent.resolve()
        return propose_tabs(tabs, home, tab=tab, zone=timezone, existing=existing)


def _says_timezone(text: str) -> bool:
    return "timezone" in tomllib.loads(text).get("workspace", {})


def _zone_of(said: str) -> str:
    """Return a spreadsheet's clock; UTC for one that no calendar knows, such as GMT-07:00."""
    return said if zone_exists(said) else "UTC"


def _add(text: str, config: Path, existing: str | None) -> None:
    whole = text if existing is None else f"{existing.rstrip()}\n\n{text}"
    parse_config(whole, config)  # a proposal that does not load would be ours to mend, not the person's
    try:
        config.write_text(whole, encoding="utf-8")
    except OSError as error:
        raise TrackerNotWritten(f"{config} could not be written: {error.strerror}.") from None


def _and_format(adopted: Outcome, home: Path, tracker: str, environ: Mapping[str, str]) -> Outcome:
    """Format what was just adopted. Where that fails, sheetops.toml is written all the same, and both are said."""
    from .formatting import tracker_format
    from .library import open_workspace

    try:
        with open_workspace(home, environ=environ) as ws:
            done = tracker_format(ws, [tracker], environ)
    except SheetopsError as error:
        lines = [*adopted.lines, "", f"Not formatted: {error}"]
        return Outcome("adopt", lines, {**adopted.data, "formatted": []}, error.exit_code)
    return Outcome(
        "adopt",
        [*adopted.lines, "", *done.lines],
        {**adopted.data, "formatted": done.data["trackers"]},
        done.exit_code,
    )

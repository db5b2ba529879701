"""The verb `report study`: the case study of an incident, and on request its record in the table of case studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .environment import collector_paused
from .model.errors import UnknownName
from .model.nearest import did_you_mean
from .outcome import Outcome
from .report_verbs import check_target, delivered
from .words import Wording

if TYPE_CHECKING:
    from .columns.anomalies.studied import Studied
    from .library import Workspace
    from .model.record import Record
    from .reports.study import Incident

VERB = "report study"
_NOT_DONE = "Nothing was written."
_SAID = ("verdict", "owner", "notes")


def study(
    ws: Workspace,
    key: str,
    to: Path | None = None,
    *,
    record: bool = False,
    link: str = "",
    replace: bool = False,
) -> Outcome:
    """Make the case study of an incident. `record`: also write its summary to the table of case studies, with `link`.

    What is written there is one run in the journal, which can be undone. Raise UnknownName where there is no such incident,
    or no such table: then nothing is written.
    """
    from .reports.study import case_study
    from .study_record import checked, recorded

    check_target(ws, to)
    if record or link:
        checked(ws, link, record=record)
    with collector_paused():
        one = gathered(ws, key)
    document = case_study(one, ws.config.name, _as_of(ws))
    outcome = delivered(ws, VERB, document, to, replace=replace)
    if to is not None:
        outcome.lines += [f"Note: {said}" for said in one.notices]
    outcome.data["incident"] = key
    if record:
        lines, data = recorded(ws, one, link)
        outcome.lines += ["", *lines]
        outcome.data["case_study"] = data
    return outcome


def _as_of(ws: Workspace) -> datetime:
    """Return the time a study speaks of: that of the last run that was no study, so that one more study changes no other."""
    runs = (run.started for run in ws.store.runs(10_000) if run.verb != VERB)
    return next(runs, None) or ws.now()


# --- what is known of an incident -------------------------------------------------------------------------


def gathered(ws: Workspace, key: str) -> Incident:
    """Return what is known of an incident. Raise UnknownName where there is none of that name."""
    from .reports.study import Incident

    table, records = _table(ws, key)
    values = {"incident": key, **records[key].values}
    about, studied, missing = _studied(ws, table, values)
    others = [
        {"incident": name, **one.values} for name, one in records.items() if not one.archived and name != key
    ]
    earlier = [
        one for one in others if _series(one) == _series(values) and one["started"] < values["started"]
    ]
    together = [one for one in others if _series(one) != _series(values) and _overlap(one, values)]
    return Incident(
        values, studied, missing, sorted(earlier, key=_when, reverse=True), sorted(together, key=_when),
        _wrote(ws, table, key), about, ws.config.timezone, _findings(ws, key),
    )  # fmt: skip


def _when(one: Mapping[str, Any]) -> tuple[Any, str]:
    return one["started"], str(one["incident"])


def _series(one: Mapping[str, Any]) -> tuple[Any, Any]:
    return one["signal"], one["series"]


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two incidents, that are flagged still, have some time in common."""
    if not one["points"]:
        return False
    return all(a["ended"] is None or a["ended"] >= b["started"] for a, b in ((one, other), (other, one)))


def _table(ws: Workspace, key: str) -> tuple[str, Mapping[str, Record]]:
    """Return the table of incidents that a key is in, and its records."""
    looked_at = [one.incidents for one in ws.config.signals] + [one.incidents for one in ws.config.counts]
    names = list(dict.fromkeys(looked_at))
    if not names:
        raise UnknownName(
            "This workspace looks at no number: sheetops.toml has neither [signals] nor [counts], so there are no incidents.",
            not_done=_NOT_DONE, next_step="How to name the numbers that are looked at: docs/anomalies.md.",
        )  # fmt: skip
    kept = {name: ws.store.records(name) for name in names}
    for name, records in kept.items():
        if key in records and not records[key].archived:
            return name, records
    there = [one for records in kept.values() for one, record in records.items() if not record.archived]
    if not there:
        raise UnknownName(
            f"There is no incident '{key}': no incident is on record yet.",
            not_done=_NOT_DONE, next_step="Incidents are found by a sync: sheetops sync",
        )  # fmt: skip
    if any(key in records for records in kept.values()):
        raise UnknownName(
            f"The incident '{key}' was archived: its row was deleted in a tracker.",
            not_done=_NOT_DONE, next_step=f"Who deleted it, and in which run: sheetops history {key}. To bring it back: sheetops undo RUN",
        )  # fmt: skip
    last = f" The last one is '{max(there)}'." if not did_you_mean(key, there) else ""
    raise UnknownName(
        f"There is no incident '{key}'.{did_you_mean(key, there)}{last}", not_done=_NOT_DONE,
        next_step=f"All of them are in the table {names[0]}, in its tracker or by: sheetops export {names[0]} --to incidents.csv",
    )  # fmt: skip


def _studied(ws: Workspace, table: str, values: Mapping[str, Any]) -> tuple[str, Studied | None, str]:
    """Return the table that an incident is about, what is found of it now, and why nothing is."""
    from .columns.anomalies.count_columns import signal_name as count_name
    from .columns.anomalies.looking import signal_name
    from .columns.anomalies.studied import count_studied, signal_studied
    from .engine import Engine

    engine, name = Engine(ws.schema, (), ws.store, _as_of(ws)), values["signal"]
    kept = "What stands here is what its record said last."
    gone = f"There are no rows of '{values['series']}' any more that could be looked at. {kept}"
    for spec in ws.config.signals:
        if spec.incidents == table and name in (signal_name(spec, one) for one in spec.metrics):
            found = signal_studied(spec, engine.ask(spec.set()), values)
            return spec.table, found, "" if found else gone
    for counted in ws.config.counts:
        if counted.incidents == table and name == count_name(counted):
            found = count_studied(counted, engine.ask(counted.set()), values)
            return counted.table, found, "" if found else gone
    about = str(name).rpartition(" of ")[2]
    said = f"“{name}” is not looked at any more: it is not under [signals] or [counts] of sheetops.toml now."
    return about, None, f"{said} {kept}"


def _wrote(ws: Workspace, table: str, key: str) -> dict[str, str]:
    """Return who last wrote each field that people fill in, and when."""
    wording, zone = Wording(ws.schema), ZoneInfo(ws.config.timezone)
    found = {}
    for entry in ws.store.entries(table=table, key=key):
        if entry.field in _SAID and entry.recorded_at is not None:
            who = f"{entry.source.who}, " if entry.source.who else ""
            when = f"{entry.recorded_at.astimezone(zone):%d %b %Y %H:%M}"
            found[entry.field] = f"{who}{wording.place(entry.source)}, {when}"
    return found


def _findings(ws: Workspace, key: str) -> dict[str, str]:
    """Return what the case studies of other incidents came to, by incident."""
    from .reports.roles import bind

    bound = bind(ws.config.reports, ws.schema).get("case_studies")
    if bound is None or "incident" not in bound.fields:
        return {}
    found = {}
    records: Sequence[tuple[str, Record]] = sorted(ws.store.records(bound.table).items())
    for name, one in records:
        about = one.values.get(bound.fields["incident"])
        if about and about != key and not one.archived:
            cause = one.values.get(bound.fields.get("root_cause", "")) or "no root cause named"
            found[str(about)] = f"{name}: {str(cause).replace('_', ' ')}"
    return found

"""The verbs of `sheetops sla`: check, what-if, propose, time, policies; and `explain KEY sla`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .actions import Outcome
from .columns.blanks import plain_rows
from .model.errors import TrackerNotWritten, UnknownName
from .whole import AS_TEXT, write_whole
from .words import count

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .library import Workspace

SHOWN = 20


def explain(ws: Workspace, key: str, goal: str | None, table: str = "") -> Outcome:
    """Say how the clock of a case ran: every interval, with sums to the second, policy and calendar version."""
    view = ws.sla(table or _table_of(ws, key))
    lines = view.explain_lines(key, goal)
    rows = _plain(view.explain(key, goal))
    return Outcome("explain", lines or [f"{key} has no SLA goal."], {"key": key, "sla": rows})


def _table_of(ws: Workspace, key: str) -> str:
    return next(
        (name for name in ws.config.sla if ws.store.records(name, [key])), next(iter(ws.config.sla), "")
    )


def check(ws: Workspace, table: str = "") -> Outcome:
    """Say what looks wrong in policies, calendars and cases."""
    found = ws.sla(table).checks()
    lines = [f"  {one.severity:8} {one.message}" for one in found]
    errors = sum(one.severity == "error" for one in found)
    lines += (
        ["", f"{count(len(found), 'finding')}: {count(errors, 'error')}."]
        if found
        else ["Policies, calendars and cases are in order."]
    )
    data = [
        {
            "severity": one.severity,
            "kind": one.kind,
            "said": one.message,
            "keys": list(one.keys),
            "count": one.count,
        }
        for one in found
    ]
    return Outcome("sla check", lines, {"findings": data}, 1 if errors else 0)


def what_if(ws: Workspace, edits: Iterable[str] = (), table: str = "") -> Outcome:
    """Say which cases would flip: by policies typed into a tracker and not synced yet, and by `edits`.

    An edit is written POLICY.COLUMN=VALUE.
    """
    view = ws.sla(table)
    name = view.sla.policies
    pending = [change for change in ws.plan().changes if name and change.table == name]
    outcome = view.what_if(_edits(edits), pending)
    lines = [f"{outcome.cases:,} cases and goals compared.", *(f"  {line}" for line in outcome.lines())]
    if pending:
        lines.insert(0, f"With {len(pending)} changes of {name} that the next sync would take:")
    lines += ["", "Nothing has been written."]
    return Outcome("sla what-if", lines, {"compared": outcome.cases, "flips": _plain(outcome.flips)})


def _edits(edits: Iterable[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for said in edits:
        place, equals, value = said.partition("=")
        policy, dot, column = place.strip().rpartition(".")
        if not equals or not dot or not policy:
            raise UnknownName(
                f"'{said}' changes no policy.",
                not_done="Nothing was compared.",
                next_step='Write it like: sheetops sla what-if --set "usual.target=8h"',
            )
        found.setdefault(policy, {})[column.strip()] = value.strip()
    return found


def propose(ws: Workspace, goal: str, percentile: float = 90.0, table: str = "") -> Outcome:
    """Say which target the past would have kept."""
    frame = ws.sla(table).propose(goal, percentile)
    lines = [
        f"  {row.policy}: {row.proposed or 'nothing finished yet'}"
        + (
            f" would have been kept by {percentile:g} % of {row.finished:,} finished ({row.kept:.0%} kept {row.target or 'theirs'})"
            if row.finished
            else ""
        )
        + (f"; {row.open:,} still open are not in the figure" if row.open else "")
        for row in frame.itertuples(index=False)
    ]
    return Outcome("sla propose", [f"Targets for {goal}", *lines], {"goal": goal, "proposed": _plain(frame)})


def time(ws: Workspace, by: str = "owner", out: Path | None = None, table: str = "") -> Outcome:
    """Say who had the cases for how long, and how often they went back and forth."""
    view = ws.sla(table)
    report = view.time()
    fields = {
        role: view.sla.roles[role]
        for role in ("owner", "team", "status")
        if view.sla.roles.get(role) in report.totals
    }
    if by not in fields:
        raise UnknownName(
            f"Time cannot be told by {by}: {view.sla.table} has no such field.",
            not_done="",
            next_step=f"It can by {', '.join(fields) or 'nothing: name status, owner or team under [sla]'}.",
        )
    totals = report.totals[fields[by]]
    lines = [f"  {str(row[0]) if str(row[0]) != 'nan' else '(nobody)':24} {count(row[1], 'case'):>12}  {_hours(row[3]):>10} open  {_hours(row[2]):>10} in all  {row[4]:>4.0%}"
             for row in totals.head(SHOWN).itertuples(index=False, name=None)]  # fmt: skip
    cases = report.cases
    back = int(cases["reopened"].sum())
    lines += ["", f"{count(len(cases), 'case')}; reopened {count(back, 'time')}"]
    for name in (n for n in cases.columns if str(n).endswith("_ping_pong")):
        what = str(name).removesuffix("_ping_pong")
        lines.append(
            f"Back to an earlier {what}: {count(int(cases[name].sum()), 'time')}, in {count(int((cases[name] > 0).sum()), 'case')}"
        )
    if out is not None:
        _write(
            out,
            {f"by {role}": report.totals[name] for role, name in fields.items()}
            | {"cases": cases, "spent": report.spent},
        )
        lines += ["", f"Wrote {out}."]
    return Outcome("sla time", [f"Time by {by} ({view.sla.calendar or '24x7'})", *lines],
                   {"by": by, "totals": _plain(totals), "cases": _plain(cases), "file": str(out) if out else None})  # fmt: skip


def _hours(length: timedelta) -> str:
    seconds = length.total_seconds()
    return f"{seconds / 3600:,.1f} h"


def _write(out: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write a workbook with a tab for each frame; lengths of time in hours."""
    if out.suffix.lower() != ".xlsx":
        raise UnknownName(f"'{out.name}' is no workbook.", next_step=f"Try: --out {out.stem or 'time'}.xlsx")
    write_whole(out, lambda part: _tabs(part, frames))


def _tabs(path: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    import pandas as pd

    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=AS_TEXT) as writer:
        for name, frame in frames.items():
            plain = frame.copy()
            for column in plain.select_dtypes("timedelta"):
                plain[column] = plain[column].dt.total_seconds() / 3600
                plain = plain.rename(columns={column: f"{column} (h)"})
            plain.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            sheet = writer.sheets[name]
            sheet.autofilter(0, 0, len(plain), len(plain.columns) - 1)
            sheet.set_column(0, len(plain.columns) - 1, 18)


def policies(out: Path | None = None) -> Outcome:
    """List the goals that sheetops ships, or write them as a workbook that a tracker can be made of."""
    from .columns.sla.policy_table import POLICY_TABLE
    from .columns.sla.shipped import shipped_policies

    rows = shipped_policies()
    lines = [
        f"  {row['policy']:34} {row['target']:>10}  {row.get('market', ''):6} {row.get('source', '')}"
        for row in rows
    ]
    if out is not None:
        _build(out, POLICY_TABLE, rows)
        lines = [
            f"Wrote {out}: {len(rows)} policies, to be changed as you like.",
            "",
            "To use it, add to sheetops.toml:",
            "",
            "  [sla.cases]",
            '  goals = ["first_response", "resolution"]',
            '  policies = "sla_policies"',
            "",
            "  [trackers.sla]",
            f'  file = "{out.name}"',
            '  tab = "sla_policies"',
            '  table = "sla_policies"',
            "  [trackers.sla.columns]",
            *(f'  "{name}" = "{name}"' for name in POLICY_TABLE.by_name),
        ]
    return Outcome("sla policies", lines, {"policies": rows, "file": str(out) if out else None})


def _build(out: Path, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    from .model.schema import Column, Schema, TrackerSpec
    from .tracker_workbook import build_workbook

    if out.exists():
        raise TrackerNotWritten(f"{out} is there already.", next_step="Name another file, or move that one.")
    spec = TrackerSpec(
        "sla", table.name, out.name, "sla_policies", tuple(Column(name, name) for name in table.by_name)
    )
    schema = Schema({table.name: table}, {"sla": spec})
    write_whole(out, lambda part: build_workbook(part, schema, [spec], {"sla": list(rows)}))


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as plain data: times as ISO text, lengths in seconds, blanks as None."""
    return [{name: _cell(value) for name, value in row.items()} for row in plain_rows(frame)]


def _cell(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value

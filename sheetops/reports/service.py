"""SLA attainment, what is at risk or breached now, overdue follow-ups, restrictions and clocks that end soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..words import count
from .document import Bullets, Cell, Grid, Number, Paragraph, Section, cut
from .facts import Facts, LeftOut
from .figures import Figure, grid
from .spells import NEVER, Bools, Ints, micros
from .weekly_series import Floats, Weeks, days, instant, level_figure, share_figure, weekly_chart

SHOWN = 15
"""Rows that a list in a report shows."""

SOON = timedelta(days=7)

Part = tuple[Section, list[Figure]]


def sla_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about SLA goals. Raise LeftOut where no table has any."""
    if not facts.verdicts:
        raise LeftOut("no SLA goals ([sla.TABLE] of sheetops.toml): left out")
    for table, verdicts in facts.verdicts.items():
        yield _attainment(facts, weeks, table, verdicts)


def _attainment(facts: Facts, weeks: Weeks, table: str, verdicts: pd.DataFrame) -> Part:
    several = len(facts.verdicts) > 1
    figures: list[Figure] = []
    lines = {}
    goals = [str(goal) for goal in verdicts["goal"].cat.categories] if len(verdicts) else []
    for goal in goals:
        part = verdicts[verdicts["goal"] == goal]
        kept, missed, own = _outcomes(part, weeks)
        name = f"{goal.replace('_', ' ')} kept"
        figures.append(share_figure(name, kept, kept + missed, own))
        figures += _states(part, own, goal)
        if (kept + missed)[own.first :].any():
            with np.errstate(invalid="ignore", divide="ignore"):
                lines[goal.replace("_", " ")] = (kept / (kept + missed), own)
    blocks = [grid(figures)] if figures else []
    said: list[Paragraph | Bullets] = [
        Paragraph(
            "Kept: goals that were met in the week, of those met or breached in it. Goals still running count in neither."
        )
    ]
    if not goals:
        said = [Paragraph(f"No record of {table} has an SLA goal at this time.")]
    charts = [
        weekly_chart(f"SLA kept: {goal}", own, {"kept": line}, "share of goals decided in the week", next(f for f in figures if f.name == f"{goal} kept"), share=True)
        for goal, (line, own) in list(lines.items())[:3]
    ]  # fmt: skip
    worst = _worst(verdicts, facts)
    return Section(f"SLA of {table}" if several else "SLA", (*blocks, *said, *charts, *worst)), figures


def _outcomes(part: pd.DataFrame, weeks: Weeks) -> tuple[Floats, Floats, Weeks]:
    """Return by week how many goals were kept, how many missed, and the weeks that they reach back to."""
    ended, missed = micros(part["end"]), micros(part["breached_at"])
    starts = micros(part["start"])
    weeks = weeks.since(int(starts.min()) if len(starts) else NEVER)
    kept = weeks.counts(ended, chosen=(part["state"] == "met").to_numpy(bool))[0]
    return kept, weeks.counts(missed)[0], weeks


def _states(part: pd.DataFrame, weeks: Weeks, goal: str) -> list[Figure]:
    """Return how many goals were breached, or running with little time left, at the end of each week."""
    name = goal.replace("_", " ")
    start, end = micros(part["start"]), micros(part["end"])
    risk, missed = micros(part["at_risk_at"]), micros(part["breached_at"])
    over = np.minimum(end, np.where((part["state"] == "cancelled").to_numpy(bool), end, NEVER))
    breached, at_risk = np.zeros(weeks.now + 1), np.zeros(weeks.now + 1)
    for week in range(max(0, weeks.first - 1), weeks.now + 1):
        moment = int(weeks.edges[week + 1])
        running = (start < moment) & (over >= moment)
        late = running & (missed < moment)
        breached[week] = late.sum()
        at_risk[week] = (running & ~late & (risk < moment)).sum()
    states = part["state"].to_numpy(object)
    breached[weeks.now], at_risk[weeks.now] = (states == "breached").sum(), (states == "at risk").sum()
    return [
        level_figure(f"{name} at risk now", at_risk, weeks),
        level_figure(f"{name} breached now", breached, weeks),
    ]


def _worst(verdicts: pd.DataFrame, facts: Facts) -> list[Grid | Paragraph]:
    late = verdicts[verdicts["state"].isin(["breached", "at risk"])]
    if not len(late):
        return [Paragraph("Nothing is breached or at risk.")]
    ordered = late.assign(order=micros(late["breached_at"]), then=micros(late["due"])).sort_values(
        ["order", "then", "key", "goal"]
    )
    rows = tuple(
        (str(row.key), str(row.goal).replace("_", " "), str(row.state), _moment(row.breached_at if row.state == "breached" else row.due, facts), str(row.policy))
        for row in ordered.head(SHOWN).itertuples()
    )  # fmt: skip
    more = f" The {SHOWN} oldest of {len(late):,}." if len(late) > SHOWN else ""
    return [
        Grid(
            ("Record", "Goal", "State", "Breached since, or due", "Policy"),
            rows,
            f"Breached and at risk now.{more}",
        )
    ]


def _moment(value: object, facts: Facts) -> str:
    at = pd.Timestamp(value)
    return "–" if at is pd.NaT else f"{at.tz_convert(facts.timezone):%a %d %b %Y %H:%M}"


# --- follow-ups -----------------------------------------------------------------------------------


def follow_up_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about overdue follow-ups, of escalations, follow-ups and actions. Raise LeftOut where there are none."""
    roles = [role for role in ("escalations", "follow_ups", "actions") if facts.has(role, "due")]
    if not roles:
        raise LeftOut("no table of escalations, follow-ups or actions with due dates: left out")
    figures, rows = [], list[tuple[Cell, ...]]()
    now = instant(facts.as_of)
    for role in roles:
        frame = facts.frame(role, "due")
        due, done, over = micros(frame["due"]), _done(facts, role), _is_over(facts, role)
        own = weeks.since(int(due.min()) if len(due) else NEVER)
        late = np.array(
            [
                ((due < edge) & (done >= edge) & ~(over & (done == NEVER))).sum()
                for edge in own.edges[1:].tolist()
            ],
            float,
        )
        figures.append(level_figure(f"{_about(facts, role)} overdue", late, own))
        there = (due < now) & (done >= now) & ~(over & (done == NEVER))
        rows += _overdue(facts, role, frame[there], due[there], now)
    rows.sort(key=lambda row: (-(row[3].value or 0) if isinstance(row[3], Number) else 0, str(row[1])))
    more = f" The {SHOWN} oldest of {len(rows):,}." if len(rows) > SHOWN else ""
    listed = (
        [
            Grid(
                ("Kind", "Record", "Next action", "Overdue by", "With"),
                tuple(rows[:SHOWN]),
                f"Overdue.{more}",
            )
        ]
        if rows
        else [Paragraph("Nothing is overdue.")]
    )
    yield Section("Follow-ups", (grid(figures), *listed)), figures


def _about(facts: Facts, role: str) -> str:
    from .roles import shipped_roles

    about = shipped_roles()[role].about
    return about[:1].upper() + about[1:]


def _done(facts: Facts, role: str) -> Ints:
    """Return when each was done: the action itself, or the whole record."""
    frame = facts.frame(role)
    none: Ints = np.full(len(frame), NEVER)
    for part in ("done", "closed"):
        if part in frame:
            none = np.minimum(none, micros(frame[part]))
    return none


def _is_over(facts: Facts, role: str) -> Bools:
    frame = facts.frame(role)
    return facts.means(frame["status"], "closed") if "status" in frame else np.zeros(len(frame), bool)


def _overdue(facts: Facts, role: str, frame: pd.DataFrame, due: Ints, now: int) -> list[tuple[Cell, ...]]:
    return [
        (_about(facts, role), str(row["key"]), cut(str(row.get("action") or row.get("title") or "–"), 120), Number(days(now - at), "days"), str(row.get("owner") or "nobody"))
        for row, at in zip(frame.to_dict("records"), due.tolist(), strict=True)
    ]  # fmt: skip


# --- what ends soon -------------------------------------------------------------------------------


def ending_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about restrictions and clocks that end within a week. Raise LeftOut where nothing has an end."""
    if not facts.has("cases", "ends") and not facts.verdicts:
        raise LeftOut("no field says when a restriction ends, and there are no SLA goals: left out")
    begin, end = facts.as_of, facts.as_of + SOON
    rows: list[tuple[Cell, ...]] = []
    if facts.has("cases", "ends"):
        cases = facts.frame("cases")
        soon = cases[(cases["ends"] >= begin) & (cases["ends"] < end)]
        soon = soon[soon["lifted"].isna()] if "lifted" in soon else soon
        soon = soon.sort_values(["ends", "key"])
        rows += [
            (
                str(row["key"]),
                "restriction ends",
                _moment(row["ends"], facts),
                str(row.get("decision") or "–"),
            )
            for row in soon.to_dict("records")
        ]
    clocks: list[tuple[Cell, ...]] = []
    for verdicts in facts.verdicts.values():
        running = verdicts[
            verdicts["state"].isin(["on track", "at risk"])
            & (verdicts["due"] >= begin)
            & (verdicts["due"] < end)
        ]
        clocks += [
            (str(r.key), str(r.goal).replace("_", " "), r.due, str(r.policy))
            for r in running.sort_values(["due", "key"]).itertuples()
        ]
    clocks.sort(key=lambda row: (row[2], row[0], row[1]))
    listed = [(key, f"{goal} is due", _moment(at, facts), policy) for key, goal, at, policy in clocks]
    title = ("Record", "What", "When", "Decision or policy")
    blocks: list[Grid | Paragraph] = [
        Paragraph(
            f"Within seven days: {count(len(rows), 'restriction')} end, {count(len(listed), 'SLA goal')} fall due."
        )
    ]
    for part in (rows, listed):
        if part:
            more = f"The first {SHOWN} of {len(part):,}." if len(part) > SHOWN else ""
            blocks.append(Grid(title, tuple(part[:SHOWN]), more))
    yield Section("Ending soon", tuple(blocks)), []

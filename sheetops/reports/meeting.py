"""Meeting notes: an agenda from what is open, and the decisions and actions that notes bring back to the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..words import count
from .document import Bullets, Document, Grid, Paragraph, Section, cut
from .facts import Facts, LeftOut
from .service import SOON
from .signals import current_patterns, text, uncovered
from .spells import NEVER, micros
from .weekly_series import days, instant

SHOWN = 12

_LINE = re.compile(r"^\s*(?:[-*•]|\d+[.)])?\s*(decision|action)\s*:\s*(.+?)\s*$", re.IGNORECASE)
_TAIL = re.compile(r"\s*\(([^()]*)\)\s*\.?\s*$")
_DUE = re.compile(r"\b(?:due|by|until)\s+(\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Agreed:
    """A line of notes: a decision or an action, with whose it is and by when, where it says so."""

    kind: str
    said: str
    owner: str = ""
    due: date | None = None


def agenda(facts: Facts, name: str) -> Document:
    """Return the agenda: what is overdue or due soon, what blocks, what was breached, what is new and undecided."""
    sections: list[Section] = []
    left: list[str] = []
    for title, role in (
        ("Open decisions", "decisions"),
        ("Actions", "actions"),
        ("Escalations", "escalations"),
        ("Follow-ups", "follow_ups"),
    ):
        try:
            sections.append(_dated(facts, title, role))
        except LeftOut as why:
            left.append(f"{title}: {why}.")
    sections += _rest(facts)
    open_items = sum(
        len(block.rows) if isinstance(block, Grid) else len(block.items) if isinstance(block, Bullets) else 0
        for one in sections
        for block in one.blocks
    )
    notes = [Paragraph(note, "notice") for note in facts.notes]
    head = Section(
        "Agenda",
        (
            *notes,
            Paragraph(
                f"{count(open_items, 'item')} to look at. Write what is agreed as lines “Decision: ...” and “Action: ... (owner, due 2026-12-04)”, and bring them back with “sheetops report meeting --take NOTES.md”."
            ),
        ),
    )
    return Document("meeting", "Meeting", facts.spoken(name), facts.as_of, (head, *sections), tuple(left))


def _dated(facts: Facts, title: str, role: str) -> Section:
    """Return what is overdue, what is due within a week, and what blocks others."""
    frame = facts.frame(role)
    over = (
        facts.means(frame["status"], "closed")
        if "status" in frame
        else pd.Series(False, frame.index).to_numpy()
    )
    for part in ("closed", "done"):
        over = over | frame[part].notna().to_numpy() if part in frame else over
    now, soon = instant(facts.as_of), instant(facts.as_of + SOON)
    due = micros(frame["due"]) if "due" in frame else pd.Series(NEVER, frame.index).to_numpy()
    nobody = pd.Series(False, frame.index)
    blocks = (frame["blocking"].map(bool) if "blocking" in frame else nobody).to_numpy(bool)
    chosen = ~over & ((due < soon) | blocks | ((due == NEVER) if role == "decisions" else False))
    rows = []
    for row, at, blocking in zip(
        frame[chosen].to_dict("records"), due[chosen].tolist(), blocks[chosen].tolist(), strict=True
    ):
        what = next(
            (said for part in ("title", "decision", "action") if (said := text(row.get(part), 160)) != "–"),
            "–",
        )
        when = (
            "no date"
            if at == NEVER
            else f"overdue by {int(days(now - at)):,} d"
            if at < now
            else f"due {pd.Timestamp(at, unit='us', tz='UTC').tz_convert(facts.timezone):%a %d %b}"
        )
        rows.append(
            (
                at,
                (
                    str(row["key"]),
                    what,
                    when + ("; blocking" if blocking else ""),
                    text(row.get("owner"), 60),
                ),
            )
        )
    rows.sort(key=lambda pair: (pair[0], pair[1]))
    if not rows:
        return Section(title, (Paragraph("Nothing is overdue, blocking or due within seven days."),))
    more = f"The first {SHOWN} of {len(rows):,}." if len(rows) > SHOWN else ""
    return Section(
        title, (Grid(("No.", "What", "When", "With"), tuple(row for _, row in rows[:SHOWN]), more),)
    )


def _rest(facts: Facts) -> Iterator[Section]:
    late = [
        f"{table}: {count(int((one['state'] == 'breached').sum()), 'goal')} breached, {int((one['state'] == 'at risk').sum()):,} at risk"
        for table, one in facts.verdicts.items()
        if one["state"].isin(["breached", "at risk"]).any()
    ]
    if late:
        yield Section("SLA", (Bullets(tuple(late)),))
    if facts.has("incidents", "started", "verdict"):
        found = facts.frame("incidents")
        undecided = found[
            found["verdict"].isna() & ((found["points"].fillna(1) > 0) if "points" in found else True)
        ]
        if len(undecided):
            yield Section(
                "Anomalies nobody has judged yet",
                (
                    Bullets(
                        tuple(
                            f"{row['key']}: {text(row.get('why'), 200)}"
                            for row in undecided.head(SHOWN).to_dict("records")
                        )
                    ),
                ),
            )
    if facts.has("patterns", "pattern", "size", "status"):
        fresh = current_patterns(facts.frame("patterns"))
        fresh = fresh[fresh["status"].isna()]
        if len(fresh):
            yield Section(
                "Patterns nobody has accepted or dismissed yet",
                (
                    Bullets(
                        tuple(
                            f"{row['key']}: {text(row['pattern'], 120)} ({text(row.get('trend'))})"
                            for row in fresh.head(SHOWN).to_dict("records")
                        )
                    ),
                ),
            )
        if bare := uncovered(facts):
            yield Section("Scenarios without a playbook", (Bullets(tuple(bare[:SHOWN])),))
    if facts.waits:
        yield Section(
            "Held items",
            (Paragraph(f"{count(len(facts.waits), 'item')} wait for a decision: “sheetops held”."),),
        )


def agenda_text(document: Document) -> str:
    """Return the agenda as plain text for a cell."""
    lines: list[str] = []
    for section in document.sections[1:]:
        told: list[str] = []
        for block in section.blocks:
            if isinstance(block, Grid):
                told += [f"- {' | '.join(str(cell) for cell in row)}" for row in block.rows]
            elif isinstance(block, Bullets):
                told += [f"- {item}" for item in block.items]
        if told:
            lines += [section.title, *told, ""]
    return "\n".join(lines).strip() or "Nothing is open."


def read_notes(notes: str) -> tuple[list[Agreed], list[str]]:
    """Return the decisions and actions of notes, and what in them cannot be read, in sentences.

    They are lines that begin with "Decision:" or "Action:"; owner and date stand in brackets at the end.
    """
    found, wrong = [], []
    for number, line in enumerate(notes.splitlines(), start=1):
        told = _LINE.match(line)
        if not told:
            continue
        kind, said = told[1].lower(), told[2]
        owner, due, problem = "", None, ""
        if tail := _TAIL.search(said):
            owner, due, problem = _tail(tail[1])
            said = said[: tail.start()].strip()
        if problem:
            wrong.append(f"Line {number}: {problem}")
        elif not said:
            wrong.append(f"Line {number}: the {kind} says nothing.")
        else:
            found.append(Agreed(kind, said, owner, due))
    return found, wrong


def _tail(said: str) -> tuple[str, date | None, str]:
    """Return owner, date, and what is wrong with it."""
    dated = _DUE.search(said)
    owner = _DUE.sub("", said).strip(" ,;")
    if not dated:
        return owner, None, ""
    try:
        return owner, date.fromisoformat(dated[1].strip(",;.")), ""
    except ValueError:
        return owner, None, f"'{cut(dated[1], 40)}' is no date. Write it like: due 2026-12-04."

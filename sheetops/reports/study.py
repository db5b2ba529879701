"""The case study of an incident: what happened, how large, what explains it, what else changed, what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..columns.anomalies.spec import CLASSES
from ..words import count
from .document import (
    Block,
    Bullets,
    Cell,
    Document,
    Grid,
    Number,
    Paragraph,
    Section,
    SeriesChart,
    cut,
    words,
)
from .study_steps import called, next_steps
from .study_words import Size, alt, cell, headline, moment, percent, said, size, span

if TYPE_CHECKING:
    from ..columns.anomalies.studied import Studied

SHOWN = 12
"""Rows of a table of a study."""
NOTES = 2_000
"""Characters of what a person wrote that a study quotes."""

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Incident:
    """What is known of an incident. `record` has the fields of its record; `studied` what is found now, and where there is
    nothing `missing` says why. `earlier` and `together` are records of incidents of the same series before, and of others at the
    same time. `wrote` says who wrote a field and when, `findings` what case studies of other incidents came to, by incident.
    `table` is what it is about.
    """

    record: Record
    studied: Studied | None
    missing: str
    earlier: Sequence[Record]
    together: Sequence[Record]
    wrote: Mapping[str, str]
    table: str
    timezone: str
    findings: Mapping[str, str] = field(default_factory=dict)

    @property
    def rate(self) -> bool:
        """Whether its numbers are ratios."""
        return self.studied is not None and self.studied.rate

    @property
    def values(self) -> str:
        """What its numbers are."""
        return self.studied.values if self.studied else ""

    @property
    def notices(self) -> list[str]:
        """What a reader must know before the figures."""
        gone = f"{self.record['why']} What stands here is what its record said last."
        return [*([self.missing] if self.missing else []), *([] if self.record["points"] else [gone])]

    @property
    def size(self) -> Size:
        """How large it is."""
        return size(self.record, self.studied.during if self.studied else None, self.rate)


def case_study(one: Incident, name: str, as_of: datetime) -> Document:
    """Return the study of an incident of the workspace called `name`."""
    sections = (
        Section("What happened", tuple(_happened(one))),
        Section("How large it is", tuple(_large(one))),
        Section("What explains it", tuple(_explains(one))),
        Section("What else changed at that time", tuple(_changed(one))),
        Section("What people said", tuple(_people(one))),
        Section("Has this happened before?", tuple(_before(one))),
        Section("Next steps", (Bullets(tuple(next_steps(one))),)),
        *_points(one),
    )
    key = one.record["incident"]
    title = f"Case study {key}: {one.record['signal']}, {cut(str(one.record['series']), 80)}"
    return Document(f"study {key}", title, name, as_of, sections)


# --- what happened ----------------------------------------------------------------------------------------


def summary(one: Incident) -> str:
    """Return what happened in a sentence or two."""
    return headline(one.record, one.size, one.values, one.rate, one.timezone)


def _happened(one: Incident) -> Iterator[Block]:
    for notice in one.notices:
        yield Paragraph(notice, "notice")
    yield Paragraph(summary(one))
    if one.record["points"]:
        yield Paragraph(f"Its strangest point: {one.record['why']}.")
    leads = list(_leads(one))
    if leads:
        yield Paragraph("Where to look first (leads, no proof):")
        yield Bullets(tuple(leads))
    if one.studied is not None and one.studied.points["value"].notna().any():
        shown = one.studied.points
        seen = alt(one.record, one.size, one.values, one.rate, one.timezone, shown)
        title = f"{one.record['signal']}: {cut(str(one.record['series']), 80)}"
        yield SeriesChart(title, one.values, one.timezone, shown, one.studied.events, seen)


def _leads(one: Incident) -> Iterator[str]:
    if one.studied is None:
        return
    if named := [str(row["why"]) for row in one.studied.causes.to_dict("records") if row["cause"]]:
        yield f"Where: {named[0]}."
    best = one.studied.changes[one.studied.changes["grade"] == "strong"]
    for row in best.head(2).to_dict("records"):
        yield f"What: {row['event']} ({called(row['class'])}), graded {row['grade']}."


# --- how large --------------------------------------------------------------------------------------------


def _large(one: Incident) -> Iterator[Block]:
    big, rate = one.size, one.rate
    kind = "mean" if rate else "sum"
    rows: list[tuple[Cell, ...]] = [
        (f"What was ({kind} of the flagged points)", cell(big.actual, rate), ""),
        ("What was expected", cell(big.expected, rate), "from the series' own past"),
    ]
    if big.expected is not None and big.actual is not None:
        apart = big.actual - big.expected
        shown = f"{100 * apart:+.2g} points" if rate and abs(apart) <= 1 else cell(apart, rate)
        rows.append(("Difference", shown, percent(big.change)))
    if big.lower is not None:
        wide = f"{said(big.lower, rate)} to {said(big.upper, rate)}"
        close = f"{said(big.close_lower, rate)} to {said(big.close_upper, rate)}"
        rows.append(
            ("Usual", wide, "the widest: if every point had erred the same way" if big.points > 1 else "")
        )
        if big.points > 1:
            rows.append(("Usual, closer", close, "if each point errs on its own"))
    if one.record["score"] is not None:
        rows.append(
            (
                "Score of its strangest point",
                Number(one.record["score"], "number"),
                "flagged from 0.50, or as verdicts taught",
            )
        )
    yield Grid(("Size", one.values or "number", "how that is meant"), tuple(rows))
    if big.lower is None:
        yield Paragraph(
            "Its usual range is not known: its points are not flagged, or not looked at, any more."
        )


# --- what explains it -------------------------------------------------------------------------------------


def _explains(one: Incident) -> Iterator[Block]:
    if one.studied is None or one.studied.found is None:
        kept = str(one.record["explained_by"] or "").splitlines()
        yield Paragraph(
            "As its record said when it was last looked at:"
            if kept
            else "Its record names no part that moved."
        )
        if kept:
            yield Bullets(tuple(kept))
        return
    yield from _causes(one, one.studied)
    others = one.studied.siblings
    if len(others):
        moved = int((others["flagged"] > 0).sum())
        yield Paragraph(
            f"{len(others):,} other series at the same times, {f'{moved:,}' if moved else 'none'} of them flagged:"
        )
        rows = tuple(
            (cut(str(row["series"]), 80), cell(row["actual"], one.rate), cell(row["expected"], one.rate), _change(row), f"flagged {row['flagged']} times" if row["flagged"] > 1 else "flagged" if row["flagged"] else "as expected")
            for row in others.head(SHOWN).to_dict("records")
        )  # fmt: skip
        more = f"The {SHOWN} that moved most, of {len(others):,}." if len(others) > SHOWN else ""
        yield Grid(("Series", "What was", "Expected", "Change", "Verdict"), rows, more)


def _causes(one: Incident, studied: Studied) -> Iterator[Block]:
    names = [name.replace("_", " ") for name in studied.dimensions]
    if not names:
        yield Paragraph(
            "No dimensions are named in sheetops.toml, so that parts of the total cannot be compared."
        )
        return
    causes = studied.causes.reindex(columns=["cause", "share", "actual", "expected", "why"]).to_dict(
        "records"
    )
    named = [row for row in causes if row["cause"]]
    if not named:
        why = str(causes[0]["why"]) if causes else "there is nothing to compare"
        yield Paragraph(f"No part of the total stands out by {words(names)}: {why}.")
        return
    yield Paragraph(
        f"The parts that moved, among all combinations of {words(names)}, against what was usual for them; a lead, no proof."
    )
    rows = tuple(
        (" and ".join(f"{name} = {value}" for name, value in row["cause"]), cell(_known(row["actual"]), one.rate), cell(_known(row["expected"]), one.rate), Number(_known(row["share"]), "share"))
        for row in named[:SHOWN]
    )  # fmt: skip
    full = any(_known(row["share"]) is not None for row in named)
    columns = ("Part", "What was", "Expected", "Of the whole move")
    yield Grid(columns, rows) if full else Bullets(tuple(str(row["why"]) for row in named[:SHOWN]))
    if full and (beside := re.split(r"of the total's (?:rise|fall)", str(named[0]["why"]))[-1].strip("; ")):
        yield Paragraph(f"{beside[:1].upper()}{beside[1:]}.")


def _known(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _change(row: Mapping[Any, Any]) -> str:
    if not row["expected"]:
        return "–"
    change = round(100 * (row["actual"] / row["expected"] - 1))
    return f"{change:+,} %" if change else "0 %"


# --- what else changed ------------------------------------------------------------------------------------


def _changed(one: Incident) -> Iterator[Block]:
    if one.studied is None or one.studied.found is None:
        kept = str(one.record["also_changed"] or "").splitlines()
        yield Paragraph(
            "As its record said when it was last looked at:"
            if kept
            else "Its record names nothing that changed."
        )
        if kept:
            yield Bullets(tuple(kept))
        return
    yield Paragraph(
        "Two things at one time are no proof. Each is graded by when it began, where it was, and what else speaks for and against it."
    )
    changes = one.studied.changes
    rated = changes[changes["event"].astype(bool)]
    if len(rated):
        rows = tuple(
            (called(row["class"]), cut(str(row["event"]), 120), str(row["grade"]), str(row["for"]), str(row["against"]))
            for row in rated.head(2 * SHOWN).to_dict("records")
        )  # fmt: skip
        more = f"The first {2 * SHOWN} of {len(rated):,}." if len(rated) > 2 * SHOWN else ""
        yield Grid(("Hypothesis", "What changed", "Grade", "For", "Against"), rows, more)
    yield Bullets(tuple(_silent(one.studied, set(rated["class"]))))


def _silent(studied: Studied, told: set[str]) -> Iterator[str]:
    """Say of each class without a hypothesis why there is none."""
    tables: dict[str, list[str]] = {}
    for table, of in studied.looks_at:
        tables.setdefault(of, []).append(table)
    for of in CLASSES:
        if of in told:
            continue
        name = called(of)
        name = name[:1].upper() + name[1:]
        if of in tables:
            yield f"{name}: nothing on record near it (looked at: {words(tables[of])})."
        else:
            yield f"{name}: not known. No table of such changes is named under [events] in sheetops.toml."


# --- people, and the past ---------------------------------------------------------------------------------


def _people(one: Incident) -> Iterator[Block]:
    rows = []
    for name, label in (("verdict", "Verdict"), ("owner", "Owner"), ("notes", "Notes")):
        value = one.record[name]
        if value is not None and str(value).strip():
            rows.append(
                (label, cut(str(value).strip(), NOTES, f"{one.record['incident']}"), one.wrote.get(name, ""))
            )
    if not rows:
        yield Paragraph("Nobody has said anything yet: no verdict, no owner, no notes.")
        return
    yield Grid(("Field", "What they said", "By whom, when"), tuple(rows))


def _before(one: Incident) -> Iterator[Block]:
    if not one.earlier:
        yield Paragraph(
            f"No earlier incident of {one.record['signal']}, {cut(str(one.record['series']), 80)}, is on record."
        )
    else:
        yield Paragraph(f"{count(len(one.earlier), 'earlier incident')} of this series, the latest first:")
        yield _incidents(one, one.earlier)
    if one.together:
        yield Paragraph("Incidents of other series and signals at the same time:")
        yield _incidents(one, one.together)


def _incidents(one: Incident, records: Sequence[Record]) -> Grid:
    rows = tuple(
        (
            str(row["incident"]), f"{row['signal']}, {cut(str(row['series']), 60)}", span(row, one.timezone),
            f"{row['direction']}, {row['change']:+.0%}".replace("%", " %") if row["change"] is not None else str(row["direction"]),
            cut(str(row["explained_by"] or "–").split("\n")[0], 160), str(row["verdict"] or "–"), one.findings.get(str(row["incident"]), "–"),
        )
        for row in records[:SHOWN]
    )  # fmt: skip
    more = f"{SHOWN} of {len(records):,}." if len(records) > SHOWN else ""
    return Grid(("No.", "What", "When", "How large", "Explained by", "Verdict", "Case study"), rows, more)


# --- its points -------------------------------------------------------------------------------------------


def _points(one: Incident) -> Iterator[Section]:
    if one.studied is None or not len(one.studied.during):
        return
    during = one.studied.during
    rows = tuple(
        (moment(row["time"], one.timezone), *(cell(_known(row[name]), one.rate) for name in ("value", "expected", "lower", "upper")), cut(str(row["why"]), 400, "the tracker"))
        for row in during.head(2 * SHOWN).to_dict("records")
    )  # fmt: skip
    more = f"The first {2 * SHOWN} of {len(during):,}." if len(during) > 2 * SHOWN else ""
    columns = (f"Time ({one.timezone})", one.values, "Expected", "Usual from", "Usual to", "Why")
    yield Section("Its flagged points", (Grid(columns, rows, more),))

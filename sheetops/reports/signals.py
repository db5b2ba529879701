"""Patterns and anomalies, feedback, playbooks, and what the data and the syncs themselves have to say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..words import count
from .appeals import BACK
from .document import Bullets, Cell, Chart, Grid, Number, Paragraph, Section, Series, cut, words
from .facts import Facts, groups
from .figures import Figure, by_group, grid
from .service import SHOWN, Part
from .spells import NEVER, Ints, micros
from .weekly_series import Weeks, count_figure, instant, interval, level_figure

TOP = 10
"""Patterns that a weekly update shows."""

FRESH = timedelta(days=180)
"""A page that nobody has looked at for longer is stale."""


def text(value: Any, most: int = 300) -> str:
    """Return a value as text of a report; a dash where there is none."""
    return "–" if value is None or value != value or not str(value).strip() else cut(str(value).strip(), most)


# --- patterns -------------------------------------------------------------------------------------


def pattern_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about the scenarios that recur. Raise LeftOut where none are kept."""
    patterns = facts.frame("patterns", "pattern", "size")
    now = current_patterns(patterns)
    first = micros(patterns["first_seen"]) if "first_seen" in patterns else np.full(len(patterns), NEVER)
    begin, end = weeks.edges[weeks.now], weeks.edges[-1]
    new = int(((first >= begin) & (first < end)).sum())
    blocks: list[Paragraph | Grid] = [
        Paragraph(f"{count(len(now), 'pattern')} now; {new:,} first seen in this week.")
    ]
    if len(now):
        rows = tuple(
            (str(row["key"]), text(row["pattern"], 120), Number(_float(row["size"])), Number(_float(row.get("expected")), "number"), text(row.get("trend")), text(row.get("risk")), playbook_of(facts, row))
            for row in now.head(TOP).to_dict("records")
        )  # fmt: skip
        blocks.append(
            Grid(
                ("No.", "What its cases share", "Cases", "Expected", "Trend", "Risk", "Playbook"),
                rows,
                f"The largest {min(TOP, len(now))} of {len(now):,}.",
            )
        )
        doing = [
            f"{row['key']}: {text(row.get('recommendation'), 200)}"
            for row in now.head(TOP).to_dict("records")
            if text(row.get("recommendation")) != "–"
        ]
        blocks += [Paragraph("What usually helps:"), Bullets(tuple(doing[:5]))] if doing else []  # type: ignore[list-item]
    yield Section("Patterns", tuple(blocks)), []


def current_patterns(patterns: pd.DataFrame) -> pd.DataFrame:
    """Return the patterns that are found now and were not dismissed, the risky ones first, then the largest."""
    now = patterns[patterns["state"] != "gone"] if "state" in patterns else patterns
    now = now[now["status"] != "dismissed"] if "status" in now else now
    risk = now["risk"].map({"high": 0, "elevated": 1}).fillna(2) if "risk" in now else 0
    return (
        now.assign(first=risk, then=-now["size"].fillna(0))
        .sort_values(["first", "then", "key"])
        .drop(columns=["first", "then"])
    )


def playbook_of(facts: Facts, row: dict[Any, Any]) -> str:
    """Return the page that a pattern names, with its title; or that it is gone, or that there is none."""
    named = text(row.get("playbook"))
    books = facts.frames.get("playbooks")
    if books is None:
        return named
    if named != "–":
        there = books[books["key"] == named]
        if len(there):
            return f"{named} {text(there.iloc[0].get('title'), 60)}" if "title" in books else named
        return f"{named}: not in the playbooks any more" if named_like_key(named, books) else named
    if "pattern" in books:
        told = books[
            books["pattern"].map(
                lambda said: str(row["key"]) in str(said).replace(";", ",").replace(",", " ").split()
            )
        ]
        if len(told):
            return f"{told.iloc[0]['key']} {text(told.iloc[0].get('title'), 60)}".strip()
    return "none"


def named_like_key(named: str, books: pd.DataFrame) -> bool:
    """Whether a text is written as the keys of pages are: then it means one, and not a link or a title."""
    begins = {str(key).rstrip("0123456789") for key in books["key"]} or {"PB-"}
    return named.rstrip("0123456789") in begins and named[-1:].isdigit()


def _float(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def incident_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about anomalies of the week, with what explains them. Raise LeftOut where none are kept."""
    found = facts.frame("incidents", "started")
    started = micros(found["started"])
    ended = micros(found["ended"]) if "ended" in found else np.full(len(found), NEVER)
    begin, end = int(weeks.edges[weeks.now]), int(weeks.edges[-1])
    real = (found["points"].fillna(1) > 0).to_numpy(bool) if "points" in found else np.ones(len(found), bool)
    new = real & (started >= begin) & (started < end)
    older = real & (started < begin) & (ended >= begin)
    own = weeks.since(int(started.min()) if len(started) else NEVER)
    figures = [count_figure("New anomalies", own.counts(started, chosen=real)[0], own)]
    blocks: list[Paragraph | Grid] = []
    for chosen, said in ((new, "New in this week."), (older, "Began before and went on in this week.")):
        rows = tuple(_incident(facts, row) for row in found[chosen].head(SHOWN).to_dict("records"))
        if rows:
            blocks.append(
                Grid(
                    ("No.", "What", "When", "Against expected", "Explained by", "Also changed", "Verdict"),
                    rows,
                    said,
                )
            )
    if not new.any():
        blocks.insert(0, Paragraph("No anomaly began in this week."))
    yield Section("Anomalies", (grid(figures), *blocks)), figures


def _incident(facts: Facts, row: dict[Any, Any]) -> tuple[Cell, ...]:
    began = pd.Timestamp(row["started"]).tz_convert(facts.timezone)
    when = f"{began:%d %b %H:%M}" + (" on" if pd.isna(row.get("ended")) else "")
    change = _float(row.get("change"))
    moved = (
        f"{text(row.get('direction'))}, {100 * change:+.0f} %"
        if change is not None
        else text(row.get("direction"))
    )
    what = " ".join(said for said in (text(row.get("signal")), text(row.get("series"))) if said != "–")
    return (
        str(row["key"]),
        what or "–",
        when,
        moved,
        text(row.get("explained_by")),
        text(row.get("also_changed")),
        text(row.get("verdict")),
    )


# --- feedback and playbooks -----------------------------------------------------------------------


def feedback_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about feedback: how much, about what, how much of it was answered. Raise LeftOut where there is none."""
    feedback = facts.frame("feedback", "received")
    received = micros(feedback["received"])
    weeks = weeks.since(int(received.min()) if len(received) else NEVER)
    figures = [count_figure("Feedback received", weeks.counts(received)[0], weeks)]
    blocks: list[Paragraph | Grid | Chart] = []
    if "closed_loop" in feedback:
        blocks.append(_closed_loop(feedback, received, weeks))
    if "theme" in feedback and len(feedback):
        group, names = groups(feedback["theme"], "(no theme)")
        weekly = weeks.counts(received, group, len(names))
        themes = [
            count_figure("Received", weekly[n], weeks, name)
            for n, name in enumerate(names)
            if weekly[n, weeks.first :].any()
        ]
        themes.sort(key=lambda one: (-(one.now or 0), one.group))
        blocks.append(by_group("Theme", ("Received",), themes[:SHOWN]))
        if themes:
            shown = themes[:SHOWN]
            blocks.append(
                Chart(
                    "Feedback by theme",
                    "bars",
                    tuple(one.group for one in shown),
                    (
                        Series("this week", tuple(one.now for one in shown)),
                        Series("last week", tuple(one.last for one in shown)),
                    ),
                    "theme",
                    "items in the week",
                )
            )
        figures += themes
    yield Section("Feedback", (grid(figures[:1]), *blocks)), figures


def _closed_loop(feedback: pd.DataFrame, received: Ints, weeks: Weeks) -> Paragraph:
    """Say how much of the feedback of the last weeks got its answer by the end of the week."""
    week = weeks.of(received)
    recent = (week > weeks.now - BACK) & (week >= 0)
    answered = recent & (micros(feedback["closed_loop"]) < weeks.edges[-1])
    of, yes = int(recent.sum()), int(answered.sum())
    if not of:
        return Paragraph(f"No feedback in the last {BACK} weeks.")
    return Paragraph(
        f"Closed loop: {yes:,} of {of:,} items of the last {BACK} weeks were answered by the end of the week ({100 * yes / of:.1f} %; {interval(yes, of)})."
    )


def playbook_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about pages that are stale, and frequent scenarios that have none. Raise LeftOut where there are none."""
    books = facts.frame("playbooks")
    live = books[~facts.means(books["status"], "retired")] if "status" in books else books
    rows = [
        (str(row["key"]), text(row.get("title"), 80), text(row.get("owner")), "; ".join(why))
        for row in live.to_dict("records")
        if (why := stale(facts, row))
    ]
    blocks: list[Paragraph | Grid | Bullets] = [
        Paragraph(
            f"{len(rows):,} of {count(len(live), 'page')} stale: not looked at for {FRESH.days} days, overdue for a check, or written for an older policy."
        )
    ]
    if rows:
        more = f"The first {SHOWN} of {len(rows):,}." if len(rows) > SHOWN else ""
        blocks.append(Grid(("Page", "Title", "Owner", "Why"), tuple(sorted(rows)[:SHOWN]), more))
    bare = uncovered(facts)
    if bare:
        blocks += [Paragraph("Frequent scenarios without a page:"), Bullets(tuple(bare[:SHOWN]))]
    now = instant(facts.as_of)
    own = weeks.since(int(micros(live["reviewed"]).min()) if "reviewed" in live and len(live) else NEVER)
    figures: list[Figure] = []
    if "reviewed" in live and now:
        old = np.array(
            [
                (micros(live["reviewed"]) < edge - FRESH.total_seconds() * 1e6).sum()
                for edge in own.edges[1:].tolist()
            ],
            float,
        )
        figures.append(level_figure(f"Pages not looked at for {FRESH.days} days", old, own))
    head = (grid(figures),) if figures else ()
    yield Section("Playbooks", (*head, *blocks)), figures


def stale(facts: Facts, row: dict[Any, Any]) -> list[str]:
    """Return why a page is stale; nothing where it is not."""
    found = []
    reviewed = row.get("reviewed")
    if reviewed is not None and not pd.isna(reviewed):
        age = (pd.Timestamp(facts.as_of) - pd.Timestamp(reviewed)).days
        if age > FRESH.days:
            found.append(f"last looked at {age:,} days ago")
    elif "reviewed" in row:
        found.append("never looked at")
    due = row.get("due")
    if due is not None and not pd.isna(due) and pd.Timestamp(due) < pd.Timestamp(facts.as_of):
        found.append(f"its check was due on {pd.Timestamp(due).tz_convert(facts.timezone):%d %b %Y}")
    if text(row.get("status")) == "stale":
        found.append("marked as stale")
    version, policies = text(row.get("policy_version")), facts.frames.get("policies")
    if version != "–" and policies is not None and "version" in policies:
        named = text(row.get("policy"))
        there = policies[
            (policies["key"] == named) | ((policies["name"] == named) if "name" in policies else False)
        ]
        current = text(there.iloc[-1]["version"]) if len(there) else "–"
        if named != "–" and not len(there):
            found.append(f"its policy '{named}' is not in the policies any more")
        elif current not in ("–", version):
            found.append(f"written for version {version} of {named}, which is at {current}")
    return found


def uncovered(facts: Facts) -> list[str]:
    """Return the patterns of now that name no page, and that no page names; the most pressing first."""
    if not facts.has("patterns", "pattern", "size"):
        return []
    rows = current_patterns(facts.frame("patterns")).to_dict("records")
    told = [(row, playbook_of(facts, row)) for row in rows]
    return [
        f"{row['key']} {text(row['pattern'], 100)}: {_float(row['size']) or 0:,.0f} cases"
        + ("" if book == "none" else f" ({book})")
        for row, book in told
        if book == "none" or "not in the playbooks" in book
    ]


# --- data and syncs -------------------------------------------------------------------------------


def data_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about held items, runs that were cut off, and references that lead nowhere."""
    since = np.array([instant(item["since"]) for item in facts.waits], np.int64)
    own = weeks.since(int(since.min()) if len(since) else NEVER)
    fresh = float(own.counts(since)[0][own.now]) if len(since) else 0.0
    blocks: list[Paragraph | Bullets | Grid] = [
        Paragraph(
            f"{count(len(facts.waits), 'item')} held"
            + (f", {fresh:,.0f} of them since this week" if fresh else "")
            + "; see “sheetops held”."
            if facts.waits
            else "Nothing is held."
        )
    ]
    if facts.waits:
        rows = tuple(
            (
                f"#{item['number']}",
                f"{item['key']} {item['field'] or '(row)'}",
                f"{item['tracker']} {item['address']}",
                cut(str(item["reason"]), 160),
            )
            for item in facts.waits[:SHOWN]
        )
        blocks.append(
            Grid(
                ("No.", "What", "Where", "Why"),
                rows,
                f"The first {SHOWN} of {len(facts.waits):,}." if len(facts.waits) > SHOWN else "",
            )
        )
    begin, end = weeks.edges[weeks.now], weeks.edges[-1]
    runs = [run for run in facts.runs if begin <= instant(run.started) < end]
    failed = [run for run in runs if run.ended is None or run.ended > facts.known]
    said = (
        f"{count(len(runs), 'run')} wrote something in this week"
        if runs
        else "No run wrote anything in this week"
    )
    blocks.append(
        Paragraph(
            said
            + (
                f"; {len(failed):,} did not finish: {words([run.id for run in failed[:5]])}. See “sheetops history”."
                if failed
                else "; all finished."
            )
        )
    )
    if facts.dangling:
        blocks.append(Paragraph("References to records that are not there:"))
        blocks.append(Bullets(tuple(
            f"{table}.{field}: {count(len(keys), 'key')} that {'is' if len(keys) == 1 else 'are'} not in {target}, such as {words([repr(key) for key in keys[:3]])}"
            for (table, field, target), keys in facts.dangling.items()
        )))  # fmt: skip
    yield Section("Data and syncs", tuple(blocks)), []

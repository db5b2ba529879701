"""The case library: cases by scenario, with what was decided, how often wrongly, three that show it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ..words import count
from .appeals import confirmed
from .document import Cell, Document, Grid, Number, Paragraph, Section, cut, words
from .facts import Facts, LeftOut, groups
from .masking import Mask
from .signals import playbook_of, text
from .weekly_series import interval

SHOWN, MOST = 3, 40
"""Cases that show a scenario, and scenarios that are told apart."""

_QUOTED = 600
_NO_SCENARIO = "In no pattern"


def case_library(facts: Facts, name: str) -> Document:
    """Return the library of a workspace called `name`. Raise LeftOut where there are no cases."""
    cases = facts.frame("cases")
    wrong = (
        confirmed(facts, cases)[0]
        if facts.has("cases", "error") or facts.has("appeals", "misjudgement", "case")
        else None
    )
    mask = Mask(_people(cases))
    by_pattern = facts.has("patterns", "pattern") and "scenario" in cases and cases["scenario"].notna().any()
    part = (
        "scenario" if by_pattern else next((one for one in ("type", "policy", "market") if one in cases), "")
    )
    if not part:
        raise LeftOut("cases have neither patterns nor a type, a policy or a market to group them by")
    group, names = groups(cases[part], _NO_SCENARIO)
    sizes = np.bincount(group, minlength=len(names))
    order = sorted(range(len(names)), key=lambda n: (names[n] == _NO_SCENARIO, -sizes[n], names[n]))
    sections = [
        _scenario(
            facts, cases[group == n], names[n], None if wrong is None else wrong[group == n], mask, by_pattern
        )
        for n in order[:MOST]
    ]
    by = "pattern" if by_pattern else facts.label("cases", part).lower()
    head = [Paragraph(f"{count(len(cases), 'case')} in {count(len(names), 'scenario')}, by {by}. E-mail addresses, telephone numbers, handles, links, account numbers and the names of people in the records are masked; other names in free text may remain: read before passing on.", "notice")]  # fmt: skip
    if len(order) > MOST:
        head.append(Paragraph(f"The {MOST} largest scenarios are shown, {len(order) - MOST:,} are not."))
    index = _index(facts, cases, names, order[:MOST], group, wrong, by_pattern)
    notes = [Paragraph(note, "notice") for note in facts.notes]
    return Document(
        "cases",
        "Case library",
        facts.spoken(name),
        facts.as_of,
        (Section("Scenarios", (*notes, *head, index)), *sections),
    )


def _people(cases: pd.DataFrame) -> Iterator[str]:
    for part in ("reviewer", "owner", "creator"):
        if part in cases:
            yield from (str(one) for one in cases[part].dropna().unique())


def _title(facts: Facts, name: str, by_pattern: bool) -> str:
    if not by_pattern or name == _NO_SCENARIO:
        return name
    patterns = facts.frame("patterns")
    there = patterns[patterns["key"] == name]
    return (
        f"{name}: {text(there.iloc[0]['pattern'], 120)}"
        if len(there)
        else f"{name} (its pattern is not there any more)"
    )


def _index(
    facts: Facts,
    cases: pd.DataFrame,
    names: list[str],
    order: list[int],
    group: Any,
    wrong: Any,
    by_pattern: bool,
) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for n in order:
        mine = group == n
        bad, of = _rate(cases[mine], None if wrong is None else wrong[mine])
        rate = Number(bad / of if of else None, "share") if wrong is not None else "–"
        rows.append(
            (
                _title(facts, names[n], by_pattern),
                Number(int(mine.sum())),
                rate,
                _playbook(facts, names[n], cases[mine], by_pattern),
            )
        )
    return Grid(("Scenario", "Cases", "Misjudged", "Playbook"), tuple(rows))


def _rate(cases: pd.DataFrame, wrong: Any) -> tuple[int, int]:
    """Return how many decided cases were misjudged, of how many."""
    if wrong is None:
        return 0, 0
    decided = cases["decided"].notna().to_numpy() if "decided" in cases else np.ones(len(cases), bool)
    decided = decided | wrong
    return int((wrong & decided).sum()), int(decided.sum())


def _playbook(facts: Facts, name: str, cases: pd.DataFrame, by_pattern: bool) -> str:
    if by_pattern and name != _NO_SCENARIO:
        patterns = facts.frame("patterns")
        there = patterns[patterns["key"] == name]
        if len(there):
            return playbook_of(facts, there.iloc[0].to_dict())
    if (
        not by_pattern
        and facts.has("playbooks", "policy")
        and "policy" in cases
        and cases["policy"].nunique() == 1
    ):
        books = facts.frame("playbooks")
        live = books[~facts.means(books["status"], "retired")] if "status" in books else books
        mine = live[live["policy"] == cases["policy"].dropna().iloc[0]]
        if len(mine):
            return words(
                [f"{row['key']} {text(row.get('title'), 60)}" for row in mine.head(3).to_dict("records")]
            )
    return "none"


def _scenario(
    facts: Facts, cases: pd.DataFrame, name: str, wrong: Any, mask: Mask, by_pattern: bool
) -> Section:
    blocks: list[Paragraph | Grid] = [Paragraph(_summary(facts, cases))]
    if wrong is not None:
        bad, of = _rate(cases, wrong)
        said = (
            f"Misjudged: {bad:,} of {count(of, 'decided case')} ({100 * bad / of:.1f} %; {interval(bad, of)})."
            if of
            else "None of them is decided yet."
        )
        blocks.append(Paragraph(said))
    if "decision" in cases and cases["decision"].notna().any():
        found = cases["decision"].map(lambda one: text(one, 80).replace("–", "(none yet)")).value_counts()
        table = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:8]
        blocks.append(
            Grid(
                (facts.label("cases", "decision"), "Cases", "Share"),
                tuple((str(said), Number(n), Number(n / len(cases), "share")) for said, n in table),
            )
        )
    blocks.append(Paragraph(f"Playbook: {_playbook(facts, name, cases, by_pattern)}."))
    blocks.append(_shown(facts, cases, wrong, mask))
    return Section(_title(facts, name, by_pattern), tuple(blocks))


def _summary(facts: Facts, cases: pd.DataFrame) -> str:
    said = [count(len(cases), "case")]
    if "opened" in cases and cases["opened"].notna().any():
        first, last = (
            one.tz_convert(facts.timezone) for one in (cases["opened"].min(), cases["opened"].max())
        )
        said.append(f"{first:%d %b %Y} to {last:%d %b %Y}")
    for part in ("market", "policy", "severity", "cause"):
        if part in cases and cases[part].notna().any():
            common = cases[part].value_counts()
            top = sorted(common.items(), key=lambda pair: (-pair[1], str(pair[0])))[:3]
            said.append(
                f"{facts.label('cases', part).lower()}: {', '.join(f'{text(value, 40)} {n:,}' for value, n in top)}"
            )
    return "; ".join(said) + "."


def _shown(facts: Facts, cases: pd.DataFrame, wrong: Any, mask: Mask) -> Grid:
    """Return cases that show the scenario: the last with the commonest decision, the last misjudged one, then the last ones."""
    ordered = cases.assign(wrong=False if wrong is None else wrong)
    ordered = ordered.sort_values(
        [*(["opened"] if "opened" in cases else []), "key"], ascending=False, na_position="last"
    )
    told = (
        ordered[ordered["summary"].notna()]
        if "summary" in ordered and ordered["summary"].notna().any()
        else ordered
    )
    picked = list[Any]()
    if "decision" in told and told["decision"].notna().any():
        common = min(told["decision"].value_counts().items(), key=lambda pair: (-pair[1], str(pair[0])))[0]
        picked.append(told[told["decision"] == common].index[0])
    picked += [one for one in told[told["wrong"]].index[:1] if one not in picked]
    picked += [one for one in told.index[: SHOWN + 2] if one not in picked]
    rows = tuple(
        (
            str(row["key"]), f"{row['opened'].tz_convert(facts.timezone):%d %b %Y}" if "opened" in cases and not pd.isna(row["opened"]) else "–",
            text(row.get("decision"), 60), "misjudged" if row["wrong"] else "–", cut(mask(text(row.get("summary"), 100_000)), _QUOTED, "the record"),
        )
        for row in told.loc[picked[:SHOWN]].to_dict("records")
    )  # fmt: skip
    return Grid(
        (
            "Case",
            "Opened",
            facts.label("cases", "decision") if "decision" in cases else "Decision",
            "Misjudged",
            "What happened",
        ),
        rows,
        "Cases that show it.",
    )

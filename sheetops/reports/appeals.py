"""Appeals, confirmed misjudgements, and the quality of reviews."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from .document import Bullets, Cell, Chart, Grid, Number, Paragraph, Section, Series
from .facts import Facts, LeftOut, groups, told
from .figures import Figure, by_group, grid, outside
from .roles import shipped_values
from .service import Part
from .spells import NEVER, Bools, Ints, micros
from .weekly_series import Floats, Weeks, count_figure, interval, share_figure, weekly_chart

SELF_SELECTED = (
    "Appeals are a self-selected sample: those who appeal are not like those who do not, so the overturn rate of appeals "
    "says nothing about decisions that nobody appealed."
)
BACK = 13
"""Weeks that rates of single people, policies and samples are made of."""


def appeal_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about appeals. Raise LeftOut where there are none."""
    appeals = facts.frame("appeals", "filed")
    filed = micros(appeals["filed"])
    own = weeks.since(int(filed.min()) if len(filed) else NEVER)
    figures = [count_figure("Appeals in", own.counts(filed)[0], own)]
    blocks: list[Paragraph | Chart] = []
    if facts.has("appeals", "decided"):
        decided = micros(appeals["decided"])
        decisions = own.counts(decided)[0]
        figures.append(count_figure("Appeals decided", decisions, own))
        if facts.has("appeals", "outcome"):
            turned = own.counts(decided, chosen=facts.means(appeals["outcome"], "overturned"))[0]
            figures.append(share_figure("Overturned, of appeals decided", turned, decisions, own))
            figures += _of_all_decisions(facts, own, turned)
            with np.errstate(invalid="ignore", divide="ignore"):
                rate = turned / decisions
            blocks.append(
                weekly_chart(
                    "Overturned, of appeals decided",
                    own,
                    {"overturned": rate},
                    "share of appeals decided in the week",
                    figures[2],
                    share=True,
                )
            )
    blocks.insert(
        0,
        Paragraph(
            "Overturned counts appeals overturned in whole or in part, and decisions modified. "
            + SELF_SELECTED
        ),
    )
    yield Section("Appeals", (grid(figures), *blocks)), figures


def _of_all_decisions(facts: Facts, weeks: Weeks, turned: Floats) -> list[Figure]:
    """Return the overturns against all decisions of the week: the other denominator."""
    if not facts.has("cases", "decided"):
        return []
    decided = weeks.counts(micros(facts.frame("cases")["decided"]))[0]
    return [
        share_figure("Overturned, of all decisions of the week", np.minimum(turned, decided), decided, weeks)
    ]


# --- misjudgements --------------------------------------------------------------------------------


def misjudgement_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the parts about confirmed misjudgements. Raise LeftOut where no field tells of them."""
    cases = (
        facts.frame("cases")
        if facts.has("appeals", "case", "misjudgement")
        else facts.frame("cases", "error")
    )
    wrong, at = confirmed(facts, cases)
    basis = _decision_times(cases)
    weeks = weeks.since(int(basis.min()) if len(basis) else NEVER)
    weekly = weeks.counts(at, chosen=wrong)[0]
    figures = [count_figure("Misjudgements confirmed", weekly, weeks)]
    decided, late = weeks.counts(basis)[0], weeks.counts(basis, chosen=wrong)[0]
    blocks: list[Paragraph | Chart | Grid] = [
        weekly_chart("Misjudgements confirmed", weeks, {"confirmed": weekly}, "cases per week", figures[0]),
        Paragraph(
            f"Of the {decided[-BACK:].sum():,.0f} cases decided in the last {BACK} weeks, {late[-BACK:].sum():,.0f} are known to be "
            "misjudged by now; of the latest, more may come to light."
        ),
    ]
    if "error" in cases:
        blocks.append(_kinds(cases, wrong, at, weeks))
    yield Section("Misjudgements", (grid(figures), *blocks)), figures
    for part in ("policy", "cause"):
        if part in cases:
            yield _by(cases, part, facts.label("cases", part).lower(), wrong, at, weeks)
    if "automation" in cases:
        yield _by_automation(cases, wrong, basis, weeks)
    if "reviewer" in cases:
        yield _by_reviewer(cases, wrong, basis, weeks)


def confirmed(facts: Facts, cases: pd.DataFrame) -> tuple[Bools, Ints]:
    """Return which cases are confirmed misjudgements, and since when: since their error was noted, or an appeal confirmed it."""
    wrong, at = np.zeros(len(cases), bool), _decision_times(cases)
    keys = pd.Index(cases["key"])
    if "error" in cases:
        wrong = misjudged(facts, cases["error"])
        noted = facts.changes_of("cases", "error")
        noted = noted[misjudged(facts, noted["new"])].drop_duplicates("key", keep="last")
        if len(noted):
            place = keys.get_indexer(noted["key"])
            at[place[place >= 0]] = micros(noted["at"])[place >= 0]
    if facts.has("appeals", "case", "misjudgement", "decided"):
        appeals = facts.frame("appeals")
        sure = (
            appeals[facts.means(appeals["misjudgement"], "confirmed")]
            .sort_values("decided")
            .drop_duplicates("case")
        )
        place = keys.get_indexer(sure["case"])
        fresh = (place >= 0) & ~wrong[place]
        at[place[fresh]] = micros(sure["decided"])[fresh]
        wrong[place[fresh]] = True
    return wrong, at


def misjudged(facts: Facts, column: pd.Series) -> Bools:
    """Return which values of an error field say that a decision was wrong."""
    none = frozenset(facts.values.get("no_error") or shipped_values()["no_error"])
    return told(column, lambda text: text not in none)


def _decision_times(cases: pd.DataFrame) -> Ints:
    """Return when each case was decided: its decision, else its closing, else its opening."""
    at = np.full(len(cases), NEVER)
    for part in ("decided", "closed"):
        if part in cases:
            at = np.where(at == NEVER, micros(cases[part]), at)
    return at


def _kinds(cases: pd.DataFrame, wrong: Bools, at: Ints, weeks: Weeks) -> Grid:
    group, names = groups(cases["error"])
    weekly = weeks.counts(at, group, len(names), wrong)
    last = weeks.now - 1
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, Number(weekly[n, weeks.now]), Number(weekly[n, last]), Number(weekly[n, max(0, weeks.now - BACK + 1) :].sum()))
        for n, name in enumerate(names) if weekly[n].any()
    )  # fmt: skip
    return Grid(("Error", "This week", "Last week", f"Last {BACK} weeks"), rows)


def _by(cases: pd.DataFrame, part: str, title: str, wrong: Bools, at: Ints, weeks: Weeks) -> Part:
    group, names = groups(cases[part])
    weekly = weeks.counts(at, group, len(names), wrong)
    figures = [
        count_figure("Confirmed", weekly[n], weeks, name)
        for n, name in enumerate(names)
        if weekly[n, weeks.first :].any()
    ]
    strange = outside(figures)
    said = (
        Bullets(strange)
        if strange
        else Paragraph("All of these are within their normal range, or have too short a history.")
    )
    table = by_group(title[:1].upper() + title[1:], ("Confirmed",), figures)
    bars = Chart(f"Misjudgements by {title}, last {BACK} weeks", "bars", tuple(one.group for one in figures),
                 (Series("confirmed", tuple(float(weekly[names.index(one.group), max(0, weeks.now - BACK + 1) :].sum()) for one in figures)),), title, f"cases in {BACK} weeks")  # fmt: skip
    return Section(
        f"Misjudgements by {title}",
        (table, said, *((bars,) if len(figures) > 1 else ())) if figures else (said,),
        2,
    ), figures


def _recent(basis: Ints, weeks: Weeks) -> Bools:
    week = weeks.of(basis)
    return (week > weeks.now - BACK) & (week >= 0)


def _by_automation(cases: pd.DataFrame, wrong: Bools, basis: Ints, weeks: Weeks) -> Part:
    recent = _recent(basis, weeks)
    group, names = groups(cases["automation"], "(not said)")
    rows = []
    for n, name in enumerate(names):
        mine = recent & (group == n)
        if mine.any():
            rows.append(
                (
                    name,
                    Number(mine.sum()),
                    Number((mine & wrong).sum()),
                    Number((mine & wrong).sum() / mine.sum(), "share"),
                    interval((mine & wrong).sum(), mine.sum()),
                )
            )
    caption = f"Cases decided in the last {BACK} weeks, as known now."
    return Section(
        "Misjudgements by automation",
        (Grid(("Automation", "Decided", "Misjudged", "Rate", "How sure"), tuple(rows), caption),),
        2,
    ), []


def _by_reviewer(cases: pd.DataFrame, wrong: Bools, basis: Ints, weeks: Weeks) -> Part:
    from ..columns.patterns.reviewers import overturns

    recent = _recent(basis, weeks)
    policy = cases["policy"] if "policy" in cases else pd.Series("all", cases.index)
    reviews = pd.DataFrame({"policy": policy, "reviewer": cases["reviewer"], "wrong": wrong})[recent]
    judged = overturns(reviews, reviewer="reviewer", policy="policy", overturned="wrong")
    named = judged[judged["verdict"].isin(["more overturned than peers", "less overturned than peers"])]
    said: list[Paragraph | Grid] = [
        Paragraph(f"Nobody is ranked, and nobody with fewer than 20 decisions of a policy in {BACK} weeks is named. {len(judged[judged['verdict'] == 'as peers']):,} reviewers and policies are as their peers. "
                  "A rate outside is a reason to talk about the policy, not a verdict on a person.")
    ]  # fmt: skip
    if len(named):
        rows = tuple(
            (
                str(row.policy),
                str(row.reviewer),
                str(row.verdict).replace("overturned", "misjudged"),
                str(row.why).replace("overturned", "misjudged"),
            )
            for row in named.itertuples()
        )
        said.append(Grid(("Policy", "Reviewer", "Against peers", "Why"), rows))
    pool = judged[(judged["verdict"] == "not judged")]
    if len(pool):
        said.append(
            Paragraph(f"Not judged, for too few decisions: {len(pool):,} reviewers or groups of reviewers.")
        )
    return Section("Misjudgements by reviewer", tuple(said), 2), []


# --- review quality -------------------------------------------------------------------------------


def quality_sections(facts: Facts, weeks: Weeks) -> Iterator[Part]:
    """Yield the part about samples of decisions that were checked again. Raise LeftOut where there are none."""
    reviews = facts.frame("reviews", "case", "reviewed")
    reviewed = micros(reviews["reviewed"])
    own = weeks.since(int(reviewed.min()) if len(reviewed) else NEVER)
    figures: list[Figure] = []
    blocks: list[Paragraph | Grid | Chart] = []
    if found := _checked(facts, reviews):
        right, wrong = found
        yes, of = own.counts(reviewed, chosen=right)[0], own.counts(reviewed, chosen=right | wrong)[0]
        figures.append(count_figure("Enforcements checked", of, own))
        figures.append(share_figure("Precision of enforcement", yes, of, own))
        blocks.append(
            Paragraph(
                "Precision: the share of sampled enforcement decisions that a second judgement found right. It holds for all decisions only if samples are drawn at random."
            )
        )
        blocks.append(_precision(reviews, right, wrong, reviewed, own))
    if {"label", "rater_label"} <= {*reviews.columns} or {"label", "reviewer"} <= {*reviews.columns}:
        blocks += _agreement(facts, reviews, reviewed, own)
    if not blocks:
        raise LeftOut(
            f"table '{facts.bound['reviews'].table}' says neither whether a decision was right nor what each reviewer found: left out"
        )
    head = [grid(figures)] if figures else []
    yield Section("Review quality", (*head, *blocks)), figures


def _checked(facts: Facts, reviews: pd.DataFrame) -> tuple[Bools, Bools] | None:
    """Return which enforcement decisions were found right and which wrong; None where nothing says so."""
    if "correct" in reviews:
        return facts.means(reviews["correct"], "correct"), facts.means(reviews["correct"], "incorrect")
    if {"label", "rater_label"} <= {*reviews.columns}:
        enforced = facts.means(reviews["label"], "enforced")
        said = reviews["rater_label"]
        judged = enforced & told(said, bool) & ~facts.means(said, "undecided")
        right = facts.means(said, "enforced")
        return judged & right, judged & ~right
    return None


def _precision(reviews: pd.DataFrame, right: Bools, wrong: Bools, reviewed: Ints, weeks: Weeks) -> Grid:
    recent = _recent(reviewed, weeks) & (right | wrong)
    group, names = (
        groups(reviews["policy"]) if "policy" in reviews else (np.zeros(len(reviews), np.int64), ["all"])
    )
    rows: list[tuple[Cell, ...]] = []
    for n, name in enumerate(names):
        of, yes = (recent & (group == n)).sum(), (recent & right & (group == n)).sum()
        if of:
            rows.append((name, Number(of), Number(yes), Number(yes / of, "share"), interval(yes, of)))
    return Grid(("Policy", "Checked", "Right", "Precision", "How sure"), tuple(rows), f"Last {BACK} weeks.")


def _agreement(
    facts: Facts, reviews: pd.DataFrame, reviewed: Ints, weeks: Weeks
) -> list[Paragraph | Grid | Chart]:
    from ..columns.patterns.reviewers import agreement

    some = reviews[_recent(reviewed, weeks)]
    policy = "policy" if "policy" in reviews else None
    if "rater_label" in reviews:  # one row is one decision with its second judgement
        parts = [
            pd.DataFrame(
                {
                    "case": some["key"],
                    "who": who,
                    "label": some[label],
                    "policy": some[policy] if policy else "all",
                }
            )
            for who, label in (("reviewer", "label"), ("rater", "rater_label"))
        ]
        some, who = pd.concat(parts, ignore_index=True), "who"
    else:
        who = "reviewer"
    asked: dict[str, Any] = {"case": "case", "reviewer": who, "label": "label"}
    several = policy is not None and some[policy].nunique() > 1
    found = [agreement(some, **asked), *([agreement(some, **asked, policy=policy)] if several else [])]
    rows = tuple(
        (str(name), Number(row["cases"]), _number(row["agreement"], "share"), _number(row["alpha"]), _number(row["kappa"]), str(row["why"]))
        for part in found for name, row in part.iterrows()
    )  # fmt: skip
    if not found[0]["cases"].sum():
        return [Paragraph(f"Agreement of reviewers: no decision of the last {BACK} weeks was judged twice.")]
    about = Paragraph(
        "Krippendorff's alpha and Cohen's kappa: 1 is full agreement, 0 what chance would give. Kappa is shown where the same two sides judged every case."
    )
    return [
        Grid(
            ("Policy", "Judged twice", "Agreement", "alpha", "kappa", "In words"),
            rows,
            f"Agreement of first and second judgements, last {BACK} weeks.",
        ),
        about,
    ]


def _number(value: float, form: str = "number") -> Number:
    return Number(None if np.isnan(value) else float(value), "share" if form == "share" else "number")

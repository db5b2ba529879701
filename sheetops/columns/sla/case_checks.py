"""What looks wrong in policies, calendars and cases, each finding in words."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from ...model.condition import Condition
from ...model.nearest import did_you_mean
from .calendar import BusinessCalendar
from .cases import Cases
from .cycles import MET, Cycles
from .findings import ERROR, NOTE, WARNING, Finding, finding
from .history import ARCHIVED, read_history
from .matching import choose, matches, policy_changes
from .policies import Policy, Until
from .timeline import Bools, Timeline
from .verdicts import Judged

_YEAR = 366 * 86_400


def check_policies(
    policies: Sequence[Policy], calendars: Mapping[str, BusinessCalendar], known: Iterable[str]
) -> list[Finding]:
    """Return what is wrong with policies and calendars whatever the cases: `known` are the table's fields."""
    return [
        *_missing_calendars(policies, calendars),
        *_missing_columns(policies, frozenset(known)),
        *_shadowed(policies),
        *_mixed_repeats(policies),
        *_calendar_findings(policies, calendars),
    ]


def _missing_calendars(policies: Sequence[Policy], calendars: Mapping[str, Any]) -> Iterator[Finding]:
    for policy in policies:
        for name in sorted(policy.calendar.names - calendars.keys()):
            near = did_you_mean(name, calendars)
            yield Finding(ERROR, "calendar", f"Policy '{policy.id}': there is no calendar '{name}'.{near}")


def _missing_columns(policies: Sequence[Policy], known: frozenset[str]) -> Iterator[Finding]:
    for policy in policies:
        for name in sorted((policy.watched | policy.moments) - known - {ARCHIVED}):
            near = did_you_mean(name, known)
            yield Finding(
                ERROR, "column", f"Policy '{policy.id}' names '{name}', which is no field of the cases.{near}"
            )


def _shadowed(policies: Sequence[Policy]) -> Iterator[Finding]:
    for place, policy in enumerate(policies):
        for earlier in policies[:place]:
            if earlier.goal == policy.goal and _covers(earlier, policy):
                message = f"Policy '{policy.id}' is never reached: '{earlier.id}' stands before it and fits all its cases."
                yield Finding(WARNING, "unreachable", message)
                break


def _covers(earlier: Policy, policy: Policy) -> bool:
    same = earlier.applies_when is None or earlier.applies_when == policy.applies_when
    holds = earlier.effective_from <= policy.effective_from and earlier.effective_to >= policy.effective_to
    return same and holds and not policy.retroactive


def _mixed_repeats(policies: Sequence[Policy]) -> Iterator[Finding]:
    first: dict[str, Policy] = {}
    for policy in policies:
        lead = first.setdefault(policy.goal, policy)
        if lead.repeat != policy.repeat:
            message = (
                f"Policy '{policy.id}' repeats otherwise than '{lead.id}', which decides for '{policy.goal}'."
            )
            yield Finding(WARNING, "repeat", message)


def _calendar_findings(
    policies: Sequence[Policy], calendars: Mapping[str, BusinessCalendar]
) -> Iterator[Finding]:
    used = frozenset().union(*(policy.calendar.names for policy in policies))
    for name in sorted(used & calendars.keys()):
        for sentence in calendars[name].checks():
            yield Finding(WARNING, "calendar", f"Calendar '{name}': {sentence}")


def check_cases(cases: Cases, records: pd.DataFrame, history: pd.DataFrame | None) -> list[Finding]:
    """Return what looks wrong in cases and their history, beyond the findings of every run."""
    return [
        *_statuses(cases),
        *(found for judged in cases.judged for found in _goal_findings(cases, judged)),
        *_horizon_ends(cases),
        *_future(cases),
        *_history_findings(cases, records, history),
    ]


def verdict_findings(cases: Cases) -> Iterator[Finding]:
    """Yield why cases are not judged: these belong to every run."""
    for judged in cases.judged:
        early = cases.timeline.keys[judged.columns["case"][judged.cycles.early]]
        if len(early):
            message = f"{judged.goal}: the stop lies before the start; these are not judged"
            yield finding(ERROR, "stop before start", message, early)
        yield from _lost(cases, judged)


def _lost(cases: Cases, judged: Judged) -> Iterator[Finding]:
    """Yield the cycles of which the time cannot be told: no calendar, a blank date, or one out of range."""
    case, lost = judged.columns["case"], judged.columns["lost"]
    nowhere = np.zeros(len(lost), bool)
    nowhere[judged.cycles.cycle[judged.which < 0]] = True
    blank = _blank_dates(cases.timeline, judged) & ~nowhere
    refused = next(iter(cases.ticking.errors), "its date is out of range.")
    for kind, mine, why in (
        ("calendar", nowhere, "no calendar of that name."),
        ("missing date", blank, "the date that its target waits for is blank."),
        ("horizon", lost & ~nowhere & ~blank, refused),
    ):
        if mine.any():
            message = f"{judged.goal} is not judged: {why}"
            yield finding(ERROR, kind, message, np.unique(cases.timeline.keys[case[mine]].astype(str)))


def _blank_dates(timeline: Timeline, judged: Judged) -> Bools:
    """Return the cycles whose target is `until` a column that is blank now."""
    cycles = judged.cycles
    row = cycles.row[np.append(cycles.first[1:], len(cycles.row)) - 1] if len(cycles) else cycles.row
    blank = np.zeros(len(cycles), bool)
    for index, policy in enumerate(judged.policies):
        if isinstance(policy.target, Until):
            empty = timeline.value_codes(policy.target.field).codes[row] == 0
            blank |= empty & (judged.columns["policy"] == index)
    return blank


def _statuses(cases: Cases) -> Iterator[Finding]:
    status = cases.settings.status
    seen = [value for value in cases.timeline.value_codes(status).values[1:] if isinstance(value, str)]
    conditions = [c for judged in cases.judged for policy in judged.policies for c in _conditions(policy)]
    named = {word for condition in conditions for word in _words_for(condition, status)}
    if not named or not seen:
        return
    unmapped = sorted(set(seen) - named)
    if unmapped:
        message = f"No policy names the {status} {', '.join(map(repr, unmapped))}: the clock runs in it"
        yield Finding(NOTE, "unmapped status", message, count=len(unmapped))
    for word in sorted(named - set(seen)):
        near = did_you_mean(word, seen)
        yield Finding(
            WARNING, "unknown status", f"Policies name the {status} '{word}', which no case ever had.{near}"
        )


def _conditions(policy: Policy) -> Iterator[Condition]:
    yield from (trigger.condition for trigger in policy.triggers)
    if policy.applies_when:
        yield policy.applies_when


def _words_for(condition: Condition, field: str) -> Iterator[str]:
    """Yield the texts with which a condition compares a field."""
    for node in ast.walk(ast.parse(condition.text.strip(), mode="eval")):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == field:
            for right in node.comparators:
                parts = right.elts if isinstance(right, (ast.Tuple, ast.List, ast.Set)) else [right]
                yield from (
                    p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)
                )


def _goal_findings(cases: Cases, judged: Judged) -> Iterator[Finding]:
    timeline = cases.timeline
    group, table = matches(timeline, judged.policies)
    chosen = np.unique(choose(group, table, timeline.at, timeline.at, judged.policies))
    used = np.union1d(chosen, np.unique(judged.cycles.policy))
    for index, policy in enumerate(judged.policies):
        if index not in used and policy.effective_from <= cases.as_of:
            yield Finding(WARNING, "matches nothing", f"Policy '{policy.id}' fits no case of the data.")
    again = _stopped_again(judged.cycles)
    if not judged.policies[0].repeat and len(again):
        message = f"{judged.goal}: stopped, taken up again and stopped once more; the last stop counts"
        yield finding(NOTE, "two resolutions", message, timeline.keys[judged.columns["case"][again]])


def _stopped_again(cycles: Cycles) -> Any:
    """Return the cycles in which the clock ran on after it had been stopped, and was stopped again."""
    resumed = np.zeros(len(cycles.row), bool)
    resumed[1:] = cycles.off[:-1] & ~cycles.off[1:] & (cycles.cycle[1:] == cycles.cycle[:-1])
    again = np.unique(cycles.cycle[resumed])
    return again[cycles.outcome[again] == MET]


def _horizon_ends(cases: Cases) -> Iterator[Finding]:
    for name in sorted({name for judged in cases.judged for name in judged.calendars}):
        calendar = cases.ticking.calendars[name]
        if calendar.end - cases.as_of < _YEAR:
            message = f"Calendar '{name}' ends with {calendar.horizon[1]}: later due times are errors. Give it more years."
            yield Finding(WARNING, "horizon end", message)


def _future(cases: Cases) -> Iterator[Finding]:
    """Yield cases with events to come; that a policy changes some day is none of theirs."""
    complete = cases.complete
    edges = policy_changes([policy for judged in cases.judged for policy in judged.policies])
    later = (complete.at > cases.as_of) & ~np.isin(complete.at, list(edges))
    if later.any():
        keys = complete.keys[np.unique(complete.case[later])]
        yield finding(
            WARNING, "future date", "events lie after this run's time and are not counted yet", keys
        )


def _history_findings(cases: Cases, records: pd.DataFrame, history: pd.DataFrame | None) -> Iterator[Finding]:
    keys = pd.Index(cases.timeline.keys)
    past = read_history(history, keys, cases.settings.timezone)
    if not len(past.case):
        return
    order = np.lexsort((np.arange(len(past.case)), past.name, past.case))
    case, name, at = past.case[order], past.name[order], past.at[order]
    late = (case[1:] == case[:-1]) & (name[1:] == name[:-1]) & (at[1:] < at[:-1])
    if late.any():
        message = "changes became known after later ones; they count when they took effect"
        yield finding(NOTE, "out of order", message, keys[np.unique(case[1:][late])])
    ahead = past.at > past.recorded
    if ahead.any():
        message = "changes take effect after they were recorded"
        yield finding(NOTE, "future date", message, keys[np.unique(past.case[ahead])])
    yield from _disagreements(cases, records, keys)


def _disagreements(cases: Cases, records: pd.DataFrame, keys: pd.Index) -> Iterator[Finding]:
    """Yield fields of which the record says something else than its history ends with: nothing says since when."""
    timeline = cases.timeline
    last = np.flatnonzero(timeline.last)
    latest = records.drop_duplicates(cases.settings.key, keep="last").set_index(cases.settings.key)
    for field in (cases.settings.status, cases.settings.priority):
        if field not in records or field not in timeline.fields:
            continue
        coded = timeline.fields[field]
        ends = pd.Series([coded.values[code] for code in coded.codes[last]], dtype=object)
        now = latest[field].reindex(keys[timeline.case[last]]).astype(object)
        differs = (ends.to_numpy() != now.to_numpy()) & now.notna().to_numpy()
        if differs.any():
            message = f"the record's {field} is not what its history ends with; the history is followed"
            yield finding(WARNING, "history incomplete", message, keys[timeline.case[last[differs]]])

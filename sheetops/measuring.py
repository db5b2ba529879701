"""The verbs `columns effect` and `columns reviewers`: did a measure work, and do reviewers decide alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from .columns.blanks import plain_rows
from .model.condition import Condition
from .model.errors import ConfigError, UnknownName
from .model.nearest import did_you_mean
from .model.schema import FieldType, Table
from .outcome import Outcome
from .words import count

if TYPE_CHECKING:
    from .columns.anomalies.effects.effect import Effect
    from .columns.anomalies.effects.periods import BeforeAndAfter
    from .library import Workspace

_DATES = (FieldType.DATE, FieldType.DATETIME)
_NOTHING = "Nothing was compared."


@dataclass(frozen=True)
class Measure:
    """What is asked of a measure: which records it was about (`where`), since when, and what they are compared with.

    `against` are FIELD=VALUE. `rate`: the share of records that meet it, instead of their number. `units` is a field whose
    values are counted apart, on both sides. `when` is the field of dates ("": the only one).
    """

    since: date
    when: str = ""
    where: str = ""
    against: Sequence[str] = ()
    rate: str = ""
    units: str = ""
    every: str = "week"


def effect(ws: Workspace, table: str, asked: Measure) -> Outcome:
    """Say how a table's weekly counts changed with a measure, against what they would have been, and how sure that is."""
    from .columns.anomalies.effects.trust import trust_words

    counted, found, headline = measured(ws, table, asked)
    lines = [headline, *found.lines()]
    lines += [said for said in (trust_words(found),) if said]
    lines += ["", *counted.notes] if counted.notes else []
    data = {name: value for name, value in asdict(found).items() if name not in ("checks", "name", "share")}
    checks = [asdict(check) for check in found.checks]
    return Outcome("columns effect", lines, {"table": table, **data, "checks": checks, "said": lines})


def measured(ws: Workspace, table: str, asked: Measure) -> tuple[BeforeAndAfter, Effect, str]:
    """Return the counts before and after a measure, what changed, and in a sentence what was counted."""
    from .columns.anomalies.effects.periods import before_and_after

    known = ws.schema.table(table)
    when = _date_field(known, asked.when)
    if asked.units:
        _need(known, asked.units)
        if not asked.against:
            raise UnknownName("Units are counted apart to be compared with others.", not_done=_NOTHING,
                              next_step="Add those they are compared with: --against FIELD=VALUE")  # fmt: skip
    records = [one.values for one in ws.store.records(table).values() if not one.archived]
    sides, units = _sides(known, records, asked)
    hits = None if not asked.rate else _matching(known, asked.rate, records)
    dates = ws.table(table).to_pandas()[when]
    counted = before_and_after(
        dates, sides, units, hits, asked.since, every=asked.every, as_of=ws.now(), timezone=ws.config.timezone
    )
    return counted, counted.effect(_name(known, asked)), _headline(known, asked, counted)


def _date_field(table: Table, named: str) -> str:
    dates = [field.name for field in table.fields if field.type in _DATES and not field.computed]
    if named in dates:
        return named
    if not named and len(dates) == 1:
        return dates[0]
    what = (
        f"'{named}' is no date of {table.name}.{did_you_mean(named, dates)}"
        if named
        else f"Say by which date of {table.name} to count."
    )
    there = (
        f"There is: {', '.join(dates)}."
        if dates
        else f"{table.name} has none: its records cannot be counted by time."
    )
    raise UnknownName(what, not_done=_NOTHING, next_step=f"Add --date FIELD. {there}")


def _need(table: Table, *names: str) -> None:
    for name in names:
        if name not in table.by_name:
            raise UnknownName(
                f"{table.name} has no field '{name}'.{did_you_mean(name, table.by_name)}", not_done=_NOTHING
            )


def _matching(table: Table, said: str, records: Iterable[Mapping[str, Any]]) -> list[bool]:
    """Return which records meet a condition. Raise UnknownName for a field that there is not."""
    condition = Condition(said)
    _need(table, *sorted(condition.fields))
    return [condition.matches(record) for record in records]


def _sides(
    table: Table, records: Sequence[Mapping[str, Any]], asked: Measure
) -> tuple[list[str | None], list[str]]:
    """Return for each record on which side it is, and in which unit."""
    from .columns.anomalies.effects.periods import AGAINST, TREATED

    pairs = [_pair(table, said) for said in asked.against]
    others = [next((f"{n}={v}" for n, v in pairs if str(record[n]) == v), None) for record in records]
    for said, (name, value) in zip(asked.against, pairs, strict=True):
        if not any(str(record[name]) == value for record in records):
            values: Collection[str] = {str(record[name]) for record in records}
            raise UnknownName(
                f"No record of {table.name} has {said}.{did_you_mean(value, values)}", not_done=_NOTHING
            )
    treated = _matching(table, asked.where, records) if asked.where else [one is None for one in others]
    sides = [
        TREATED if mine else AGAINST if other is not None else None
        for mine, other in zip(treated, others, strict=True)
    ]
    if asked.units:
        return sides, ["(blank)" if one[asked.units] is None else str(one[asked.units]) for one in records]
    return sides, [
        other if side == AGAINST and other else "treated" for side, other in zip(sides, others, strict=True)
    ]


def _pair(table: Table, said: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in said.partition("="))
    if not equals or not name or not value:
        raise UnknownName(
            f"'{said}' names nothing to compare with.",
            not_done=_NOTHING,
            next_step="Write it like: --against market=DE",
        )
    _need(table, name)
    return name, value.strip("'\"")


def _name(table: Table, asked: Measure) -> str:
    if asked.rate:
        return f"The share of {table.name} with {asked.rate}"
    return f"{table.name[:1].upper()}{table.name[1:]} a {asked.every}"


def _headline(table: Table, asked: Measure, counted: BeforeAndAfter) -> str:
    about = f" where {asked.where}" if asked.where else ""
    rows, units = len(counted.treated), counted.treated.shape[1]
    many = f" ({count(units, 'group')} by {asked.units})" if asked.units else ""
    other = counted.against
    against = (
        ""
        if other is None
        else f", against {', '.join(asked.against)}"
        + (f" ({count(other.shape[1], 'group')})" if asked.units else "")
    )
    return f"{table.name}{about}{many}{against}: {count(counted.at, asked.every)} before {asked.since}, {rows - counted.at:,} since."


# --- reviewers ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reviews:
    """Which fields say who reviewed what. `overturned` is a condition ("": as [patterns.TABLE.outcomes] has it).

    With `case` and `label`, several records may be reviews of one case: how far they agree is said too.
    """

    reviewer: str
    policy: str
    overturned: str = ""
    case: str = ""
    label: str = ""
    least: int = 20


def reviewers(ws: Workspace, table: str, asked: Reviews) -> Outcome:
    """Say how often decisions are overturned, policy by policy, and how far reviewers agree. Few reviews name nobody."""
    from .columns.patterns.reviewers import agreement, overturns

    known = ws.schema.table(table)
    _need(known, asked.reviewer, asked.policy, *(name for name in (asked.case, asked.label) if name))
    records = [one.values for one in ws.store.records(table).values() if not one.archived]
    reviews = ws.table(table).to_pandas()
    lines: list[str] = []
    data: dict[str, Any] = {"table": table}
    when, of = _overturned(ws, known, asked)
    if when:
        said = _matching(known, when, records)
        decided = _matching(known, of, records) if of else [True] * len(records)
        reviews["@overturned"] = [yes if it else None for yes, it in zip(said, decided, strict=True)]
        found = overturns(
            reviews, reviewer=asked.reviewer, policy=asked.policy, overturned="@overturned", least=asked.least
        )
        data["overturns"] = plain_rows(found)
        lines += [f"Overturned: {when}" + (f", of those with {of}" if of else "")]
        for name, some in found.groupby("policy", sort=False):
            lines += [f"  {name}", *(f"    {row.reviewer}: {row.why}" for row in some.itertuples())]
        if found.empty:
            lines.append(f"  No record has {asked.reviewer}, {asked.policy} and an outcome.")
        lines += [
            "",
            "A rate outside what is usual is a reason to talk about the policy, not a verdict on a person.",
        ]
    if asked.case and asked.label:
        agreed = agreement(
            reviews,
            case=asked.case,
            reviewer=asked.reviewer,
            label=asked.label,
            policy=asked.policy,
            least=asked.least,
        )
        data["agreement"] = plain_rows(agreed.rename_axis("policy").reset_index())
        lines += ["", "Agreement:", *(f"  {row.Index}: {row.why}" for row in agreed.itertuples())]
    if not lines:
        raise UnknownName(
            f"It is not said when a decision of {table} was overturned.", not_done=_NOTHING,
            next_step="Add --overturned \"outcome == 'overturned'\", or --case and --label to compare reviews of one case.",
        )  # fmt: skip
    return Outcome("columns reviewers", lines if lines[0] else lines[1:], data)


def _overturned(ws: Workspace, table: Table, asked: Reviews) -> tuple[str, str]:
    """Return the condition under which a decision was overturned, and of which ones."""
    if asked.overturned:
        condition = Condition(asked.overturned)
        lone = len(condition.fields) == 1 and asked.overturned.strip() in condition.fields
        blank = " and ".join(f"{name} != blank" for name in sorted(condition.fields))
        if (
            lone
            and table.by_name.get(asked.overturned.strip())
            and table.field(asked.overturned.strip()).type is not FieldType.BOOLEAN
        ):
            raise ConfigError(
                f"'{asked.overturned}' is no yes/no field.",
                next_step="Write it like: --overturned \"outcome == 'overturned'\"",
            )
        return asked.overturned, blank
    for spec in ws.config.patterns:
        for one in spec.outcomes:
            if spec.table == table.name and one.name == "overturned":
                return one.when.text, one.of.text if one.of else ""
    return "", ""

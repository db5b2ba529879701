"""The `[events]`, `[signals]` and `[counts]` parts of sheetops.toml."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..columns.anomalies.spec import CLASSES, METHODS, PERIODS, CountSpec, EventSpec, Metric, SignalSpec
from ..model.nearest import did_you_mean
from ..model.schema import FieldType, Table
from .names import name_problem, simple_name
from .section import Section

DATES = (FieldType.DATE, FieldType.DATETIME)
NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.DURATION)
_EVENT = ("start", "end", "name", "kind", "class", "expected", "match")
_SIGNAL = ("time", "series", "metrics", "dimensions", "incidents", "flags_per_1000", "events")
_COUNT = ("table", "date", "by", "every", "method", "alpha", "fdr", "keep", "most", "incidents", "events")


def read_events(section: Section, tables: Mapping[str, Table]) -> dict[str, EventSpec]:
    """Return what every `[events.TABLE]` part says; what is wrong in them is noted."""
    found = {}
    for name, entry in section.sections():
        if (table := table_of(entry, name, tables)) is None:
            continue
        entry.know(_EVENT)
        of = one_of(entry, "class", CLASSES, "outside")
        found[name] = EventSpec(
            name, field_of(entry, "start", table, DATES), field_of(entry, "end", table, DATES, need=False),
            field_of(entry, "name", table, need=False), entry.text("kind", name), of,
            entry.flag("expected", False), fields_of(entry, "match", table),
        )  # fmt: skip
    return found


def read_signals(
    section: Section, tables: Mapping[str, Table], events: Mapping[str, EventSpec], timezone: str
) -> tuple[SignalSpec, ...]:
    """Return what every `[signals.TABLE]` part says; what is wrong in them is noted."""
    found = []
    for name, entry in section.sections():
        if (table := table_of(entry, name, tables)) is None:
            continue
        entry.know(_SIGNAL)
        series, dimensions = fields_of(entry, "series", table), fields_of(entry, "dimensions", table)
        if both := [one for one in dimensions if one in series]:
            entry.wrong("dimensions", f"'{both[0]}' is a series already: it cannot explain itself.")
        found.append(
            SignalSpec(
                name, field_of(entry, "time", table, DATES), series, _metrics(entry, table), dimensions,
                entry.text("incidents", "incidents"), entry.number("flags_per_1000", 0, 0, 200), timezone,
                _events(entry, events),
            )
        )  # fmt: skip
    return tuple(found)


def read_counts(
    section: Section, tables: Mapping[str, Table], events: Mapping[str, EventSpec], timezone: str
) -> tuple[CountSpec, ...]:
    """Return what every `[counts.NAME]` part says; what is wrong in them is noted."""
    found = []
    for name, entry in section.sections():
        if problem := name_problem(name):
            entry.wrong(None, f"the name '{name}' {problem}. Call it '{simple_name(name, 'counts_1')}'.")
        entry.know(_COUNT)
        said = entry.text("table")
        if not said:
            entry.wrong(None, f'says not what is counted. Add table = "{next(iter(tables), "cases")}".')
        if (table := tables.get(said)) is None:
            if said:
                entry.wrong("table", f"there is no table '{said}'.{did_you_mean(said, tables)}")
            continue
        found.append(
            CountSpec(
                name, said, field_of(entry, "date", table, DATES), fields_of(entry, "by", table),
                one_of(entry, "every", PERIODS, "week"), one_of(entry, "method", METHODS, "auto"),
                entry.number("alpha", 0.005, 1e-6, 0.2), entry.number("fdr", 0.05, 0.001, 1),
                entry.whole("keep", 8, 1) or 8, entry.whole("most", 500, 1) or 500,
                entry.text("incidents", "incidents"), timezone, _events(entry, events),
            )
        )  # fmt: skip
    return tuple(found)


def _events(entry: Section, events: Mapping[str, EventSpec]) -> tuple[EventSpec, ...]:
    """Return the events that a signal is looked at beside: all, or those it names."""
    said = entry.texts("events", next(iter(events), "campaigns"))
    for name in said or ():
        if name not in events:
            entry.wrong("events", f"there is no [events.{name}].{did_you_mean(name, events)}")
    return tuple(one for name, one in events.items() if said is None or name in said)


def _metrics(entry: Section, table: Table) -> tuple[Metric, ...]:
    said: Any = entry.values.get("metrics")
    if isinstance(said, list) and all(isinstance(one, str) for one in said):
        said = {one: one for one in said}
    if not isinstance(said, dict) or not said or not all(isinstance(one, str) for one in said.values()):
        entry.wrong(
            "metrics" if "metrics" in entry.values else None,
            'says not which numbers to look at. Write metrics = ["viewers"], or metrics = { ctr = "clicks / impressions" }.',
        )
        return ()
    found = []
    for name, formula in said.items():
        over, _, per = (part.strip() for part in formula.partition("/"))
        if problem := name_problem(name):
            entry.wrong("metrics", f"the name '{name}' {problem}. Call it '{simple_name(name, 'metric_1')}'.")
        for field in (over, per):
            if field or field == over:
                _check_field(entry, "metrics", field, table, NUMBERS)
        found.append(Metric(name, over, per))
    return tuple(found)


# --- what several parts have in common ------------------------------------------------------------------


def table_of(entry: Section, name: str, tables: Mapping[str, Table]) -> Table | None:
    """Return the table that a part is named after; note that there is none."""
    if name not in tables:
        entry.wrong(None, f"there is no table '{name}'.{did_you_mean(name, tables)}")
    return tables.get(name)


def field_of(
    entry: Section, key: str, table: Table, kinds: Collection[FieldType] = (), *, need: bool = True
) -> str:
    """Return the field that a setting names, "" where it names none; note where it must, or names a wrong one."""
    said = entry.text(key)
    if said:
        _check_field(entry, key, said, table, kinds)
    elif need and key not in entry.values:
        usual = next((f.name for f in table.fields if f.type in kinds), "...")
        entry.wrong(None, f'says no {key}. Add {key} = "{usual}".')
    return said


def fields_of(entry: Section, key: str, table: Table) -> tuple[str, ...]:
    """Return the fields that a setting names; note those that the table has not."""
    said = entry.texts(key, table.fields[0].name if table.fields else "market") or ()
    for name in said:
        _check_field(entry, key, name, table, ())
    return tuple(dict.fromkeys(said))


def one_of(entry: Section, key: str, known: Sequence[str], default: str) -> str:
    """Return a word that must be one of some."""
    said = entry.text(key, default)
    if said not in known:
        near = did_you_mean(said, known) or f" There is: {', '.join(known)}."
        entry.wrong(key, f"cannot be '{said}'.{near}")
        return default
    return said


def _check_field(entry: Section, key: str, name: str, table: Table, kinds: Collection[FieldType]) -> None:
    if name not in table.by_name:
        entry.wrong(key, f"table '{table.name}' has no field '{name}'.{did_you_mean(name, table.by_name)}")
    elif kinds and table.by_name[name].type not in kinds:
        what = "dates and times" if kinds is DATES else "numbers"
        entry.wrong(
            key, f"'{name}' is no column of {what}: it is of type '{table.by_name[name].type.value}'."
        )

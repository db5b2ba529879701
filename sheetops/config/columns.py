"""The parts of sheetops.toml that ask for computed columns besides SLA goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..columns.anomalies.column_set import CountColumns, SignalColumns
from ..columns.patterns.column_set import PatternSets, StandardColumns
from ..columns.rules.column_set import RuleColumns
from ..columns.sets import ColumnSet
from ..model.schema import Closing, Field, Table
from .patterns import read_patterns, read_standardise
from .rules import read_rules
from .section import Section
from .signals import read_counts, read_events, read_signals

COLUMN_PARTS = ("standardise", "rules", "patterns", "events", "signals", "counts")


def read_standard(root: Section, tables: Mapping[str, Table]) -> tuple[ColumnSet, ...]:
    """Return the sets of columns with canonical spellings: the others may use what they make."""
    return tuple(
        StandardColumns(
            **vars(one), key=tables[one.table].key, choices=_choices(tables[one.table], one.fields)
        ).set()
        for one in read_standardise(root.section("standardise"), tables)
    )


def _choices(table: Table, names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the canonical values of fields that are a choice."""
    fields = [table.by_name[name] for name in names if name in table.by_name]
    return tuple((field.name, tuple(one.value for one in field.choices)) for field in fields if field.choices)


def read_rule_columns(root: Section, tables: Mapping[str, Table]) -> tuple[RuleColumns, ...]:
    """Return the rules of tables, each with the column in which its findings stand."""
    return tuple(RuleColumns(one, tables[one.table]) for one in read_rules(root.section("rules"), tables))


def with_closing(tables: Mapping[str, Table], rules: Sequence[RuleColumns]) -> dict[str, Table]:
    """Return the tables, those with rules knowing what must be filled in before a record may be closed."""
    closings = {
        one.spec.table: Closing(one.spec.status, one.spec.ends, one.spec.closing)
        for one in rules
        if one.spec.ends and one.spec.closing
    }
    return {name: replace(table, closing=closings.get(name)) for name, table in tables.items()}


def read_pattern_sets(root: Section, tables: Mapping[str, Table], timezone: str) -> tuple[PatternSets, ...]:
    """Return the patterns of each table that are looked for."""
    return tuple(
        PatternSets(**vars(one), key=tables[one.table].key)
        for one in read_patterns(root.section("patterns"), tables, timezone)
    )


def read_anomalies(
    root: Section, tables: Mapping[str, Table], timezone: str
) -> tuple[tuple[SignalColumns, ...], tuple[CountColumns, ...]]:
    """Return the signals and the counts that are looked at: what patterns compute may be counted, so they come last."""
    events = read_events(root.section("events"), tables)
    signals = read_signals(root.section("signals"), tables, events, timezone)
    counts = read_counts(root.section("counts"), tables, events, timezone)
    return (
        tuple(SignalColumns(**vars(one), key=tables[one.table].key) for one in signals),
        tuple(CountColumns(**vars(one), fields=_fields(tables[one.table], one.by)) for one in counts),
    )


def _fields(table: Table, names: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(table.by_name[name] for name in names if name in table.by_name)

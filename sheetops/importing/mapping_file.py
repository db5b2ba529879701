"""A mapping as a file that people read and edit, `imports/NAME.toml`: read with every mistake named, written with comments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from ..adopt.text import comment, quoted
from ..config.clock import DATES, read_day_first, read_timezone
from ..config.conditions import read_condition
from ..config.section import Mistakes, Section
from ..config.signals import field_of, fields_of
from ..model.errors import ConfigError
from ..model.nearest import did_you_mean
from ..model.schema import FieldType, Table
from ..model.values import Invalid, Reading, parse_value
from .headers import ProposedColumn
from .mapping import BLANKS, Alike, DateRule, FileMapping
from .meaning import Spelling
from .rows import DATES as DATE_TYPES

_SETTINGS = (
    "table", "dates", "timezone", "blank", "left_out", "history", "sheet", "encoding", "columns", "values",
    "constants", "rules", "alike",
)  # fmt: skip


def table_named(text: str) -> str:
    """Return which table a mapping file is for; "" where it does not say or cannot be read."""
    try:
        return str(tomllib.loads(text).get("table", ""))
    except tomllib.TOMLDecodeError:
        return ""


def read_mapping(
    text: str, name: str, file: str, table: Table, timezone: str, day_first: bool
) -> FileMapping:
    """Return what a mapping file says. Raise ConfigError that names every mistake with its line."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{file} cannot be read: {error}.", next_step="Correct that line and run the import again."
        ) from None
    mistakes = Mistakes(file, text)
    root = Section(values, (), mistakes)
    root.know(_SETTINGS)
    if root.text("table") != table.name:
        root.wrong(
            "table" if "table" in root.values else None,
            f'is not for {table.name}. Write table = "{table.name}".',
        )
    columns = _columns(root.section("columns"), table)
    zone = read_timezone(root, timezone)
    order = read_day_first(root, day_first)
    history = root.text("history") or None
    if history is not None and history not in columns:
        root.wrong("history", f"'{history}' is none of the columns below.{did_you_mean(history, columns)}")
        history = None
    made = FileMapping(
        name, table.name, columns, tuple(root.texts("left_out", "Internal notes") or ()), _values(root, table),
        _constants(root, table, Reading(ZoneInfo(zone), order)), order, zone, tuple(_rules(root, table, columns, zone)),
        BLANKS if (said := root.texts("blank", "n/a")) is None else tuple(said), history,
        root.text("sheet") or None, root.text("encoding") or None, _alike(root, table),
    )  # fmt: skip
    mistakes.raise_if_any()
    return made


def _columns(section: Section, table: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in section.values:
        name = section.text(header)
        if (field := table.by_name.get(name)) is None:
            section.wrong(
                header, f"table '{table.name}' has no field '{name}'.{did_you_mean(name, table.by_name)}"
            )
        elif field.computed:
            section.wrong(header, f"'{name}' is computed by sheetops; no file can fill it in.")
        elif name in found.values():
            other = next(one for one, known in found.items() if known == name)
            section.wrong(header, f"the field '{name}' is filled from '{other}' already.")
        else:
            found[header] = name
    return found


def _values(root: Section, table: Table) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, entry in root.section("values").sections():
        field = table.by_name.get(name)
        if field is None or not (field.choices or field.references):
            choosing = [one.name for one in table.fields if one.choices or one.references]
            entry.wrong(None, f"'{name}' is no field of choices.{did_you_mean(name, choosing)}")
            continue
        found[name] = {raw: entry.text(raw) for raw in entry.values}
        valid = [choice.value for choice in field.choices]
        for raw, value in found[name].items():
            parts = (
                [value]
                if field.type is not FieldType.MULTI_CHOICE
                else [one.strip() for one in value.split(";")]
            )
            if valid and any(part not in valid for part in parts):
                entry.wrong(raw, f"'{value}' is no choice of '{name}'.{did_you_mean(value, valid)}")
    return found


def _constants(root: Section, table: Table, reading: Reading) -> dict[str, object]:
    section, found = root.section("constants"), {}
    for name, raw in section.values.items():
        field = table.by_name.get(name)
        if field is None or field.computed:
            section.wrong(
                name, f"table '{table.name}' has no such field to fill.{did_you_mean(name, table.by_name)}"
            )
            continue
        value = parse_value(field, raw, reading)
        if isinstance(value, Invalid):
            section.wrong(name, f"'{value.said}' {value.reason}.")
        elif value is not None:
            found[name] = value
    return found


def _rules(root: Section, table: Table, columns: Mapping[str, str], zone: str) -> Iterator[DateRule]:
    said = root.values.get("rules", [])
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        root.wrong("rules", "each rule is a table of its own, under [[rules]].")
        return
    for one in said:
        entry = Section(one, ("rules",), root.mistakes)
        entry.know(("when", "dates", "timezone"))
        when = read_condition(entry, "when", table)
        if when is None:
            if "when" not in one:
                entry.wrong(None, "says not for which rows. Add when = \"market == 'US'\".")
            continue
        dated = sorted(name for name in when.fields if table.field(name).type in DATE_TYPES)
        unfilled = sorted(when.fields - set(columns.values()) - root.section("constants").values.keys())
        if dated:
            entry.wrong("when", f"'{dated[0]}' is a date itself, which the rule is to say how to read.")
        elif unfilled:
            entry.wrong("when", f"no column fills '{unfilled[0]}', so the rule would never hold.")
        order = read_day_first(entry, True) if "dates" in one else None
        yield DateRule(when, order, read_timezone(entry, zone) if "timezone" in one else None)


def _alike(root: Section, table: Table) -> Alike | None:
    if "alike" not in root.values:
        return None
    entry = root.section("alike")
    entry.know(("text", "same", "date", "days"))
    text = field_of(entry, "text", table)
    days = entry.whole("days", 3)
    date = field_of(entry, "date", table, DATE_TYPES, need=False)
    return (
        Alike(text, fields_of(entry, "same", table), date or None, 3 if days is None else days)
        if text
        else None
    )


# --- writing ------------------------------------------------------------------------------------------


def mapping_text(
    mapping: FileMapping,
    file: str,
    proposed: Iterable[ProposedColumn] = (),
    spellings: Iterable[Spelling] = (),
) -> str:
    """Return a mapping as a new file. What nobody confirmed stands in it as comments."""
    lines = [
        comment(f"How files such as {file} become records of {mapping.table}; used by `sheetops import`."),
        comment(
            "Change anything here; the next import follows it. What begins with # is a proposal that nobody confirmed."
        ),
        "",
        f"table = {quoted(mapping.table)}",
        f"dates = {quoted(_order(mapping.day_first))}   # how 5/1/2024 is read; 2024-01-05 is always understood",
        f"timezone = {quoted(mapping.timezone)}   # the clock of times without an offset",
        f"blank = [{', '.join(map(quoted, mapping.blanks))}]   # cells that say so are taken as blank",
        f"left_out = [{', '.join(map(quoted, mapping.left_out))}]   # columns nobody wants",
    ]
    settings = {"history": mapping.history, "sheet": mapping.sheet, "encoding": mapping.encoding}
    lines += [f"{setting} = {quoted(said)}" for setting, said in settings.items() if said]
    lines += [
        "",
        "[columns]   # header = field",
        *(f"{quoted(h)} = {quoted(n)}" for h, n in mapping.columns.items()),
    ]
    lines += [_proposed_column(one) for one in proposed]
    if mapping.constants:
        lines += ["", "[constants]   # field = value, for every row"]
        lines += [f"{name} = {quoted(str(value))}" for name, value in mapping.constants.items()]
    for rule in mapping.rules:
        lines += ["", *_rule(rule)]
    if mapping.alike:
        lines += ["", *_alike_lines(mapping.alike)]
    open_spellings = list(spellings)
    names = dict.fromkeys([*mapping.values, *(one.field for one in open_spellings)])
    for name in names:
        lines += ["", f"[values.{name}]   # what the file writes = the choice it is"]
        lines += [f"{quoted(raw)} = {quoted(value)}" for raw, value in mapping.values.get(name, {}).items()]
        lines += [_proposed_value(one) for one in open_spellings if one.field == name]
    return "\n".join(lines) + "\n"


def _order(day_first: bool) -> str:
    return next(words for words, order in DATES.items() if order is day_first)


def _proposed_column(one: ProposedColumn) -> str:
    return comment(f"{quoted(one.header)} = {quoted(one.field)}   # {one.tier}: {one.why}")


def _proposed_value(one: Spelling) -> str:
    return comment(
        f"{quoted(one.raw)} = {quoted(one.proposed)}   # {one.tier}, {one.count:,} times: {one.why}"
    )


def _rule(rule: DateRule) -> list[str]:
    lines = ["[[rules]]", f"when = {quoted(rule.when.text)}"]
    lines += [f"dates = {quoted(_order(rule.day_first))}"] if rule.day_first is not None else []
    return [*lines, f"timezone = {quoted(rule.timezone)}"] if rule.timezone else lines


def _alike_lines(alike: Alike) -> list[str]:
    lines = ["[alike]   # new rows that may be a record that is there; they are told, never brought together"]
    lines += [f"text = {quoted(alike.text)}", f"same = [{', '.join(map(quoted, alike.same))}]"]
    return [*lines, f"date = {quoted(alike.date)}", f"days = {alike.days}"] if alike.date else lines


def text_with(
    text: str, columns: Mapping[str, str], values: Mapping[str, Mapping[str, str]], left_out: Iterable[str],
    proposed: Iterable[ProposedColumn] = (), spellings: Iterable[Spelling] = (),
) -> str:  # fmt: skip
    """Return a mapping file with more columns, values and proposals; what people wrote in it stays as it is."""
    lines = text.rstrip("\n").split("\n")
    said = [f"{quoted(header)} = {quoted(name)}" for header, name in columns.items()]
    said = _without_mark(lines, said)
    _insert(
        lines, "columns", [*said, *(one for one in map(_proposed_column, proposed) if _is_new(one, text))]
    )
    by_field: dict[str, list[str]] = {
        name: [f"{quoted(raw)} = {quoted(value)}" for raw, value in more.items()]
        for name, more in values.items()
    }
    for one in spellings:
        if _is_new(line := _proposed_value(one), text):
            by_field.setdefault(one.field, []).append(line)
    for name, more in by_field.items():
        more = _without_mark(lines, more)
        _insert(lines, f"values.{name}", more)
    if out := list(left_out):
        _leave_out(lines, out)
    return "\n".join(lines) + "\n"


def _without_mark(lines: list[str], more: Sequence[str]) -> list[str]:
    """Take the mark away from proposals that were confirmed; return the lines that stood there as no proposal."""
    left = []
    for line in more:
        at = next((place for place, old in enumerate(lines) if old.startswith(f"# {line} ")), None)
        if at is None or line.startswith("#"):
            left.append(line)
        else:
            lines[at] = line
    return left


def _is_new(line: str, text: str) -> bool:
    """Whether a proposal does not stand in the file yet, however often it was seen since."""
    return line.split("   # ")[0] not in text


def _insert(lines: list[str], section: str, more: list[str]) -> None:
    if not more:
        return
    head = re.compile(rf"\s*\[\s*{re.escape(section)}\s*\]\s*(#.*)?")
    at = next((place for place, line in enumerate(lines) if head.fullmatch(line)), None)
    if at is None:
        lines += ["", f"[{section}]", *more]
        return
    end = next((p for p in range(at + 1, len(lines)) if lines[p].lstrip().startswith("[")), len(lines))
    while end > at + 1 and not lines[end - 1].strip():
        end -= 1
    lines[end:end] = more


def _leave_out(lines: list[str], more: list[str]) -> None:
    said = ", ".join(map(quoted, more))
    for place, line in enumerate(lines):
        if found := re.fullmatch(r"(\s*left_out\s*=\s*\[)([^\]]*)(\].*)", line):
            lines[place] = f"{found[1]}{found[2]}{', ' if found[2].strip() else ''}{said}{found[3]}"
            return

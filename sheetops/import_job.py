"""A file that is to be imported, with its table and its mapping: found, made, settled and remembered."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .config.clock import DATES, read_timezone
from .config.names import simple_name
from .config.section import Mistakes, Section
from .foreign_files import read_file
from .importing.alike import proposed_alike
from .importing.date_order import date_order, with_order
from .importing.headers import Headers, ProposedColumn, identifying, match_headers
from .importing.intake import INTAKE
from .importing.mapping import SYSTEM, FileMapping
from .importing.mapping_file import mapping_text, read_mapping, table_named, text_with
from .importing.plan import ImportAsk, ImportPlan, make_import
from .importing.rows import FileRows
from .importing.words import file_lines, left_out_line, question_lines
from .model.errors import ConfigError, UnknownName
from .model.lexicon import same_header
from .model.record import Entry, Record
from .model.schema import FieldType, Table
from .whole import write_whole
from .workspace import IMPORTS

if TYPE_CHECKING:
    from .library import Workspace


@dataclass(frozen=True)
class Wishes:
    """How an import was asked for. `yes` carries it out unasked, what is not certain left alone; `draft` only writes the mapping."""

    map_file: Path | None = None
    dates: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    history: str | None = None
    allow: frozenset[str] = frozenset()
    yes: bool = False
    draft: bool = False
    everything: bool = False


@dataclass
class ImportJob:
    """A file, the table it goes into, and the mapping as it is settled so far."""

    ws: Workspace
    file: FileRows
    table: Table
    mapping: FileMapping
    headers: Headers
    home: Path
    text: str | None = None
    """The mapping file as it is; None where there is none yet."""
    evidence: str = ""
    allow: frozenset[str] = frozenset()
    confirmed: dict[str, dict[str, str]] = field(default_factory=dict)
    fresh: dict[str, str] = field(default_factory=dict)
    """Columns that the mapping file does not have yet."""

    @property
    def where(self) -> str:
        """The mapping's file as people see it."""
        try:
            return self.home.relative_to(self.ws.config.folder).as_posix()
        except ValueError:
            return str(self.home)

    @property
    def open_columns(self) -> tuple[ProposedColumn, ...]:
        """Proposed columns that nobody confirmed."""
        return tuple(one for one in self.headers.proposed if one.header not in self.mapping.columns)

    def left_out(self) -> list[str]:
        """Columns of the file that go nowhere."""
        return [
            h
            for h in self.file.headers
            if h not in self.mapping.columns and h not in {p.header for p in self.open_columns}
        ]

    def plan(self) -> ImportPlan:
        """Return what the import would do, as the dataset stands now."""
        ws, name = self.ws, self.table.name
        if ws.has_dataset:
            store = ws.store
            records, intake, seq = store.records(name), store.records(INTAKE), store.head()
        else:
            records, intake, seq = {}, {}, 0
        return make_import(
            ImportAsk(
                self.file, self.mapping, self.table, records, intake, self._references(records),
                self._entries, seq, self.allow, self._perhaps_key(),
            )
        )  # fmt: skip

    def _perhaps_key(self) -> str:
        """Return a column that may say which record a row is, where nobody confirmed one."""
        name = identifying(self.table)
        return next((one.header for one in self.open_columns if one.field == name), "")

    def _entries(self, keys: Collection[str] | None) -> Iterable[Entry]:
        return self.ws.store.entries(table=self.table.name, keys=keys) if self.ws.has_dataset else ()

    def _references(self, own: Mapping[str, Record]) -> dict[str, frozenset[str]]:
        names = {self.table.field(name) for name in self.mapping.columns.values()}
        wanted = {f.references for f in names if f.type is FieldType.REFERENCE and f.references}
        found = {}
        for name in sorted(wanted):
            if name == self.table.name:
                there = set(own)
                key = self.mapping.fields.get(self.table.key)
                there |= (
                    {str(raw).strip() for raw in self.file.column(key)}
                    if key in self.file.headers and key
                    else set()
                )
                found[name] = frozenset(there)
            else:
                found[name] = frozenset(self.ws.store.keys(name)) if self.ws.has_dataset else frozenset()
        return found

    def lines(self, plan: ImportPlan) -> list[str]:
        """Return how the file is read, and what is not certain."""
        shown = file_lines(
            self.file, self.mapping, self.table, self.where, is_new=self.text is None, evidence=self.evidence
        )
        return [
            *shown,
            *left_out_line(self.left_out()),
            *question_lines(self.open_columns, plan, everything=False),
        ]

    def sure(self, plan: ImportPlan) -> int:
        """Return how many proposals are called sure."""
        tiers = [*(one.tier for one in self.open_columns), *(one.tier for one in plan.spellings)]
        return tiers.count("sure")

    def confirm(self, plan: ImportPlan) -> None:
        """Take what is called sure, as a person said."""
        columns = {one.header: one.field for one in self.open_columns if one.tier == "sure"}
        values = {name: dict(known) for name, known in self.mapping.values.items()}
        for one in plan.spellings:
            if one.tier == "sure":
                values.setdefault(one.field, {})[one.raw] = one.proposed
                self.confirmed.setdefault(one.field, {})[one.raw] = one.proposed
        self.fresh |= columns
        mapping = replace(self.mapping, columns={**self.mapping.columns, **columns}, values=values)
        if self.text is None:
            mapping = replace(mapping, alike=proposed_alike(self.table, mapping.columns.values()))
            mapping, self.evidence = _dated(
                self.file, mapping, self.table, said=self.evidence.startswith("as asked")
            )
        self.mapping = mapping

    def save_mapping(self, plan: ImportPlan | None = None) -> None:
        """Write what was settled into the mapping file, beside what people wrote there."""
        spellings = plan.spellings if plan else self.plan().spellings
        if self.text is None:
            text = mapping_text(
                replace(self.mapping, left_out=tuple(self.left_out())),
                self.file.file,
                self.open_columns,
                spellings,
            )
        else:
            known = {same_header(header) for header in self.mapping.left_out}
            new = [header for header in self.left_out() if same_header(header) not in known]
            text = text_with(self.text, self.fresh, self.confirmed, new, self.open_columns, spellings)
        if text != self.text:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.home, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))
            self.text = text


def open_job(ws: Workspace, path: Path, table: Table, wishes: Wishes) -> ImportJob:
    """Read a file and find, or make, its mapping."""
    timezone, day_first = clock(ws)
    known = list(_mappings(ws, table, timezone, day_first))
    if wishes.map_file is not None and wishes.map_file.is_file():
        known.insert(0, load_mapping(wishes.map_file, table, timezone, day_first))
    named = kind_of_file(wishes.map_file or path)
    home = wishes.map_file or ws.config.folder / IMPORTS / f"{named}.toml"
    mine = next((one for one in known if one[0] == home), None)
    settings = mine[2] if mine else None
    file = read_file(
        path, sheet=wishes.sheet or (settings.sheet if settings else None),
        encoding=wishes.encoding or (settings.encoding if settings else None),
    )  # fmt: skip
    if mine is None and wishes.map_file is None:
        mine = _of_this_shape(file, known)
    if mine is None and wishes.map_file is None and home.exists():  # it is for another table
        home = home.with_name(f"{named}-{table.name}.toml")
        mine = next((one for one in known if one[0] == home), None)
    if mine is not None:
        return _remembered(ws, file, table, mine, known, wishes)
    headers = match_headers(file, table, ws.schema, [one[2] for one in known])
    columns = dict(headers.certain)
    constants = _constants(table, home.stem, columns)
    mapping = FileMapping(
        home.stem, table.name, columns, constants=constants, timezone=timezone, day_first=_order(wishes, day_first),
        history=_history(wishes, columns), sheet=wishes.sheet, encoding=wishes.encoding,
        alike=proposed_alike(table, columns.values()),
    )  # fmt: skip
    mapping, evidence = _dated(file, mapping, table, said=wishes.dates is not None)
    return ImportJob(ws, file, table, mapping, headers, home, None, evidence, wishes.allow)


_Known = tuple[Path, str, FileMapping]


def _remembered(
    ws: Workspace, file: FileRows, table: Table, mine: _Known, known: Sequence[_Known], wishes: Wishes
) -> ImportJob:
    """Return the job of a file whose kind is known. Columns that came since are looked at as in a new one."""
    home, text, mapping = mine
    mapping = aligned(mapping, file)
    headers = match_headers(file, table, ws.schema, [mapping, *(one[2] for one in known)])
    out = {same_header(header) for header in mapping.left_out}
    filled = set(mapping.columns.values())
    fresh = {
        h: n
        for h, n in headers.certain.items()
        if same_header(h) not in out and h not in mapping.columns and n not in filled
    }
    proposed = tuple(
        one for one in headers.proposed if one.field not in filled and same_header(one.header) not in out
    )
    mapping = replace(mapping, columns={**mapping.columns, **fresh})
    if wishes.dates is not None:
        mapping = replace(mapping, day_first=DATES[wishes.dates], rules=())
    if wishes.history:
        mapping = replace(mapping, history=_history(wishes, mapping.columns))
    headers = replace(headers, proposed=proposed)
    return ImportJob(ws, file, table, mapping, headers, home, text, "", wishes.allow, fresh=fresh)


def aligned(mapping: FileMapping, file: FileRows) -> FileMapping:
    """Return a mapping with the headers as this file spells them."""
    spelled = {same_header(header): header for header in file.headers}
    columns = {spelled.get(same_header(header), header): name for header, name in mapping.columns.items()}
    history = mapping.history and spelled.get(same_header(mapping.history), mapping.history)
    return replace(mapping, columns=columns, history=history)


def _dated(file: FileRows, mapping: FileMapping, table: Table, *, said: bool) -> tuple[FileMapping, str]:
    if said:
        return (
            mapping,
            f"as asked, {next(words for words, order in DATES.items() if order is mapping.day_first)}",
        )
    order = date_order(file, mapping, table)
    return with_order(mapping, order), order.evidence if order else ""


def _constants(table: Table, name: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return what stands in every row: the system a record is from, where the table keeps that and the file does not say it."""
    field = table.by_name.get(SYSTEM)
    if field is None or field.type is not FieldType.TEXT or SYSTEM in columns.values():
        return {}
    return {SYSTEM: name}


def _order(wishes: Wishes, day_first: bool) -> bool:
    return DATES[wishes.dates] if wishes.dates is not None else day_first


def _history(wishes: Wishes, columns: Mapping[str, str]) -> str | None:
    if wishes.history is None:
        return None
    found = next((header for header in columns if same_header(header) == same_header(wishes.history)), None)
    if found is None:
        raise UnknownName(
            f"'{wishes.history}' is no column that fills a field, so it cannot tell when a row was so.",
            next_step=f"Columns that do: {', '.join(columns) or 'none'}.",
        )
    return found


def clock(ws: Workspace) -> tuple[str, bool]:
    """Return the workspace's time zone and order of dates."""
    said = tomllib.loads(ws.config.text).get("workspace", {})
    entry = Section(said, (), Mistakes("", ""))
    return read_timezone(entry, "UTC"), DATES.get(said.get("dates", ""), True)


_DATED = re.compile(r"(?<![^\W_])[\d][\d\W_]*|[\s_-]*\(\d+\)$|[\W_]+(v\d+|copy|final|export)$", re.IGNORECASE)


def kind_of_file(path: Path) -> str:
    """Return what a kind of file is called: its name without dates, numbers and copies; the next export has others."""
    if path.suffix == ".toml":
        return path.stem
    bare = _DATED.sub(" ", path.stem) if len(re.sub(r"[\W\d_]", "", path.stem)) > 2 else path.stem
    return simple_name(bare.strip() or path.stem, "file").replace("_", "-")


def _mappings(ws: Workspace, table: Table, timezone: str, day_first: bool) -> Iterator[_Known]:
    for path in sorted((ws.config.folder / IMPORTS).glob("*.toml")):
        if table_named(path.read_text(encoding="utf-8")) == table.name:
            yield load_mapping(path, table, timezone, day_first)


def load_mapping(path: Path, table: Table, timezone: str, day_first: bool) -> _Known:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.", next_step="Save it as UTF-8 text.") from None
    return path, text, read_mapping(text, path.stem, path.name, table, timezone, day_first)


def _of_this_shape(file: FileRows, known: Sequence[_Known]) -> _Known | None:
    """Return the mapping all of whose columns the file has; of several the one with most."""
    headers = {same_header(header) for header in file.headers}
    fitting = [one for one in known if one[2].columns and {same_header(h) for h in one[2].columns} <= headers]
    return max(fitting, key=lambda one: len(one[2].columns), default=None)

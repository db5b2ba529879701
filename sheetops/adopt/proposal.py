"""From what was seen in a spreadsheet to a proposal: names, key, fields, and what to tell people. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ..config.names import simple_name
from ..model.lexicon import same_header
from ..model.schema import Field, FieldType, Table
from ..model.sheet import column_letters
from ..model.values import Reading
from ..workspace import Config
from .dates import DateOrder
from .evidence import ColumnCells, fits_field
from .keys import Key, choose_key, duplicates
from .matching import Match, best_table
from .reading import Origin
from .region import Region
from .types import Guess, guess_field
from .words import names_identifier

_ROWS_TO_REQUIRE = 5
_LONGEST_NAME, _LONGEST_NOUN = 40, 16
_SIGNS = {"#": " no ", "%": " percent ", "&": " and "}
_PLAIN_TAB = re.compile(
    r"(sheet|tabelle|table|feuil|hoja|foglio|planilha|blad|лист|工作表|シート)\s*\d*", re.IGNORECASE
)


@dataclass(frozen=True)
class Seen:
    """What was read of a spreadsheet: the chosen tab, its table, and words for the other tabs."""

    origin: Origin
    tab: str
    other_tabs: tuple[str, ...]
    region: Region
    columns: Sequence[ColumnCells]
    order: DateOrder


@dataclass(frozen=True)
class ProposedColumn:
    """A column of the tab, the field it would show, and remarks for its comment.

    `known` says that the field is in sheetops.toml already; `left_out` why there is no field for it.
    """

    header: str
    letters: str
    field: Field
    remarks: tuple[str, ...] = ()
    known: bool = False
    left_out: str = ""


@dataclass(frozen=True)
class Proposal:
    """What sheetops.toml would say about a spreadsheet, and sentences for the person who asked.

    `mint_key_header` is the header of a key column that does not exist yet and would be added.
    `new_table` is None when the tracker joins a table that sheetops.toml has.
    """

    seen: Seen
    tracker: str
    table: str
    key: str
    columns: tuple[ProposedColumn, ...]
    findings: tuple[str, ...]
    zone: str
    reading: Reading
    new_table: Table | None
    new_file: bool
    mint_key_header: str | None = None
    where: str | None = None
    key_remarks: tuple[str, ...] = ()

    def toml(self) -> str:
        """Return the proposal as commented text, a whole sheetops.toml or what to add to one."""
        from .text import proposal_text  # the text knows the proposal, not the other way round

        return proposal_text(self)


def make_proposal(seen: Seen, config: Config | None, zone: str, reading: Reading) -> Proposal:
    """Return a proposal: a tracker on the existing table it fits, or a table and a tracker of its own."""
    match = best_table(seen.columns, config) if config else None
    proposal = _joined(seen, match, reading) if match else _alone(seen, config, reading)
    tracker = _tracker_id(seen, config.schema.trackers if config else ())
    said = replace(proposal, tracker=tracker, zone=zone, new_file=config is None)
    return replace(said, findings=tuple(_findings(said)))


def _alone(seen: Seen, config: Config | None, reading: Reading) -> Proposal:
    """Propose a new table with a field for each column."""
    table = _table_name(seen, config.schema.tables if config else ())
    guesses = _guesses(seen.columns, reading)
    key = choose_key(guesses)
    columns = tuple(_proposed(column, guess, key) for column, guess in guesses)
    minted = None if key else _new_key(table, columns)
    key_column = next((c for c in columns if key and c.letters == column_letters(key.column)), minted)
    assert key_column is not None
    fields = tuple(c.field for c in (*([minted] if minted else []), *columns) if not c.left_out)
    key_format = (key.key_format if key else _minting_format(table)) or "{:04d}"
    return Proposal(
        seen, "", table, key_column.field.name,
        (*([minted] if minted else []), *columns), (), "", reading,
        Table(table, key_column.field.name, fields, key_format), True,
        minted.header if minted else None,
        key_remarks=key.remarks if key else (),
    )  # fmt: skip


def _guesses(columns: Sequence[ColumnCells], reading: Reading) -> list[tuple[ColumnCells, Guess]]:
    taken: set[str] = set()
    found = []
    for column in columns:
        name = _free(_field_name(column), taken)
        taken.add(name)
        found.append((column, guess_field(column, name, reading)))
    return found


def _proposed(column: ColumnCells, guess: Guess, key: Key | None) -> ProposedColumn:
    header, is_key = column.header, key is not None and key.column == column.header.column
    letters = column_letters(header.column)
    required = not is_key and not column.blanks and column.rows >= _ROWS_TO_REQUIRE and not column.formulas
    label = "" if header.text == guess.field.name else header.text
    field = replace(guess.field, label=label, required=required and not guess.fit.bad)
    if is_key and key:
        keyed = replace(field, type=FieldType.TEXT, choices=(), currency=None)
        return ProposedColumn(header.text, letters, keyed, key.remarks)
    left_out = "the second column with this header" if header.doubled else ""
    return ProposedColumn(header.text, letters, field, guess.remarks, left_out=left_out)


def _new_key(table: str, columns: Sequence[ProposedColumn]) -> ProposedColumn:
    """Return the key column that is to be added: "Case ID" for a table of cases."""
    headers = {same_header(column.header) for column in columns}
    names = {column.field.name for column in columns}
    noun = _singular(table).replace("_", " ")
    words = [*([noun] if len(noun) <= _LONGEST_NOUN else []), "record", "sheetops"]
    header = next(
        said for word in words if same_header(said := f"{word[:1].upper()}{word[1:]} ID") not in headers
    )
    name = _free(simple_name(header, "record_id"), names)
    return ProposedColumn(header, "", Field(name, FieldType.TEXT, label=header), ("added by the first sync",))


def _minting_format(table: str) -> str:
    noun = _singular(table).upper().replace("_", "-")
    return f"{noun if len(noun) <= _LONGEST_NOUN else 'RECORD'}-{{:04d}}"


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return (
        word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word
    )


def _joined(seen: Seen, match: Match, reading: Reading) -> Proposal:
    """Propose a tracker on a table that is there, with the columns that match its fields."""
    columns = tuple(_known(column, match, reading) for column in seen.columns)
    key_field = match.table.field(match.table.key)
    has_key = any(c.known and c.field.name == match.table.key for c in columns)
    minted = (
        []
        if has_key
        else [
            ProposedColumn(
                _free_header(key_field, columns), "", key_field, ("added by the first sync",), known=True
            )
        ]
    )
    return Proposal(
        seen, "", match.table.name, match.table.key, (*minted, *columns), (), "", reading, None, False,
        minted[0].header if minted else None, match.where,
    )  # fmt: skip


def _known(column: ColumnCells, match: Match, reading: Reading) -> ProposedColumn:
    letters = column_letters(column.header.column)
    name = match.fields.get(column.header.column)
    if name is None:
        guess = guess_field(column, _field_name(column), reading)
        why = f"no field of {match.table.name}"
        return ProposedColumn(column.header.text, letters, guess.field, guess.remarks, left_out=why)
    field = match.table.field(name)
    remark = fits_field(column, field, reading).remark
    said = (f"{remark}; these will be held, and nothing in them changes",) if remark else ()
    return ProposedColumn(column.header.text, letters, field, said, known=True)


def _free_header(field: Field, columns: Sequence[ProposedColumn]) -> str:
    taken = {same_header(column.header) for column in columns}
    return field.header if same_header(field.header) not in taken else f"{field.header} (sheetops)"


def _field_name(column: ColumnCells) -> str:
    words = "".join(_SIGNS.get(letter, letter) for letter in column.header.text)
    return _shortened(simple_name(words, f"col_{column.header.column}"))


def _shortened(name: str) -> str:
    """Return a long name cut after the last whole word that fits."""
    if len(name) <= _LONGEST_NAME:
        return name
    return name[:_LONGEST_NAME].rpartition("_")[0] or name[:_LONGEST_NAME]


def _free(name: str, taken: Collection[str]) -> str:
    """Return the name, with the first number behind it that makes it a new one."""
    names = (name, *(f"{name}_{n}" for n in range(2, 20_000)))
    return next(free for free in names if free not in taken)


def _table_name(seen: Seen, taken: Collection[str]) -> str:
    words = seen.origin.name if _PLAIN_TAB.fullmatch(seen.tab.strip()) else seen.tab
    return _free(_shortened(simple_name(words, "records")), taken)


def _tracker_id(seen: Seen, taken: Collection[str]) -> str:
    stem = _id(seen.origin.name) or "tracker"
    return stem if stem not in taken else _free(f"{stem}-{_id(seen.tab) or 'tab'}", taken)


def _id(words: str) -> str:
    return _shortened(simple_name(words, "tracker")).replace("_", "-")


def _findings(proposal: Proposal) -> Iterator[str]:
    seen = proposal.seen
    yield (
        f"{seen.origin.title}, tab '{seen.tab}': the header is in row {seen.region.header_row}, with "
        f"{len(seen.columns):,} columns and {len(seen.region.rows):,} rows below it."
    )
    if seen.other_tabs:
        others = ", ".join(seen.other_tabs[:8])
        yield f"Other tabs: {others}. To adopt one of them, name it with --tab."
    yield from seen.region.notes
    yield _table_finding(proposal)
    yield from _key_findings(proposal)
    if seen.order.evidence:
        yield seen.order.evidence
    yield from _held_findings(proposal)
    yield f"Nothing in the {seen.origin.noun} was changed."


def _table_finding(proposal: Proposal) -> str:
    if proposal.new_table:
        return f"It becomes the table '{proposal.table}' with {len(proposal.new_table.fields):,} fields."
    known = sum(column.known for column in proposal.columns if column.letters)
    of = len(proposal.seen.columns)
    return f"{known} of {of} columns are fields of the table '{proposal.table}', so it joins that table."


def _key_findings(proposal: Proposal) -> Iterator[str]:
    if proposal.mint_key_header:
        yield from _nearly_keys(proposal.seen.columns)
        yield (
            f"No column identifies a row, so sheetops needs one of its own: the first sync would add the column "
            f"'{proposal.mint_key_header}' at the right edge and number the rows in it. "
            "Until then nothing is changed; to prevent it, name another column as key."
        )
        return
    yield from _totals_findings(proposal)
    column = next(c for c in proposal.columns if c.field.name == proposal.key and not c.left_out)
    remarks = "; ".join(proposal.key_remarks)
    yield f"The key is '{column.header}' (column {column.letters}){f': {remarks}' if remarks else ''}."


def _totals_findings(proposal: Proposal) -> Iterator[str]:
    """Warn of a totals row whose word stands where the key does: it would be a record called Total."""
    place = next(c.letters for c in proposal.columns if c.field.name == proposal.key and not c.left_out)
    for row, cells in proposal.seen.region.totals:
        said = {column_letters(column): raw for column, raw in cells.items()}
        if place in said:
            yield (
                f"{place}{row} says '{said[place]}' where the key stands, so a run would take the totals row for "
                "a record: move that word to another column."
            )


def _nearly_keys(columns: Sequence[ColumnCells]) -> Iterator[str]:
    for column in columns:
        if names_identifier(column.header.text) and column.cells:
            doubled = sum(len(rows) for rows in duplicates(column).values())
            yield (
                f"'{column.header.text}' sounds like an identifier, but {column.blanks:,} of {column.rows:,} rows have "
                f"none and {doubled:,} share theirs with another row."
            )


def _held_findings(proposal: Proposal) -> Iterator[str]:
    for column in proposal.columns:
        for remark in column.remarks:
            if "do not fit" in remark and not column.left_out:
                yield f"'{column.header}' ({column.letters}) as {column.field.type.value}: {remark}."

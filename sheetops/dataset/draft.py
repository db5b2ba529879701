"""Working a commit out before anything is written: every change is checked against what is stored.

Pure: it takes the stored records and gives the journal rows and the records as they will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.errors import PlanStale, StoreError
from ..model.record import Change, Op, Record
from .codec import load_json
from .journal import Row, row_of
from .records import encoded
from .shape import StoredField, StoredTable


@dataclass
class Draft:
    """A touched record: as it is stored (`was` None: it is not), and as it will be."""

    was: Record | None
    values: dict[str, Any] | None
    archived: bool = False

    @property
    def active(self) -> bool:
        """Whether the record will stand in its table."""
        return self.values is not None and not self.archived

    @property
    def was_active(self) -> bool:
        """Whether the record stands in its table now."""
        return self.was is not None and not self.was.archived


@dataclass
class TableDraft:
    """The touched records of one table, and the journal rows that lead to them."""

    table: StoredTable
    stored: Mapping[str, Record]
    drafts: dict[str, Draft] = field(default_factory=dict)

    def take(self, change: Change) -> Row:
        """Check and apply one change; return its journal row. Raise PlanStale when it does not fit."""
        draft = self.drafts.get(change.key) or self._begin(change.key)
        try:
            row = _TAKE[change.op](self, change, draft)
            _check_text(row)
        except (KeyError, ValueError, TypeError, ArithmeticError, AttributeError) as error:
            raise _unfit(change, error) from error
        return row

    def _begin(self, key: str) -> Draft:
        was = self.stored.get(key)
        draft = Draft(was, dict(was.values) if was else None, bool(was and was.archived))
        self.drafts[key] = draft
        return draft

    def _add(self, change: Change, draft: Draft) -> Row:
        if draft.values is not None:
            raise _stale(change, "is archived" if draft.archived else "is already there")
        new = {name: value for name, value in (change.new or {}).items() if value is not None}
        said = encoded(self.table, new)
        own = self._key_value(change)
        if new.get(self.table.key, own) != own:
            raise StoreError(
                f"{change.table}: the new record {change.key} says its key is {new[self.table.key]!r}."
            )
        draft.values, draft.archived = dict.fromkeys(self.table.fields) | new | {self.table.key: own}, False
        return row_of(change, None, said)

    def _set(self, change: Change, draft: Draft) -> Row:
        at = self._field(change)
        self._same(change, draft)
        if draft.archived:
            raise _stale(change, "is archived")
        if at.name == self.table.key:
            raise StoreError(f"{change.table} {change.key}: a key cannot be changed.")
        old, new = self._said(at, change.old), self._said(at, change.new)
        assert draft.values is not None
        draft.values[at.name] = change.new
        return row_of(change, old, new)

    def _agree(self, change: Change, draft: Draft) -> Row:
        if draft.values is None:
            raise _stale(change, "is not there")
        if change.field is None:
            return row_of(change, None, None)
        at = self._field(change)
        self._same(change, draft)
        said = self._said(at, change.old)
        return row_of(change, said, said)

    def _archive(self, change: Change, draft: Draft) -> Row:
        if not draft.active:
            raise _stale(change, "is already archived" if draft.archived else "is not there")
        draft.archived = True
        return row_of(change, None, None)

    def _restore(self, change: Change, draft: Draft) -> Row:
        if not draft.archived:
            raise _stale(change, "is not archived")
        draft.archived = False
        return row_of(change, None, None)

    def _same(self, change: Change, draft: Draft) -> None:
        if draft.values is None:
            raise _stale(change, "is not there")
        now = draft.values[change.field or ""]
        if now != change.old:
            raise _stale(change, f"now says {now!r}, not {change.old!r}")

    def _field(self, change: Change) -> StoredField:
        at = self.table.fields.get(change.field or "")
        if at is None:
            raise StoreError(
                f"The dataset has no field '{change.field}' in '{change.table}' yet.",
                next_step="Run `sheetops sync`: it applies what sheetops.toml says.",
            )
        return at

    def _key_value(self, change: Change) -> Any:
        try:
            return self.table.key_value(change.key)
        except ValueError as error:
            raise StoreError(
                f"{change.table}: {change.key!r} cannot be a key, which is a number here."
            ) from error

    def _said(self, at: StoredField, value: Any) -> Any:
        return encoded(self.table, {at.name: value}).get(at.name)


_TAKE: Mapping[Op, Callable[[TableDraft, Change, Draft], Row]] = {
    Op.ADD: TableDraft._add,
    Op.SET: TableDraft._set,
    Op.AGREE: TableDraft._agree,
    Op.ARCHIVE: TableDraft._archive,
    Op.RESTORE: TableDraft._restore,
}


def _check_text(row: Row) -> None:
    """Refuse text that PostgreSQL or UTF-8 cannot hold, on SQLite too: a dataset may move."""
    said = row["new_value"] or ""
    for text in (row["key"], said, row["who"], row["address"] or ""):
        if not text.isascii():
            text.encode()
    if "\x00" in row["key"] or ("\\u0000" in said and _holds_nul(load_json(said))):
        raise ValueError("it holds a NUL character")


def _holds_nul(said: Any) -> bool:
    values = said.values() if isinstance(said, dict) else [said]
    return any("\x00" in value for value in values if isinstance(value, str))


def _where(change: Change) -> str:
    return f"{change.table} {change.key}" + (f" {change.field}" if change.field else "")


def _stale(change: Change, why: str) -> PlanStale:
    return PlanStale(
        f"The plan no longer fits the dataset: {_where(change)} {why}.",
        not_done="Nothing was written.",
        next_step="Make a new plan: `sheetops plan`.",
    )


def _unfit(change: Change, error: Exception) -> StoreError:
    why = f"has no field {error}" if isinstance(error, KeyError) else str(error)
    return StoreError(f"The dataset cannot keep {_where(change)}: {why}.", not_done="Nothing was written.")


def touched(changes: Iterable[Change]) -> dict[str, set[str]]:
    """Return table name -> the keys that the changes touch."""
    keys: dict[str, set[str]] = {}
    for change in changes:
        keys.setdefault(change.table, set()).add(change.key)
    return keys

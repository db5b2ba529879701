"""The spreadsheets of a run, and the quick answer to whether anything has happened to them. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .environment import Environment, Request
from .model.errors import SheetopsError
from .model.record import CONTESTED, HeldItem
from .model.schema import Schema, TrackerSpec, reading_fingerprint
from .model.sheet import Snapshot, Spreadsheet
from .trackers import open_spreadsheet

if TYPE_CHECKING:
    from .dataset import Store


@dataclass
class Book:
    """One spreadsheet of a run, the trackers in it, and what was read of it (None: nothing had changed)."""

    spreadsheet: Spreadsheet
    trackers: list[TrackerSpec]
    identity: str
    snapshot: Snapshot | None = None


@dataclass
class LeftOut:
    """A tracker that could not take part, and why."""

    tracker: str
    error: SheetopsError


@dataclass
class Look:
    """The first look at the spreadsheets of a run: those that are there, and the trackers that have none.

    A look may cost a request, so whoever looks first hands it on.
    """

    books: list[Book]
    left_out: list[LeftOut]

    def used(self) -> dict[str, str]:
        """Return what talking to each online spreadsheet has cost, in words."""
        return {book.trackers[0].name: said for book in self.books if (said := book.spreadsheet.used())}


def open_books(folder: Path, schema: Schema, env: Environment, request: Request) -> Look:
    """Look at the spreadsheets of the trackers that were asked for."""
    grouped: dict[tuple[str, str], list[TrackerSpec]] = {}
    for tracker in schema.trackers.values():
        if not request.only or tracker.id in request.only:
            grouped.setdefault((tracker.backend, tracker.source), []).append(tracker)
    books: list[Book] = []
    left_out: list[LeftOut] = []
    for trackers in grouped.values():
        try:
            spreadsheet = open_spreadsheet(folder, trackers, env.backends)
            books.append(Book(spreadsheet, trackers, spreadsheet.identity()))
        except SheetopsError as error:
            left_out.extend(LeftOut(tracker.id, error) for tracker in trackers)
    return Look(books, left_out)


class Quiet:
    """Tells whether nothing has happened to a spreadsheet, or to its tables, since both last agreed."""

    def __init__(self, schema: Schema, store: Store, request: Request) -> None:
        self.schema, self.store, self.request = schema, store, request
        self.head = store.head()
        self.held: dict[str, list[HeldItem]] = {}
        for item in store.held():
            self.held.setdefault(item.tracker, []).append(item)
        self._tables_changed: dict[tuple[str, int], bool] = {}

    def about(self, book: Book) -> bool:
        """Return whether a run would find nothing to do in a spreadsheet."""
        return all(self._untouched(book, tracker) for tracker in book.trackers)

    def _untouched(self, book: Book, tracker: TrackerSpec) -> bool:
        head = self.store.tracker_head(tracker.id)
        if self.request.undo or head.identity is None or head.identity != book.identity or head.intent:
            return False
        if any(item.decision or self._alone(item) for item in self.held.get(tracker.id, ())):
            return False
        table = self.schema.table_of(tracker)
        if head.fingerprint != reading_fingerprint(table, tracker):
            return False
        place = (table.name, head.seq)
        if place not in self._tables_changed:
            newer = head.seq < self.head and bool(self.store.entries(table=table.name, after=head.seq))
            self._tables_changed[place] = newer
        return not self._tables_changed[place]

    def _alone(self, item: HeldItem) -> bool:
        """Whether an item is held because of another tracker's value that is held no longer."""
        if item.kind not in CONTESTED or item.base != item.ours:
            return False
        others = (i for tracker, items in self.held.items() if tracker != item.tracker for i in items)
        return not any((i.table, i.key, i.field) == (item.table, item.key, item.field) for i in others)


def columns_are_stale(schema: Schema, store: Store, env: Environment) -> bool:
    """Return whether computed columns may have to change, although nobody changed anything."""
    if not env.columns:
        return False
    from .engine import Engine

    return Engine(schema, env.columns, store, env.now()).is_stale()


def nothing_to_do(schema: Schema, store: Store, env: Environment, request: Request, look: Look) -> bool:
    """Return whether a run would do nothing at all, as far as the spreadsheets' identities and the time tell."""
    if request.undo or store.schema_changes() or columns_are_stale(schema, store, env):
        return False
    quiet = Quiet(schema, store, request)
    return not look.left_out and all(map(quiet.about, look.books))

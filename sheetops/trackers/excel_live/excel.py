"""Excel as a program that people are using: it may be busy, and what they had on the screen must be there again.

Only here is anything known of COM. xlwings asks again and again, for ever, while a cell is being edited; here it asks
once (`N_COM_ATTEMPTS`), and `Excel.ask` asks again for as long as `patience` lasts.
"""

from __future__ import annotations

import atexit
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from ...model.errors import SheetopsError, TrackerBusy, TrackerNotWritten

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")

_BUSY = {-2147418111, -2147417846, -2146777998}
"""RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, VBA_E_IGNORE: a cell is being edited, or a dialog is open."""
_GONE = {-2147417848, -2147023174, -2147023170, -2147220995}
"""RPC_E_DISCONNECTED, RPC_S_SERVER_UNAVAILABLE, RPC_S_CALL_FAILED, CO_E_OBJNOTCONNECTED."""
_PAUSE = 0.1


class Excel:
    """The Excel that has `book` (an `xw.Book`) open. `patience` is how many seconds it may be busy."""

    def __init__(
        self,
        book: Any,
        patience: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.book, self.patience = book, patience
        self._clock, self._sleep = clock, sleep
        _keep_hidden_excels()
        self.name: str = self.ask(lambda: str(book.name))

    def ask(self, act: Callable[..., T], *arguments: Any) -> T:
        """Return what `act(*arguments)` comes to, done again from its start while Excel is busy.

        Raise TrackerBusy when Excel stays busy, and TrackerNotWritten with Excel's own words for what it refuses.
        """
        until = self._clock() + self.patience
        while True:
            try:
                with _asked_once():
                    return act(*arguments)
            except SheetopsError:
                raise
            except Exception as error:
                problem = self._in_words(error)
                if problem is None:
                    raise
                if not isinstance(problem, TrackerBusy) or self._clock() >= until:
                    raise problem from error
            self._sleep(_PAUSE)

    def _in_words(self, error: Exception) -> SheetopsError | None:
        codes = _codes(error)
        if codes & _BUSY or type(error).__name__ == "ExcelBusyError":
            return self.busy()
        if codes & _GONE:
            return TrackerNotWritten(
                f"{self.book_name} was closed, or Excel was, while it was being synced.",
                not_done="What was written and not saved is gone with it.",
                next_step="Open it and sync again.",
            )
        if not codes:
            return None
        return TrackerNotWritten(
            f"Excel refused a change to {self.book_name}: {_said(error)}",
            not_done=f"{self.book_name} was left as it was.",
            next_step="Put that right in Excel and sync again.",
        )

    @property
    def book_name(self) -> str:
        return getattr(self, "name", "The workbook")

    def busy(self, not_done: str = "") -> TrackerBusy:
        """Return what to say when Excel does not answer."""
        return TrackerBusy(
            f"Excel is busy with {self.book_name}: a cell is being edited, or a dialog is open.",
            not_done=not_done or f"{self.book_name} was not written.",
            next_step="Press Enter or Esc in Excel, close its dialogs, and sync again.",
        )

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Hold still what would run or flicker while cells are written; give it back, whatever happens.

        Kept: calculation mode, events, filling down of formulas, screen updating, the active workbook and sheet, the selection and the scroll.
        """
        app = self.book.app
        correct = self.ask(getattr, app.api, "AutoCorrect")
        still = [
            (app, "screen_updating", False),
            (app, "enable_events", False),
            (app, "calculation", "manual"),
            (correct, "AutoFillFormulasInLists", False),  # else one formula in a table fills its whole column
        ]
        seen = self.ask(_View, self.book)
        kept = [(owner, name, self.ask(getattr, owner, name)) for owner, name, _ in still]
        try:
            for setting in still:
                self.ask(setattr, *setting)
            yield
        finally:
            self.given_back(seen.show_again)
            for setting in reversed(kept):
                self.given_back(setattr, *setting)

    def given_back(self, act: Callable[..., None], *arguments: Any) -> None:
        """Give one thing back; that one cannot be is no reason to keep the others, or to hide what went wrong."""
        with suppress(SheetopsError):
            self.ask(act, *arguments)


class _View:
    """What a person sees of Excel: workbook, sheet, selection and scroll."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.front = book.app.books.active.name
        self.sheet = book.sheets.active.name
        self.window = book.api.Windows(1)
        self.scroll = (self.window.ScrollRow, self.window.ScrollColumn)
        self.selection = self._selected()

    def _selected(self) -> str | None:
        selection = self.book.app.selection if self.front == self.book.name else None
        return selection.address if selection is not None else None

    def show_again(self) -> None:
        """Bring back what is no longer as it was; Excel is not touched where all is."""
        if self.book.sheets.active.name != self.sheet:
            self.book.sheets[self.sheet].api.Activate()  # xlwings' own would bring Excel to the front
        if self.book.app.books.active.name != self.front:
            self.book.app.books[self.front].api.Activate()
        if self.selection is not None and self._selected() != self.selection:
            self.book.sheets[self.sheet].range(self.selection).api.Select()
        if (self.window.ScrollRow, self.window.ScrollColumn) != self.scroll:
            self.window.ScrollRow, self.window.ScrollColumn = self.scroll


def is_com_error(error: BaseException) -> bool:
    """Return whether Excel raised this."""
    return bool(_codes(error))


def _codes(error: BaseException) -> set[int]:
    """Return the numbers of a COM error (its HRESULT and Excel's own), none for any other."""
    hresult = getattr(error, "hresult", None)
    if not isinstance(hresult, int):
        return set()
    info = getattr(error, "excepinfo", None)
    return {hresult, info[5]} if info and isinstance(info[5], int) else {hresult}


def _said(error: Exception) -> str:
    info = getattr(error, "excepinfo", None)
    text = (info[2] if info else None) or getattr(error, "strerror", "") or str(error)
    return " ".join(str(text).split())


def _engine() -> ModuleType | None:
    return sys.modules.get("xlwings._xlwindows")


@contextmanager
def _asked_once() -> Iterator[None]:
    """Let xlwings ask Excel once instead of for ever: between a comparison and its write nobody may ask again."""
    engine = _engine()
    if engine is None:
        yield
        return
    before, engine.N_COM_ATTEMPTS = engine.N_COM_ATTEMPTS, 1  # type: ignore[attr-defined]
    try:
        yield
    finally:
        engine.N_COM_ATTEMPTS = before  # type: ignore[attr-defined]


def _keep_hidden_excels() -> None:
    """When Python ends, xlwings kills every EXCEL.exe without a window, whosever it is: take that hook off."""
    engine = _engine()
    if engine is not None:
        atexit.unregister(engine.cleanup)

"""xlwings' own Windows engine on any machine: pyOpenVBA's Excel behind what looks like pywin32.

`xlwings._xlwindows` is the real one. It imports `pythoncom`, `pywintypes`, `win32com` and asks `ctypes` for Windows'
libraries; what it gets is here: an object of Excel's model answers as a COM object does (numbers are doubles, dates
have a time zone, a block is a tuple of tuples, errors are `com_error`). Four members that pyOpenVBA's workbook does
not have are added (`_EXTRA`). `DESK.before` is called before every call that reaches Excel: a test types there as a
person does, or refuses the call as Excel does while a cell is edited.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import sys
import types
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.apps.excel._io import save_workbook
from pyopenvba.exceptions import VBARuntimeError, VBAUnsupportedError
from pyopenvba.interpreter._objects import VBAObject
from pyopenvba.interpreter._values import (
    EMPTY,
    MISSING,
    NOTHING,
    NULL,
    VBAArray,
    VBACurrency,
    VBADate,
    VBAErrorValue,
    VBAInt,
)

from sheetops.ooxml import Workbook

if sys.platform == "win32":
    pytest.skip("stands in for pywin32, which is here", allow_module_level=True)

REJECTED, IGNORED, EXCEPTION = -2147418111, -2146777998, -2147352567
"""RPC_E_CALL_REJECTED, VBA_E_IGNORE and DISP_E_EXCEPTION."""
_R = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NEED_ARGUMENTS = {"range", "item", "offset", "resize", "international"}
"""Properties that are nothing without arguments: COM gives the caller something to call."""


class ComError(Exception):
    """As pywintypes.com_error."""

    def __init__(self, hresult: int, strerror: str, excepinfo: Any = None, argerror: Any = None) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult, self.strerror, self.excepinfo, self.argerror = hresult, strerror, excepinfo, argerror


class TimeType(dt.datetime):
    """As pywintypes.TimeType: a datetime that says it is UTC."""


@dataclass
class Desk:
    """The machine: the Excel that is open on it, and what happens before a call gets there."""

    excel: ExcelApplication | None = None
    before: Callable[[str], None] = lambda member: None
    calls: list[str] = field(default_factory=list)
    to_disk: bool = True
    """Whether what is saved gets to the disk: hundreds of stories do without."""

    def reach(self, member: str) -> None:
        """A call arrives at Excel."""
        self.calls.append(member)
        self.before(member)


DESK = Desk()


def rejected(code: int = REJECTED) -> ComError:
    """What a call gets while a cell is being edited."""
    if code == IGNORED:
        return ComError(EXCEPTION, "Exception occurred.", (0, None, None, None, 0, IGNORED))
    return ComError(code, "Call was rejected by callee.")


class CDispatch:
    """A COM object of Excel."""

    def __init__(self, inner: Any) -> None:
        object.__setattr__(self, "_inner", inner)

    @property
    def _oleobj_(self) -> Any:
        def unknown(*args: Any) -> None:
            raise ComError(-2147352570, "Unknown name.")

        return types.SimpleNamespace(GetIDsOfNames=unknown)

    def __getattr__(self, name: str) -> Any:
        inner = self._inner
        if (type(inner).__name__, name) in _EXTRA:
            DESK.reach(name)
            return outward(_EXTRA[type(inner).__name__, name](inner))
        if name == "GetAddress":
            return types.MethodType(lambda me, *args: me._ask("Address", args), self)
        spec = inner.vba_member(name) if isinstance(inner, VBAObject) else None
        if isinstance(inner, VBAObject) and spec is None:
            raise AttributeError(name)
        if not isinstance(inner, VBAObject):
            found = getattr(inner, name)
            return types.MethodType(lambda me, *a, **k: found(*a, **k), self) if callable(found) else found
        if spec.kind == "method" or (spec.parameters and name.lower() in _NEED_ARGUMENTS):
            return types.MethodType(lambda me, *args, **named: me._ask(name, args, named), self)
        return self._ask(name)

    def _ask(self, name: str, args: Any = (), named: Any = None) -> Any:
        DESK.reach(name)
        given = [MISSING if a is None else inward(a) for a in args]
        by_name = {key: inward(value) for key, value in (named or {}).items() if value is not None}
        with _as_com():
            return outward(self._inner.vba_get(name, given, by_name))

    def __setattr__(self, name: str, value: Any) -> None:
        DESK.reach(f"{name} =")
        if not isinstance(self._inner, VBAObject):
            setattr(self._inner, name, value)
            return
        with _as_com():
            self._inner.vba_set(name, inward(value))

    def __call__(self, *args: Any) -> Any:
        if not isinstance(self._inner, VBAObject):
            DESK.reach("Item")
            with _as_com():
                return outward(self._inner(*args))
        item = self._inner.vba_member("Item")  # of a range too, whose default without arguments is its value
        return self._ask("Item" if item and args else self._inner.vba_default_member().name, args)

    def __getitem__(self, key: Any) -> Any:
        return self(key)

    def __iter__(self) -> Iterator[Any]:
        items = self._inner.vba_iterate() if isinstance(self._inner, VBAObject) else iter(self._inner)
        return map(outward, items)


class _as_com:  # noqa: N801
    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, VBARuntimeError):
            info = (0, "Microsoft Excel", error.description, "", 0, -2146828288 + error.number)
            raise ComError(EXCEPTION, "Exception occurred.", info) from error
        if isinstance(error, VBAUnsupportedError) and "SpecialCells for data validation" in str(error):
            info = (0, "Microsoft Excel", "No cells were found.", "", 0, -2146827284)
            raise ComError(EXCEPTION, "Exception occurred.", info) from error
        if isinstance(error, KeyError):
            raise ComError(EXCEPTION, "Exception occurred.", (0, "", "no such item", "", 0, -2147024809))


def inward(value: Any) -> Any:
    """A value on its way to Excel."""
    if hasattr(value, "_inner"):
        return inward(value._inner) if hasattr(value._inner, "_inner") else value._inner
    if isinstance(value, list | tuple):
        rows = [list(row) if isinstance(row, list | tuple) else [row] for row in value]
        if value and not isinstance(value[0], list | tuple):
            rows = [list(value)]
        height, width = len(rows), len(rows[0])
        items = [inward(rows[r][c]) for c in range(width) for r in range(height)]
        return VBAArray([(1, height), (1, width)], items=items)
    if value is None:
        return EMPTY
    if isinstance(value, dt.datetime):
        return VBADate.from_datetime(value.replace(tzinfo=None))
    return value


def outward(value: Any) -> Any:
    """A value on its way from Excel."""
    if value is EMPTY or value is MISSING or value is NOTHING or value is NULL:
        return None
    if isinstance(value, VBAObject | _Properties | _Property | _AutoCorrect):
        return CDispatch(value)
    if isinstance(value, VBAArray):
        (top, bottom), (left, right) = value.bounds
        return tuple(
            tuple(outward(value.get([r, c])) for c in range(left, right + 1)) for r in range(top, bottom + 1)
        )
    if isinstance(value, VBADate):
        moment = dt.datetime(1899, 12, 30) + dt.timedelta(milliseconds=round(value.serial * 86_400_000))
        return TimeType(*moment.timetuple()[:6], moment.microsecond, dt.UTC)
    if isinstance(value, VBAErrorValue):
        return -2146828288 + value.number
    if isinstance(value, VBACurrency):
        return Decimal(value).quantize(Decimal("0.0001"))
    return int(value) if isinstance(value, VBAInt) else value


# --- what pyOpenVBA's workbook does not have ---------------------------------------------------------


@dataclass
class _Property:
    Name: str
    Value: str
    Delete: Callable[[], None] = lambda: None


class _Properties(list[_Property]):
    """Custom document properties, which Office and not Excel gives a workbook."""

    def Add(self, Name: str, LinkToContent: bool, Type: int, Value: str) -> None:  # noqa: N802, N803
        DESK.reach("Add")
        assert (LinkToContent, Type) == (False, 4), "a property that is a text"
        added = _Property(Name, Value)
        added.Delete = lambda: self.remove(added)
        self.append(added)

    def __call__(self, name: str) -> _Property:
        return {p.Name: p for p in self}[name]


def _properties(book: Any) -> _Properties:
    if not hasattr(book, "kept_properties"):
        file = Path(book.path) / book.name
        found = openpyxl.load_workbook(file).custom_doc_props.props if file.exists() else []
        book.kept_properties = _Properties(_Property(p.name, p.value) for p in found)
    return book.kept_properties  # type: ignore[no-any-return]


def save(book: Any, path: Path) -> None:
    """Save as Excel does, the properties too."""
    kept = _properties(book)
    if not DESK.to_disk:
        return
    save_workbook(book, path)
    _declare_r(path)
    with Workbook.open(path) as saved:
        for each in kept:
            saved.set_custom_property(each.Name, each.Value)
        if kept:
            saved.save()


def _declare_r(path: Path) -> None:
    """Declare the prefix of a new tab's `r:id`: pyOpenVBA takes it as declared at the root, openpyxl over lxml has it at each tab."""
    with zipfile.ZipFile(path) as file:
        parts = {entry: file.read(entry) for entry in file.infolist()}
    root = b"<workbook "
    with zipfile.ZipFile(path, "w") as file:
        for entry, data in parts.items():
            head = data[: data.find(b">", data.find(root))]
            if entry.filename == "xl/workbook.xml" and b"xmlns:r=" not in head:
                data = data.replace(root, b'<workbook xmlns:r="%s" ' % _R, 1)
            file.writestr(entry, data)


def _save_copy(book: Any) -> Callable[[str], None]:
    def save_copy(path: str) -> None:
        was = book.saved
        save(book, Path(path))
        book.saved = was

    return save_copy


def _save_here(book: Any) -> Callable[[], None]:
    def save_here() -> None:
        save(book, Path(book.path) / book.name)
        book.saved = True

    return save_here


def _save_as(book: Any) -> Callable[..., None]:
    def save_as(path: str, FileFormat: int, Password: str | None = None) -> None:  # noqa: N803
        book.path, book.name = str(Path(path).parent), Path(path).name
        _save_here(book)()

    return save_as


_EXTRA: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("Workbook", "CustomDocumentProperties"): _properties,
    ("Workbook", "SaveCopyAs"): _save_copy,
    ("Workbook", "Save"): _save_here,
    ("Workbook", "SaveAs"): _save_as,
    ("Workbook", "FileFormat"): lambda book: 51,
    ("Workbook", "ReadOnly"): lambda book: getattr(book, "opened_read_only", False),
    ("Workbook", "Date1904"): lambda book: False,
    ("Worksheet", "Tab"): lambda sheet: _Property("tab", ""),
    ("ListObject", "AutoFilter"): lambda table: types.SimpleNamespace(FilterMode=False),
    ("Application", "AutoCorrect"): lambda app: app.__dict__.setdefault("auto_correct", _AutoCorrect()),
    ("Application", "Hwnd"): lambda app: 7,
    ("Application", "International"): lambda app: _International(),
    ("Application", "Ready"): lambda app: True,
}


class _AutoCorrect:
    """How Excel goes on with what was typed; whoever switches it off must switch it on again."""

    AutoFillFormulasInLists = True
    AutoExpandListRange = True


class _International:
    def __getitem__(self, index: int) -> str:
        assert index == 5, "xlListSeparator"
        return ","


# --- the modules ---------------------------------------------------------------------------------------


def _module(name: str, **members: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(members)
    return module


def _open_excel(*args: Any) -> CDispatch:
    assert DESK.excel is not None
    return CDispatch(DESK.excel.application)


class _NeverUsed:
    """A class that nothing here is an instance of."""


def _windows_modules() -> dict[str, types.ModuleType]:
    client = _module(
        "win32com.client", CDispatch=CDispatch, CoClassBaseClass=_NeverUsed, DispatchBaseClass=_NeverUsed,
        Dispatch=_open_excel, DispatchEx=_open_excel,
    )  # fmt: skip
    zone = types.SimpleNamespace(utc=lambda: dt.UTC)
    return {
        "pywintypes": _module("pywintypes", com_error=ComError, TimeType=TimeType, error=ComError, IID=str),
        "pythoncom": _module("pythoncom", CoInitialize=lambda: None, ole_error=ComError, __file__="pythoncom.dll"),
        "win32api": _module("win32api"),
        "win32con": _module("win32con"),
        "win32gui": _module("win32gui", FindWindowEx=lambda *args: 7),
        "win32process": _module("win32process", GetWindowThreadProcessId=lambda hwnd: (1, 4711)),
        "win32timezone": _module("win32timezone", TimeZoneInfo=zone),
        "win32com": _module("win32com", client=client),
        "win32com.client": client,
    }  # fmt: skip


class _Library:
    """A library of Windows that says yes to everything."""

    def __init__(self, *args: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _open_excel if name == "PyCom_PyObjectFromIUnknown" else _Answer()


class _Answer(_Library):
    def __call__(self, *args: Any) -> int:
        return 0


def install() -> types.ModuleType:
    """Return xlwings with its Windows engine at work; a second call finds it there."""
    import xlwings

    if "xlwings._xlwindows" not in sys.modules:
        sys.modules.update(_windows_modules())
        windows = {"windll": _Library(), "oledll": _Library(), "PyDLL": _Library}
        with (
            patch.multiple(ctypes, create=True, **windows),
            patch("atexit.register", lambda act: act),
        ):
            import xlwings._xlwindows as engine
        engine._PyCom_PyObjectFromIUnknown = _open_excel
        xlwings.engines.add(xlwings.main.Engine(impl=engine.engine))
        xlwings.engines.active = xlwings.engines["excel"]
    return xlwings


def open_book(path: Path, excel: ExcelApplication | None = None) -> Any:
    """Open a workbook in Excel and return it as xlwings has it: an `xw.Book`."""
    xlwings = install()
    DESK.before, DESK.calls, DESK.to_disk = (lambda member: None), [], True
    if excel is None:
        DESK.excel = ExcelApplication.open(path, with_vba=False)
    else:
        DESK.excel = excel
        excel.open_workbook(path)
    app = xlwings.App(impl=sys.modules["xlwings._xlwindows"].App(xl=_wrapped_excel()))
    return app.books[path.name]


def _wrapped_excel() -> Any:
    return sys.modules["xlwings._xlwindows"].COMRetryObjectWrapper(_open_excel())

"""The line on which each key of a TOML text stands, which tomllib does not tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]
"""Keys from the top of the file; an element of an array is its 0-based index."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'  # a multi-line string may end in one or two quotes of its own
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[^\s\[\]{}=,.\"'#]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")  # a date and time may hold a space


def locate(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line of every key, table and array element of a valid TOML text.

    A table that is only implied, as `tables` is by `[tables.cases]`, has the line that first implies it.
    """
    return _Scan(text).lines


def show_path(path: KeyPath) -> str:
    """Return a key path as it would be written in the file: `trackers.north.columns."SLA due"`."""
    return ".".join(_show_key(key) for key in path)


def _show_key(key: str | int) -> str:
    text = str(key)
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else f'"{text}"'


class _Scan:
    """One pass over a text that tomllib has accepted, so nothing here checks syntax."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._array_tables: dict[KeyPath, int] = {}
        self._document()

    def _document(self) -> None:
        table: KeyPath = ()
        while self._skip_blank() < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> KeyPath:
        line, double = self._line(), self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        path = self._resolve(tuple(self._key()), appends=double)
        self.at += 2 if double else 1
        self._note(path, line)
        return path

    def _resolve(self, keys: KeyPath, *, appends: bool) -> KeyPath:
        """Insert the index of the latest element wherever a key names an array of tables."""
        path: KeyPath = ()
        for place, key in enumerate(keys):
            path = (*path, key)
            if appends and place == len(keys) - 1:
                self._array_tables[path] = self._array_tables.get(path, -1) + 1
            if path in self._array_tables:
                path = (*path, self._array_tables[path])
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = (*table, *self._key())
        self._note(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _key(self) -> Iterator[str]:
        """Yield the parts of a dotted key and stop in front of `=` or `]`."""
        while True:
            self._skip_blank()
            yield self._key_part()
            self._skip_blank()
            if self.text[self.at] != ".":
                return
            self.at += 1

    def _key_part(self) -> str:
        quoted = _STRING.match(self.text, self.at)
        found = quoted or _BARE_KEY.match(self.text, self.at)
        if not found:  # only for a text tomllib would refuse
            raise ValueError(f"no key at {self.at}")
        self.at = found.end()
        return str(tomllib.loads(f"key = {found[0]}")["key"]) if quoted else found[0]

    def _value(self, path: KeyPath) -> None:
        self._skip_blank()
        opening = self.text[self.at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            found = _STRING.match(self.text, self.at) or _BARE_VALUE.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def _array(self, path: KeyPath) -> None:
        for index in self._members("]"):
            self.lines[(*path, index)] = self._line()
            self._value((*path, index))

    def _inline_table(self, path: KeyPath) -> None:
        for _ in self._members("}"):
            self._pair(path)

    def _members(self, closing: str) -> Iterator[int]:
        """Yield 0, 1, 2 ... with the scan in front of each member, then step over `closing`."""
        self.at += 1
        index = 0
        while self.text[self._skip_blank()] != closing:
            if self.text[self.at] == ",":
                self.at += 1
                continue
            yield index
            index += 1
        self.at += 1

    def _skip_blank(self) -> int:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _line(self) -> int:
        return bisect_right(self._breaks, self.at - 1) + 1

    def _note(self, path: KeyPath, line: int) -> None:
        for length in range(1, len(path)):
            self.lines.setdefault(path[:length], line)
        self.lines[path] = line

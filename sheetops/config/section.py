"""One table of sheetops.toml, read key by key; what is wrong is noted and reading goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.errors import ConfigError
from ..model.nearest import did_you_mean
from .locate import KeyPath, locate, show_path

_SHOWN = 10
_CORRECT = "Correct it and run the command again."


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong: where it stands (`at`), what to call that place, what is wrong, what to do."""

    at: KeyPath
    called: KeyPath
    what: str
    next_step: str


@dataclass
class Mistakes:
    """The mistakes found so far in one file."""

    file: str
    text: str
    found: list[Mistake] = field(default_factory=list)

    def add(self, at: KeyPath, what: str, *, called: KeyPath | None = None, next_step: str = "") -> None:
        """Note a mistake at a key path. `called` is the path to show when it is not `at` itself."""
        self.found.append(Mistake(at, at if called is None else called, what, next_step or _CORRECT))

    def raise_if_any(self) -> None:
        """Raise one ConfigError that names every mistake with its line, the topmost first."""
        if not self.found:
            return
        lines = locate(self.text)
        ordered = sorted((_line(lines, mistake.at), n, mistake) for n, mistake in enumerate(self.found))
        said = [self._sentence(line, mistake) for line, _, mistake in ordered]
        raise ConfigError(said[0] + _others(said[1:]), next_step=ordered[0][2].next_step)

    def _sentence(self, line: int, mistake: Mistake) -> str:
        place = ", ".join(part for part in (f"line {line}", show_path(mistake.called)) if part)
        return f"{self.file}, {place}: {mistake.what}"


def _line(lines: Mapping[KeyPath, int], at: KeyPath) -> int:
    """Return the line of a key, or of the nearest table around it when the key is missing."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)


def _others(said: list[str]) -> str:
    if not said:
        return ""
    more = f"\n  and {len(said) - _SHOWN + 1} more" if len(said) >= _SHOWN else ""
    listed = "".join(f"\n  {sentence}" for sentence in said[: _SHOWN - 1])
    return f"\n{len(said)} more to correct:{listed}{more}\n"


_KINDS: Mapping[type, str] = {str: "text in quotes", bool: "true or false", int: "a whole number",
                              float: "a number", list: "a list", dict: "a table"}  # fmt: skip


def kind_of(value: Any) -> str:
    """Return what a TOML value is, in words."""
    return _KINDS.get(type(value), "a date or time")


@dataclass(frozen=True)
class Section:
    """A TOML table at `path`. Every getter notes a value of the wrong kind and returns its default."""

    values: Mapping[str, Any]
    path: KeyPath
    mistakes: Mistakes

    def wrong(self, key: str | None, what: str, *, called: bool = True, next_step: str = "") -> None:
        """Note a mistake at `key`, or at the section itself; `called` False shows only the section."""
        at = self.path if key is None else (*self.path, key)
        self.mistakes.add(at, what, called=at if called else self.path, next_step=next_step)

    def know(self, keys: Collection[str], noun: str = "setting") -> None:
        """Note every key that is not one of `keys`, with the nearest that is."""
        for key in self.values:
            if key not in keys:
                near = did_you_mean(key, keys) or f" There is: {', '.join(keys)}."
                self.wrong(key, f"there is no {noun} '{key}'.{near}", called=False)

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        return str(self._typed(key, str, default))

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        return bool(self._typed(key, bool, default))

    def whole(self, key: str, default: int | None, least: int = 0) -> int | None:
        """Return a whole number that is not below `least`."""
        value = self._typed(key, int, default)
        if value is not None and key in self.values and value < least:
            self.wrong(key, f"must be {least} or more, not {value}.")
            return default
        return None if value is None else int(value)

    def texts(self, key: str, example: str) -> list[str] | None:
        """Return a list of texts, None where there is none. `example` is one, for the complaint."""
        said = self.values.get(key)
        if isinstance(said, list) and all(isinstance(one, str) for one in said):
            return said
        if said is not None:
            self.wrong(key, f'must be a list of names in quotes. Write {key} = ["{example}"].')
        return None

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        value = self.values.get(key, default)
        if type(value) not in (int, float) or not low <= value <= high:
            self.wrong(key, f"must be a number from {low:g} to {high:g}.")
            return default
        return float(value)

    def _typed(self, key: str, kind: type, default: Any) -> Any:
        value = self.values.get(key)
        if value is None or type(value) is kind:
            return default if value is None else value
        self.wrong(key, f"must be {_KINDS[kind]}, not {kind_of(value)}.")
        return default

    def section(self, key: str) -> Section:
        """Return the table under `key`, empty when there is none."""
        return Section(self._typed(key, dict, {}), (*self.path, key), self.mistakes)

    def sections(self) -> Iterator[tuple[str, Section]]:
        """Yield each (key, table) of a section whose values are all tables."""
        for key in self.values:
            if type(self.values[key]) is dict:
                yield key, self.section(key)
            else:
                self._typed(key, dict, {})

"""A state that a spreadsheet works out by itself: a formula that compares two times of its row with NOW().

Its text is ours to recognise: people may copy, sort or fill it down, and other programs may space it otherwise. Inside the
dataset there is no formula, only the state as of the last run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = r'"(?:[^"]|"")*"'
_CELL = r"(?:(?:'(?:[^']|'')*'|\w+)!)?(?:\$?[A-Z]{1,3}\$?[0-9]{1,7}|#REF!)"
_OURS = re.compile(
    rf'IF\({_CELL}="","",IF\(NOW\(\)>=?{_CELL},{_TEXT},IF\(NOW\(\)>=?{_CELL},{_TEXT},{_TEXT}\)\)\)'
)
_PIECE = re.compile(rf"{_TEXT}|[^\"]+|\"")


@dataclass(frozen=True)
class Live:
    """Which two fields the formula of a field compares with NOW(), and the words it then shows.

    `due` itself is still in time: a goal is missed when more than its target is used up.
    """

    due: str
    at_risk_at: str
    breached: str
    at_risk: str
    on_track: str

    @property
    def states(self) -> tuple[str, ...]:
        """The values of the field that the formula stands for; any other is written as it is."""
        return (self.breached, self.at_risk, self.on_track)

    def formula(self, due: str, at_risk_at: str) -> str:
        """Return the formula over the cells of these addresses, as every spreadsheet in English writes it."""
        breached, at_risk, on_track = map(_quoted, self.states)
        risk = f"IF(NOW()>={at_risk_at},{at_risk},{on_track})"
        return f'=IF({due}="","",IF(NOW()>{due},{breached},{risk}))'


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def bare(formula: str) -> str:
    """Return a formula without what a program may write in another way: "=", spaces, case, ";" for ","."""
    pieces = (p if p[0] == '"' else _squeezed(p) for p in _PIECE.findall(formula))
    return "".join(pieces).removeprefix("=")


def _squeezed(piece: str) -> str:
    return "".join(piece.split()).upper().replace(";", ",")


def is_live(formula: str) -> bool:
    """Return whether a formula has the shape of ours, whichever cells it names."""
    return "NOW" in formula.upper() and _OURS.fullmatch(bare(formula)) is not None


def with_separator(formula: str, mark: str) -> str:
    """Return a formula with another mark between arguments: ";" where people write 1,5 for one and a half."""
    pieces = (p if p[0] == '"' else p.replace(",", mark) for p in _PIECE.findall(formula))
    return "".join(pieces)

"""What a benchmark measured, as a table: measured, floor, ratio, target, met or not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measured number. `compared` is the floor or the peer; `most` or `least` is what the ratio, or else the number itself, must keep."""

    what: str
    measured: float
    unit: str = "s"
    compared: float | None = None
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The number as a multiple of the floor or, where it must be many times faster than a peer, the peer's."""
        if self.compared is None:
            return None
        return self.compared / self.measured if self.least is not None else self.measured / self.compared

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        judged = self.measured if self.ratio is None else self.ratio
        if self.most is not None:
            return judged <= self.most
        return judged >= self.least if self.least is not None else None


_HEADER = ("", "measured", "floor or peer", "ratio", "target", "met", "")


def print_table(lines: list[Line]) -> None:
    """Print measured numbers in columns."""
    rows = [_HEADER, *(_cells(line) for line in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADER))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _cells(line: Line) -> tuple[str, ...]:
    target = f"<= {line.most:g}" if line.most is not None else f">= {line.least:g}" if line.least else ""
    if target:
        target += " x" if line.ratio is not None else f" {line.unit}"
    return (
        line.what,
        f"{line.measured:,.3g} {line.unit}" if line.measured < 1000 else f"{line.measured:,.0f} {line.unit}",
        "" if line.compared is None else f"{line.compared:,.3g} {line.unit}",
        "" if line.ratio is None else f"{line.ratio:,.2f} x" if line.ratio < 100 else f"{line.ratio:,.0f} x",
        target,
        {True: "yes", False: "NO", None: ""}[line.met],
        line.note,
    )

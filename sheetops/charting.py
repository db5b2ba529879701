"""`explain KEY COLUMN --chart FILE`: the series of a flag as a picture, or as a workbook with a chart of Excel's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .model.errors import TrackerNotWritten, UnknownName
from .whole import write_whole

if TYPE_CHECKING:
    from .columns.anomalies.pictured import Pictured
    from .library import Workspace

_NOT_DONE = "No chart was written."


def chart(ws: Workspace, key: str, column: str, out: Path) -> str:
    """Write the chart of the series that a record's flag is about, whole or not at all, and say what it shows.

    The file's ending chooses the kind: .png or .xlsx. Raise UnknownName where there is no series to show.
    """
    from .reports.series_chart import KINDS, ChartWords, series_chart

    kind = next((one for one in KINDS if out.suffix.lower() == f".{one}"), None)
    if kind is None:
        raise UnknownName(f"'{out.name}' is neither a picture nor a workbook.", not_done=_NOT_DONE,
                          next_step=f"Try: --chart {out.stem or 'chart'}.png, or {out.stem or 'chart'}.xlsx")  # fmt: skip
    found = _pictured(ws, key, column)
    words = ChartWords(found.title, found.values, ws.config.timezone)
    if not found.points["value"].notna().any():
        raise UnknownName(f"{found.title} has no value yet.", not_done=_NOT_DONE)
    try:
        content = series_chart(found.points, words, found.events, kind)
    except ImportError:
        raise TrackerNotWritten("Pictures need matplotlib, which is not installed.", not_done=_NOT_DONE,
                                next_step='Run: pip install "sheetops[reports]", or name a file that ends in .xlsx') from None  # fmt: skip
    write_whole(out, lambda part: part.write_bytes(content))
    return f"Wrote {out}: {found.title}, {len(found.points):,} points."


def _pictured(ws: Workspace, key: str, column: str) -> Pictured:
    from .columns.anomalies.pictured import count_pictured, signal_pictured
    from .engine import Engine

    engine = Engine(ws.schema, (), ws.store, ws.now())
    for signal in ws.config.signals:
        found = signal_pictured(signal, engine.ask(signal.set()), key, column)
        if found is not None:
            return found
    for counted in ws.config.counts:
        found = count_pictured(counted, engine.ask(counted.set()), key)
        if found is not None:
            return found
    raise UnknownName(
        f"'{key}' is in no series that is looked at by '{column}'.", not_done=_NOT_DONE,
        next_step="A chart is of a row of [signals], a count of [counts], or an incident. Try: sheetops explain KEY anomaly --chart out.png",
    )  # fmt: skip

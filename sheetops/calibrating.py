"""The verb `columns calibrate`: how often the team's own history would be flagged, and the line that chooses a rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .columns.blanks import plain_rows
from .model.errors import UnknownName
from .model.nearest import did_you_mean
from .outcome import Outcome
from .words import count

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    from .columns.anomalies.ladders import Ladder
    from .columns.patterns.column_set import PatternSets
    from .library import Workspace

SHOWN = 20
RATE_FROM = 200
"""Judged points of a series from which a rate has a threshold of its own (`detect`)."""
_UPPER = "What really was strange is among the flags: false ones are fewer."


def calibrate(ws: Workspace, table: str = "", want: float = 2.0, shuffles: int = 5) -> Outcome:
    """Say what each rate would have flagged on this history: of every signal, count and pattern, or those of one table.

    `want` is how many flags of 1,000 points the team would put up with.
    """
    config = ws.config
    named = [one.table for one in config.signals] + [one.table for one in config.patterns]
    named += [name for one in config.counts for name in (one.name, one.table)]
    if table and table not in named:
        raise UnknownName(
            f"Nothing is flagged in '{table}'.{did_you_mean(table, named)}", not_done="Nothing was calibrated.",
            next_step=f"There is: {', '.join(dict.fromkeys(named))}." if named else "Add [signals.TABLE] to sheetops.toml (docs/anomalies.md).",
        )  # fmt: skip
    ladders = list(_ladders(ws, table, want))
    lines = [line for one in ladders for line in (*_ladder_lines(one, want), "")]
    shuffled = {}
    for one in config.patterns:
        if not table or table == one.table:
            frame = _shuffled(ws, one, shuffles)
            shuffled[one.table] = plain_rows(frame)
            lines += [*_pattern_lines(one, frame), ""]
    if not lines:
        lines = ["Nothing is flagged here: sheetops.toml has no [signals], [counts] or [patterns].", ""]
    return Outcome(
        "columns calibrate",
        lines[:-1],
        {"ladders": [_plain(one, want) for one in ladders], "patterns": shuffled},
    )


def _ladders(ws: Workspace, table: str, want: float) -> Iterator[Ladder]:
    from .columns.anomalies.calibration import RATES
    from .columns.anomalies.ladders import count_ladder, signal_ladders
    from .engine import Engine

    engine = Engine(ws.schema, (), ws.store, ws.now())
    for signal in ws.config.signals:
        if table in ("", signal.table):
            yield from signal_ladders(signal, engine.ask(signal.set()), sorted({*RATES, want}))
    for counted in ws.config.counts:
        if table in ("", counted.table, counted.name):
            yield count_ladder(counted, engine.ask(counted.set()))


def _shuffled(ws: Workspace, one: PatternSets, shuffles: int) -> pd.DataFrame:
    from .columns.patterns.false_scenarios import false_scenarios
    from .engine import Engine

    mining = next(made for made in one.sets() if made.name == "pattern")
    return false_scenarios(one, Engine(ws.schema, (), ws.store, ws.now()).ask(mining), shuffles=shuffles)


def _ladder_lines(one: Ladder, want: float) -> Iterator[str]:
    named = one.series["series"].nunique() + sum(name not in set(one.series["series"]) for name in one.low)
    judged = int(one.steps["judged"].max()) if len(one.steps) else 0
    yield f"{one.name}: {count(named, 'series').removesuffix('s') if named == 1 else f'{named:,} series'}, {judged:,} points judged"
    if judged:
        yield f"  {one.setting:>14}  {'flags':>7}  {'per 1,000':>9}" + (
            "  episodes" if "episodes" in one.steps else ""
        )
        for row in one.steps.itertuples():
            said = "0 (usual)" if one.setting == "flags_per_1000" and row.choice == 0 else f"{row.choice:g}"
            more = f"  {row.episodes:>8,}" if "episodes" in one.steps else ""
            yield f"  {said:>14}  {row.flags:>7,}  {row.per_thousand:>9.1f}{more}" + (
                "  <- now" if row.chosen else ""
            )
        yield from _series_lines(one)
        if one.setting == "flags_per_1000" and (short := _short(one)):
            yield f"  A rate needs {RATE_FROM} judged points of a series; the usual threshold holds until then: {short}"
    for name, why in list(one.low.items())[:SHOWN]:
        yield f"  {name}: {why}"
    if len(one.low) > SHOWN:
        yield f"  and {len(one.low) - SHOWN:,} more that are not judged"
    if judged:
        yield f"  For about {want:g} flags of 1,000 points write in sheetops.toml, under [{one.part}]:"
        yield f"    {_line(one, want)}"
        yield f"  {_UPPER}"


def _short(one: Ladder) -> str:
    """Name the series that have too few judged points for a rate of their own."""
    now = one.series[one.series["chosen"] & one.series["judged"].between(1, RATE_FROM - 1)]
    names = [f"{row.series} ({row.judged:,})" for row in now.itertuples()]
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def _series_lines(one: Ladder) -> Iterator[str]:
    now = one.series[one.series["chosen"] & (one.series["judged"] > 0)].sort_values(
        "per_thousand", ascending=False, kind="stable"
    )
    if len(now) < 2:
        return
    yield "  as chosen now, series by series:"
    for row in now.head(SHOWN).itertuples():
        yield f"    {row.series}: {count(row.flags, 'flag')} of {count(row.judged, 'point')} ({row.per_thousand:.1f} per 1,000)"
    if len(now) > SHOWN:
        yield f"    and {len(now) - SHOWN:,} more with fewer flags: --json"


def _line(one: Ladder, want: float) -> str:
    """Return the line of sheetops.toml for a rate: of counts, the largest alpha that did not exceed it."""
    if one.setting == "flags_per_1000":
        return f"flags_per_1000 = {want:g}"
    within = one.steps[one.steps["per_thousand"] <= want]
    alpha = within["choice"].max() if len(within) else one.steps["choice"].min()
    return f"{one.setting} = {alpha:g}"


def _pattern_lines(one: PatternSets, frame: pd.DataFrame) -> Iterator[str]:
    yield f"patterns of {one.table}: {', '.join(one.attributes)}, {one.window} days"
    if why := str(frame["why"].iloc[0]):
        yield f"  {why}"
        return
    yield f"  {'fdr':>6}  {'found':>6}  found in shuffled cases, where there is nothing"
    for row in frame.itertuples():
        now = "  <- now" if row.chosen else ""
        yield f"  {row.fdr:>6g}  {row.found:>6,}  {row.shuffled:.1f} on average, {row.most_shuffled:,} at most, of {count(row.shuffles, 'shuffle')}{now}"
    yield f"  To choose another, write in sheetops.toml, under [patterns.{one.table}]:"
    other = next((fdr for fdr in frame["fdr"] if fdr < one.fdr), frame["fdr"].iloc[-1])
    yield f"    fdr = {other:g}"


def _plain(one: Ladder, want: float) -> dict[str, Any]:
    return {
        "name": one.name, "part": one.part, "setting": one.setting, "steps": plain_rows(one.steps),
        "series": plain_rows(one.series), "not_judged": one.low, "line": _line(one, want) if len(one.steps) else None,
    }  # fmt: skip

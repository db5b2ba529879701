"""The verbs. Terminal, schedule, button and HTTP call these and nothing deeper.

Each takes a workspace and plain arguments and returns an Outcome: words for people, data for programs,
and the exit code of section 7 of the design.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .explaining import explain, explain_row, near_key
from .model.errors import SheetopsError, UnknownName
from .model.record import Op
from .outcome import Outcome
from .words import SHOWN, Wording, outcome_words, plan_lines, short

if TYPE_CHECKING:
    from .done import Done
    from .library import Workspace
    from .model.record import Entry, HeldItem, Run


def plan(
    ws: Workspace, *, only: Iterable[str] = (), allow: Iterable[str] = (), everything: bool = False,
    save: Path | None = None, tell: bool = False,
) -> Outcome:  # fmt: skip
    """Say what a sync would do. `tell` makes waiting changes exit with 6, held items or not."""
    made = ws.plan(only, allow)
    data = made.to_json()
    lines = plan_lines(made, ws.schema, limit=None if everything else SHOWN)
    if save is not None:
        save.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        lines += ["", f"Saved to {save}. To do exactly this: sheetops sync --plan {save}"]
    elif made.stopped:
        lines += ["", "Nothing has been written."]
    elif made.is_empty:
        lines = (
            [*lines, "", "Nothing to do."]
            if made.held or made.busy or made.all_notes
            else ["Nothing to do: everything agrees."]
        )
    else:
        lines += ["", "Nothing has been written. To do it: sheetops sync"]
    return Outcome("plan", lines, {"plan": data}, _plan_exit(ws, made, tell=tell))


def _plan_exit(ws: Workspace, made: Any, *, tell: bool) -> int:
    if made.stopped:
        return 4
    if tell and not made.is_empty:
        return 6
    return 3 if made.held or (ws.has_dataset and ws.held()) else 0


def sync(
    ws: Workspace, *, only: Iterable[str] = (), allow: Iterable[str] = (), everything: bool = False,
    saved: Path | None = None,
) -> Outcome:  # fmt: skip
    """Bring trackers and dataset into agreement."""
    done = ws.sync(only, allow, saved=_read_plan(saved) if saved else None)
    return _done("sync", ws, done, everything=everything)


def _read_plan(path: Path) -> Mapping[str, Any]:
    saved: Mapping[str, Any] = {}
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        saved = found if isinstance(found, dict) else {}
    if saved.get("sheetops_plan") != 1:
        raise UnknownName(
            f"{path} is not a saved plan.",
            not_done="Nothing was written.",
            next_step="Make one: sheetops plan --save FILE",
        )
    return saved


def undo(ws: Workspace, run: str, *, allow: Iterable[str] = (), everything: bool = False) -> Outcome:
    """Take a run back, as a new run."""
    return _done("undo", ws, ws.undo(run, allow), everything=everything)


def _done(command: str, ws: Workspace, done: Done, *, everything: bool) -> Outcome:
    lines: list[str] = []
    for made in done.plans:
        shown = plan_lines(made, ws.schema, limit=None if everything else SHOWN)
        lines += shown[1:]
    for out in done.left_out:
        lines += ["", f"Left out, {out.tracker}: {out.error}"]
    if done.notes:
        lines += ["", "Notes", *(f"  {note}" for note in done.notes)]
    if done.run is None:
        lines += [*([""] if lines else []), done.outcome + (_held_words(done.held) if done.held else "")]
    else:
        lines += [
            "",
            f"Run {done.run.id}: {done.outcome}{_held_words(done.held)}",
            f"Undo: sheetops undo {done.run.id}",
        ]
    lines += [f"Requests to {name}: {said}" for name, said in done.used.items()]
    data = {
        "run": done.run.id if done.run else None,
        "outcome": done.outcome,
        "used": dict(done.used),
        "counts": dict(done.counts),
        "held": done.held,
        "undo": f"sheetops undo {done.run.id}" if done.run else None,
        "left_out": [{"tracker": out.tracker, **out.error.to_json()} for out in done.left_out],
        "plans": [made.to_json() for made in done.plans],
    }
    return Outcome(command, [line for i, line in enumerate(lines) if line or i], data, done.exit_code)


def _held_words(held: int) -> str:
    if not held:
        return ""
    items = "1 item is" if held == 1 else f"{held:,} items are"
    return f" {items} held: see the tab 'sheetops' of each spreadsheet, or run: sheetops held"


def status(ws: Workspace) -> Outcome:
    """Say how each tracker stands, what is held, and what the last run did."""
    held = ws.held()
    lines, trackers = [f"{ws.config.name} ({ws.config.folder})", ""], []
    for tracker in ws.schema.trackers.values():
        state = ws.store.tracker_head(tracker.id)
        mine = sum(1 for item in held if item.tracker == tracker.id)
        times = "once" if state.generation == 1 else f"{state.generation:,} times"
        standing = f"written {times}" if state.generation else "never synced"
        if state.intent:
            standing += "; its last write was cut off, the next sync recovers it"
        lines.append(f"  {tracker.id:12} {tracker.name}, tab {tracker.tab}: {standing}, {mine} held")
        trackers.append(
            {"tracker": tracker.id, "source": tracker.source, "generation": state.generation, "held": mine}
        )
    runs = ws.runs(1)
    last = f"Last run {_run_line(runs[0])}" if runs else "No run yet. Begin with: sheetops plan"
    counts = {name: ws.store.count(name) for name in ws.schema.tables}
    lines += ["", *(f"  {name}: {count:,} records" for name, count in counts.items()), "", last]
    data = {
        "trackers": trackers,
        "records": counts,
        "held": len(held),
        "last_run": runs[0].id if runs else None,
    }
    return Outcome("status", lines, data, 3 if held else 0)


def _run_line(run: Run) -> str:
    outcome = run.outcome or ("cut off" if run.ended is None else "")
    return f"{run.id}  {run.started:%Y-%m-%d %H:%M:%S}Z  {run.verb}: {outcome}"


def held(ws: Workspace) -> Outcome:
    """List what is held, with the ways to decide."""
    from .merge.decide import choices, meaning
    from .merge.plan import held_json

    items, wording = ws.held(), Wording(ws.schema)
    lines = []
    for item in items:
        lines.append(wording.held(item))
        if item.theirs_said:
            lines.append(f"    the tracker was last saved {item.theirs_said}")
        if item.ours_said:
            lines.append(f"    the dataset's value is from {item.ours_said}")
        for choice in choices(item):
            option = {"keep mine": "--mine", "take the dataset's": "--dataset", "use this:": "--use VALUE"}
            flag = option.get(choice.value, "--new-key")
            lines.append(f"    sheetops resolve {item.number} {flag:12} {meaning(item.kind, choice)}")
        if item.decision:
            lines.append(f"    decided: {item.decision.choice.value}; done by the next sync")
    lines = lines or ["Nothing is held: every cell agrees."]
    return Outcome("held", lines, {"held": [held_json(item) for item in items]}, 3 if items else 0)


def resolve(ws: Workspace, number: int, choice: str, value: str | None = None) -> Outcome:
    """Record a decision on a held item."""
    from .merge.decide import choices
    from .model.record import Choose

    item = next((i for i in ws.held() if i.number == number), None)
    chosen = Choose(choice)
    if item is not None and chosen not in choices(item):
        ways = " or ".join(f"'{c.value}'" for c in choices(item)) or "nothing but mending the spreadsheet"
        raise UnknownName(f"Item {number} cannot be resolved by '{choice}': {item.reason}.",
                          not_done="It stays held.", next_step=f"Possible is {ways}.")  # fmt: skip
    if item is not None and chosen is Choose.USE:
        _check_use(ws, item, value)
    decided = ws.resolve(number, chosen, value)
    said = f"Decided: {Wording(ws.schema).held(decided)} -> {choice}{f' {short(value)}' if value else ''}"
    return Outcome(
        "resolve", [said, "The next sync does it: sheetops sync"], {"item": number, "decision": choice}
    )


def _check_use(ws: Workspace, item: HeldItem, value: str | None) -> None:
    """Raise UnknownName when a value that was typed in a terminal is none of the held cell's field."""
    from zoneinfo import ZoneInfo

    from .model.values import Invalid, Reading, parse_value

    tracker = ws.schema.trackers.get(item.tracker)
    field = ws.schema.tables[item.table].by_name.get(item.field or "")
    if tracker is None or field is None:
        return
    read = parse_value(field, value, Reading(ZoneInfo(tracker.timezone), tracker.day_first))
    if isinstance(read, Invalid):
        near = f" Perhaps you mean '{read.suggestion}'." if read.suggestion else ""
        raise UnknownName(f"'{short(value or '')}' {read.reason}.{near}", not_done="It stays held.",
                          next_step=f"Try: sheetops resolve {item.number} --use VALUE")  # fmt: skip


def history(ws: Workspace, key: str | None = None, field: str | None = None) -> Outcome:
    """Say who changed what of a record, where and when; without a key, list the runs."""
    from .merge.plan import held_json

    if key is None:
        runs = ws.runs(50)
        lines = [_run_line(run) for run in runs] or ["No run yet."]
        return Outcome("history", lines, {"runs": [_run_json(run) for run in runs]})
    entries = ws.history(key, field)
    if not entries:
        raise UnknownName(f"There is no record '{key}' in the journal.{near_key(ws, key)}", not_done="")
    wording = Wording(ws.schema)
    rows: list[tuple[str, ...]] = [("when (UTC)", "run", "what", "before", "after", "who and where")]
    rows += [_history_row(wording, entry, field) for entry in entries if entry.op is not Op.AGREE]
    widths = [min(40, max(len(row[i]) for row in rows)) for i in range(6)]
    lines = [
        "  ".join(short(cell, 40).ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    settled = [one for one in ws.store.settled(key) if field in (None, one[0].field)]
    if settled:
        lines += ["", *(_settled_words(wording, *one) for one in settled)]
    data = {
        "key": key,
        "entries": [_entry_json(entry) for entry in entries],
        "settled": [{**held_json(item), "outcome": outcome, "run": run} for item, outcome, run in settled],
    }
    return Outcome("history", lines, data)


def _settled_words(wording: Wording, item: HeldItem, outcome: str, run: str) -> str:
    """Say how a held item ended, with what had been typed: a decision overwrites a cell, not its history."""
    what = f"{item.key} {item.field}" if item.field else item.key
    typed = f" with {wording.quoted(item.table, item.field, item.theirs)}" if item.field else ""
    return f"{what} was held in {wording.tracker(item.tracker)} {item.address}{typed}: {outcome} ({run})"


def _history_row(wording: Wording, entry: Entry, field: str | None) -> tuple[str, ...]:
    when = f"{entry.recorded_at:%Y-%m-%d %H:%M:%S}" if entry.recorded_at else ""
    what = entry.field or {Op.ADD: "added", Op.ARCHIVE: "archived", Op.RESTORE: "restored"}.get(
        entry.op, entry.op.value
    )
    cell = entry.op in (Op.SET, Op.AGREE)
    old = wording.value(entry.table, entry.field, entry.old) if cell else ""
    new = wording.value(entry.table, entry.field, entry.new) if cell else ""
    if entry.op is Op.ADD and field is not None:
        new = wording.value(entry.table, field, (entry.new or {}).get(field))
    who = " ".join(part for part in (entry.source.who, wording.place(entry.source)) if part)
    return (when, entry.run, what, old, new, who)


def _entry_json(entry: Entry) -> dict[str, Any]:
    from .merge.plan import plain

    return {
        "seq": entry.seq, "run": entry.run, "recorded_at": plain(entry.recorded_at), "table": entry.table,
        "op": entry.op.value, "field": entry.field, "old": plain(entry.old), "new": plain(entry.new),
        "by": entry.source.actor.value, "tracker": entry.source.tracker, "address": entry.source.address,
        "who": entry.source.who,
    }  # fmt: skip


def _run_json(run: Run) -> dict[str, Any]:
    ended = run.ended.isoformat() if run.ended else None
    return {"run": run.id, "verb": run.verb, "started": run.started.isoformat(), "ended": ended,
            "outcome": run.outcome, "who": run.who, "undoes": run.undoes, "counts": dict(run.counts)}  # fmt: skip


def sql(ws: Workspace, statement: str) -> Outcome:
    """Answer a reading SQL statement."""
    from .merge.plan import plain

    names, rows = ws.store.query(statement)
    shown = [["" if value is None else str(value) for value in row] for row in rows]
    widths = [max([len(name), *(min(40, len(row[i])) for row in shown)]) for i, name in enumerate(names)]
    lines = ["  ".join(short(cell, 40).ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
             for row in ([*names], ["-" * w for w in widths], *shown)]  # fmt: skip
    return Outcome("sql", lines, {"columns": names, "rows": [[plain(v) for v in row] for row in rows]})


def outcome_error(command: str, error: SheetopsError) -> Outcome:
    """Return an error as an outcome, for `--json` and for buttons."""
    return Outcome(command, [str(error)], {"error": error.to_json()}, error.exit_code)


__all__ = [
    "Outcome",
    "explain",
    "explain_row",
    "held",
    "history",
    "outcome_words",
    "plan",
    "resolve",
    "sql",
    "status",
    "sync",
    "undo",
]

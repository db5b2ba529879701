"""One press of a button: which action, on which workspace, and what to say where the person is looking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .. import actions
from ..model.errors import SheetopsError, UnknownName
from ..model.nearest import did_you_mean
from ..outcome import Outcome
from ..week import week_lines
from ..words import count, outcome_words

if TYPE_CHECKING:
    from ..library import Workspace


@dataclass(frozen=True)
class Pressed:
    """What a press came to: one `sentence` for the cell or toast, more `lines` for those who want them.

    `exit_code` is that of section 7 of the design; `run` the run that can be undone, None where nothing was written.
    """

    action: str
    sentence: str
    lines: tuple[str, ...] = ()
    exit_code: int = 0
    run: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, for a page, a toast, or a program."""
        return {
            "action": self.action, "sentence": self.sentence, "lines": list(self.lines),
            "exit_code": self.exit_code, "run": self.run,
        }  # fmt: skip


def press(ws: Workspace, action: str, *, key: str = "") -> Pressed:
    """Carry out an action and return what to say. `key` is the record of the row that is selected, for `explain`.

    What goes wrong on purpose (a guard, a busy file, a mistake in sheetops.toml) is said in one sentence with the
    next step, and never raised.
    """
    try:
        if action not in ACTIONS:
            raise UnknownName(
                f"There is no action '{action}'.{did_you_mean(action, ACTIONS)}",
                next_step=f"There is: {', '.join(ACTIONS)}.",
            )
        return ACTIONS[action](ws, key)
    except SheetopsError as error:
        return failed(action, error)


def failed(action: str, error: SheetopsError) -> Pressed:
    """Return what to say of an action that was not carried out."""
    return Pressed(action, str(error), (), error.exit_code, data={"error": error.to_json()})


def _pressed(outcome: Outcome, sentence: str) -> Pressed:
    lines = tuple(line for line in outcome.lines if line.strip())
    return Pressed(outcome.command, sentence, lines, outcome.exit_code, outcome.data.get("run"), outcome.data)


_AT_A_TERMINAL = ("Plan: ", "Nothing has been written. To do it: ", "Nothing to do")
"""Lines of a plan that the sentence says already, or that name a command."""
_NOTHING = "Nothing to do: everything agrees."


def _preview(ws: Workspace, key: str) -> Pressed:
    made = actions.plan(ws)
    counts = made.data["plan"]["counts"]
    guards = [guard["message"] for guard in made.data["plan"]["guards"]]
    said = guards[0] + " Nothing would be written." if guards else f"A sync would do: {outcome_words(counts)}"
    pressed = _pressed(made, _NOTHING if _is_nothing(made) else said)
    return replace(
        pressed, lines=tuple(line for line in pressed.lines if not line.startswith(_AT_A_TERMINAL))
    )


def _is_nothing(made: Outcome) -> bool:
    plan = made.data["plan"]
    return not plan["guards"] and not any(plan["counts"].values())


def _sync(ws: Workspace, key: str) -> Pressed:
    done = actions.sync(ws)
    left = len(done.data["left_out"])
    said = outcome_words(done.data["counts"]) if done.data["run"] else _NOTHING
    if done.data["held"]:
        said += f" {count(done.data['held'], 'item')} held: see below."
    if left:
        said += f" {count(left, 'tracker')} left out: {done.data['left_out'][0]['what']}"
    return _pressed(done, said)


def _refresh(ws: Workspace, key: str) -> Pressed:
    from ..engine import forget

    forget(ws.store)
    return _sync(ws, key)


def _held(ws: Workspace, key: str) -> Pressed:
    items = actions.held(ws)
    number = len(items.data["held"])
    return _pressed(items, f"{count(number, 'item')} held." if number else "Nothing is held: every cell agrees.")  # fmt: skip


def _explain(ws: Workspace, key: str) -> Pressed:
    if not key:
        raise UnknownName(
            "No row is selected, or it has no key yet.",
            not_done="Nothing was explained.",
            next_step="Select a row of the tracker that has been synced, and press Explain again.",
        )
    return _pressed(actions.explain_row(ws, key), f"What is known of {key}:")


def _undo(ws: Workspace, key: str) -> Pressed:
    last = next((run for run in ws.runs() if run.last_seq and run.undoes is None), None)
    if last is None:
        raise UnknownName("There is no run to take back.", next_step="")
    if any(run.undoes == last.id for run in ws.runs()):
        raise UnknownName(
            f"The last run, {last.id}, has been taken back already.",
            next_step="To take back an earlier one: sheetops undo RUN (sheetops runs lists them)",
        )
    done = actions.undo(ws, last.id)
    return _pressed(done, f"Took back {last.id}: {done.data['outcome']}")


def _weekly(ws: Workspace, key: str) -> Pressed:
    synced = _sync(ws, key)
    lines = week_lines(ws)
    return Pressed(
        "weekly", lines[0], (*lines[1:], synced.sentence), synced.exit_code, synced.run, synced.data
    )


ACTIONS: Mapping[str, Callable[[Workspace, str], Pressed]] = {
    "preview": _preview,
    "sync": _sync,
    "refresh": _refresh,
    "held": _held,
    "explain": _explain,
    "undo": _undo,
    "weekly": _weekly,
}
"""What can be started from where people are: the name, and what carries it out."""

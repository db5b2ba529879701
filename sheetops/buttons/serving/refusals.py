"""Why a press was not carried out: one sentence, the next step, and the HTTP status that goes with it."""

from __future__ import annotations

from typing import Any

from ...model.errors import SheetopsError


class Refused(SheetopsError):
    """A request that the service did not carry out. `status` is the HTTP status, `reason` is stable, for programs."""

    code = "refused"

    def __init__(self, status: int, reason: str, what: str, *, next_step: str, exit_code: int = 1) -> None:
        super().__init__(what, not_done="Nothing was run.", next_step=next_step)
        self.status, self.reason, self.said_exit_code = status, reason, exit_code

    def to_json(self) -> dict[str, Any]:
        """Return it in the form in which a press is answered, so that a button shows both the same way."""
        return {"action": "", "sentence": str(self), "lines": [], "exit_code": self.said_exit_code, "run": None,
                "refused": self.reason}  # fmt: skip


_ANEW = "Ask for a new token (sheetops token add NAME), then connect the button again (in Google Sheets: menu sheetops > Connect)."


def unknown_token() -> Refused:
    """Return the answer to a token that is unknown, revoked, mistyped, or not there."""
    return Refused(
        401, "token", "This button's token is not accepted: it is missing, mistyped, revoked, or another workspace's.", next_step=_ANEW,
    )  # fmt: skip


def wrong_clock(apart: int) -> Refused:
    """Return the answer to a press whose time is too far from the service's, by `apart` seconds."""
    minutes = round(abs(apart) / 60)
    return Refused(
        401, "clock",
        f"This press says it was made {minutes:,} minutes {'ago' if apart > 0 else 'from now'}, and 5 are allowed: "
        "a clock is wrong, here or at the service.",
        next_step="Let both machines set their clocks by the network, then press again.",
    )  # fmt: skip


def replayed() -> Refused:
    """Return the answer to a press that came before."""
    return Refused(
        409, "replay", "This very press was answered before, and a press counts once.",
        next_step="Press the button again.",
    )  # fmt: skip


def not_allowed(action: str, allowed: tuple[str, ...]) -> Refused:
    """Return the answer to an action that is not among the token's."""
    return Refused(
        403, "action", f"This button may not do '{action}', only {', '.join(allowed)}.",
        next_step="Whoever set up sheetops can make a token that may: sheetops token add NAME --actions ...", exit_code=2,
    )  # fmt: skip


def too_often(limit: int) -> Refused:
    """Return the answer to a token that has pressed too often."""
    return Refused(
        429, "rate", f"This button was pressed more than {limit} times within a minute.",
        next_step="Wait a minute, then press once.", exit_code=5,
    )  # fmt: skip


def workspace_gone() -> Refused:
    """Return the answer when the folder that is served is no longer there."""
    return Refused(
        503, "workspace", "The workspace that this service was started for is not where it was: its folder was moved, renamed or deleted.",
        next_step="Start the service where the workspace is now: sheetops serve -C FOLDER",
    )  # fmt: skip


def unreadable(what: str, status: int = 400) -> Refused:
    """Return the answer to a request that is not one."""
    return Refused(status, "request", what, next_step="See docs/serve.md for what a press looks like.", exit_code=2)  # fmt: skip

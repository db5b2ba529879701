"""The errors a person may meet. Each says what happened, what was not done and what to run next."""

from __future__ import annotations

from typing import Any, ClassVar


class SheetopsError(Exception):
    """Base of every error sheetops raises on purpose.

    `code` is stable and meant for programs; `exit_code` is what the command line ends with;
    `next_step` is the command or action that gets the person further.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, not_done: str = "Nothing was changed.", next_step: str = "") -> None:
        self.what = what
        self.not_done = not_done
        self.next_step = next_step
        super().__init__(" ".join(part for part in (what, not_done, next_step) if part))

    def to_json(self) -> dict[str, Any]:
        """Return the error as plain data for `--json`."""
        return {"code": self.code, "what": self.what, "not_done": self.not_done, "next_step": self.next_step}


class ConfigError(SheetopsError):
    """sheetops.toml says something that cannot be; names file, line, key and the nearest valid name."""

    code = "config"


class WorkspaceMissing(SheetopsError):
    """No sheetops.toml here or in any folder above."""

    code = "no-workspace"


class UnknownName(SheetopsError):
    """A tracker, table, field, key, run or held item that does not exist was named."""

    code = "unknown-name"
    exit_code = 2


class TrackerUnreadable(SheetopsError):
    """A tracker's file, tab, header or key column is missing, damaged or not a workbook."""

    code = "tracker-unreadable"


class TrackerChanged(SheetopsError):
    """The spreadsheet was saved between the read and the write; nothing was overwritten."""

    code = "tracker-changed"
    exit_code = 5


class TrackerBusy(SheetopsError):
    """Somebody has the spreadsheet open, so it cannot be written now."""

    code = "tracker-busy"
    exit_code = 5


class TrackerNotWritten(SheetopsError):
    """The spreadsheet could not be written (read-only folder, disk full, no permission)."""

    code = "tracker-not-written"


class FileUnreadable(SheetopsError):
    """A file that is to be imported is missing, damaged, or holds no table."""

    code = "file-unreadable"


class StoreError(SheetopsError):
    """The dataset cannot be opened, is damaged, or comes from a newer version of sheetops."""

    code = "store"


class RunLocked(SheetopsError):
    """Another run holds the lock of this workspace."""

    code = "locked"
    exit_code = 5


class PlanStale(SheetopsError):
    """A saved plan no longer fits the dataset or a spreadsheet."""

    code = "plan-stale"
    exit_code = 4


class GuardStopped(SheetopsError):
    """A guard found the plan too dangerous to apply without a person's word."""

    code = "guard"
    exit_code = 4


class ClockWentBack(SheetopsError):
    """The machine's clock is earlier than the last run in the journal."""

    code = "clock"


class ScheduleNotWritten(SheetopsError):
    """The system's own scheduler refused a schedule, or is not there; or what is remembered of schedules cannot be read."""

    code = "schedule"


class QueryRefused(SheetopsError):
    """A SQL statement is wrong or would write."""

    code = "sql"


class SlaError(SheetopsError, ValueError):
    """A business calendar or an SLA target says something that cannot be, or is asked beyond its horizon."""

    code = "sla"

"""What a verb came to: words for people, data for programs, and the exit code of section 7 of the design."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

JSON_VERSION = 1


@dataclass
class Outcome:
    """What an action came to. `data` is what `--json` prints, under `{"sheetops": 1, "command": ...}`."""

    command: str
    lines: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as versioned plain data."""
        return {"sheetops": JSON_VERSION, "command": self.command, "exit_code": self.exit_code, **self.data}

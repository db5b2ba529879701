"""Google's quotas: so many reads and so many writes in a minute, per user and per project.

Source: https://developers.google.com/workspace/sheets/api/limits (60 and 300 a minute; a batch counts once).
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .errors import ApiError, Json

_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Quota:
    """What is allowed in any minute; None is without a limit."""

    per_user: int | None = None
    per_project: int | None = None
    spent: dict[tuple[str, str], deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, kind: str, user: str, now: datetime) -> None:
        """Count a read or a write. Raise Google's 429 when the minute is used up; a refusal is not counted."""
        counts = [(self.per_user, user, "per user"), (self.per_project, "", "")]
        for limit, who, _ in counts:
            used = self.spent[kind, who]
            while used and now - used[0] >= _MINUTE:
                used.popleft()
            if limit is not None and len(used) >= limit:
                raise exceeded(kind, limit, per_user=bool(who))
        for _, who, _ in counts:
            self.spent[kind, who].append(now)


def exceeded(kind: str, limit: int, *, per_user: bool) -> ApiError:
    """Return Google's refusal of a request over the quota."""
    metric = f"{kind.capitalize()} requests"
    name = f"{metric} per minute" + (" per user" if per_user else "")
    info: Json = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": "sheets.googleapis.com",
            "consumer": "projects/0",
            "quota_metric": f"sheets.googleapis.com/{kind}_requests",
            "quota_limit": f"{kind.capitalize()}RequestsPerMinutePer{'User' if per_user else 'Project'}",
            "quota_limit_value": str(limit),
            "quota_location": "global",
        },
    }
    return ApiError(
        f"Quota exceeded for quota metric '{metric}' and limit '{name}' of service 'sheets.googleapis.com' "
        "for consumer 'project_number:0'.",
        429,
        [info],
    )

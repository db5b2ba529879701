"""What goes wrong on purpose: refusals, HTML bodies, answers cut off, and people who act at a bad moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from .errors import EXPIRED, FORBIDDEN, INTERNAL, NOT_FOUND, UNAVAILABLE, ApiError
from .http import Answer, as_json
from .quota import exceeded

When = Literal["read", "write", "drive", "any"]

HTML = (
    "<!DOCTYPE html>\n<html lang=en>\n<title>Error {status} (Server Error)!!1</title>\n"
    "<p><b>{status}.</b> <ins>That's an error.</ins>\n<p>The server encountered a temporary error and could not "
    "complete your request.<p>Please try again in 30 seconds. <ins>That's all we know.</ins>\n"
)

_TEXTS = {401: EXPIRED, 403: FORBIDDEN, 404: NOT_FOUND, 500: INTERNAL, 503: UNAVAILABLE}


@dataclass(slots=True)
class Fault:
    """A failure that happens to the next `count` requests of a kind.

    `committed` is the hard case: the request is carried out, and only its answer fails.
    """

    when: When = "any"
    status: int = 503
    html: bool = False
    count: int = 1
    committed: bool = False
    cut: int | None = None

    def answer(self, real: Answer | None) -> Answer:
        """Return what the client gets in place of the real answer."""
        if self.cut is not None and real is not None:
            return replace(real, cut=min(self.cut, len(real.body)))
        if self.html:
            return Answer(self.status, HTML.format(status=self.status).encode(), "text/html; charset=UTF-8")
        error = self._refusal()
        return as_json(error.to_json(), self.status)

    def _refusal(self) -> ApiError:
        if self.status == 429:
            return exceeded("write" if self.when == "write" else "read", 60, per_user=True)
        return ApiError(_TEXTS.get(self.status, "Injected by the sandbox."), self.status)


Act = Callable[[], object]


@dataclass(slots=True)
class Script:
    """What is going to happen, and to which request."""

    faults: list[Fault] = field(default_factory=list)
    before_write: list[Act] = field(default_factory=list)
    after_read: list[Act] = field(default_factory=list)

    def fault_for(self, kind: str) -> Fault | None:
        """Return the fault that is due for a request of this kind, and count it."""
        for fault in self.faults:
            if fault.when in ("any", kind):
                fault.count -= 1
                if fault.count <= 0:
                    self.faults.remove(fault)
                return fault
        return None

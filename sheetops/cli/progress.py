"""A progress bar on stderr, for work over a second, only on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

import click

PATIENCE = 1.0
"""Seconds before a bar is shown: shorter work needs none."""


class Progress:
    """Called with what is being done and the share (0-1) that is done."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Any = None
        self._shown = sys.stderr.isatty()

    def __call__(self, what: str, share: float) -> None:
        if not self._shown or time.monotonic() - self._began < PATIENCE:
            return
        if self._bar is None:
            self._bar = click.progressbar(
                length=100, file=sys.stderr, show_eta=False, item_show_func=lambda item: item
            ).__enter__()
        self._bar.update(max(0, round(share * 100) - self._bar.pos), what)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.update(100 - self._bar.pos, "done")
            self._bar.__exit__(None, None, None)

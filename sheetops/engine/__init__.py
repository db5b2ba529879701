"""Where computed columns run: in this process, over what the dataset says. An existing engine may take its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..columns._lazy import lazily

if TYPE_CHECKING:
    from .local import Engine, forget

__all__ = ["Engine", "forget"]

__getattr__ = lazily(__name__, {"Engine": "local", "forget": "local"})  # most commands compute nothing

"""Where computed columns run: in this process, over what the dataset says. An existing engine may take its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .local import Engine

__all__ = ["Engine"]


def __getattr__(name: str) -> Any:
    """Import the engine when it is first used: most commands compute nothing."""
    if name != "Engine":
        raise AttributeError(name)
    from .local import Engine

    return Engine

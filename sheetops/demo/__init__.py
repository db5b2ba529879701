"""The demo: real work on example trackers, from the first sync to an undo. See `story.run_demo`."""

from .story import run_demo

__all__ = ["run_demo"]

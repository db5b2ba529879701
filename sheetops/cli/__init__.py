"""The command line: arguments in, words out. Every command calls one verb of `sheetops.actions`."""

from .main import cli, main

__all__ = ["cli", "main"]

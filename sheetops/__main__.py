"""`python -m sheetops` is the command line."""

from .cli import main

main()

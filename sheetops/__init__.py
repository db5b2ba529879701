"""Keep ops spreadsheets and one canonical case dataset in two-way agreement, cell by cell."""

__version__ = "0.1.0"

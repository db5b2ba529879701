"""`sheetops serve`: a press of a button that comes over HTTP, and the status page."""

"""Look at a workbook that nobody prepared and propose what sheetops.toml should say about it."""

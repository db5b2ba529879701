"""`sheetops watch`: ticks in cells of the tab `sheetops` start actions, with no macro and nothing that listens."""

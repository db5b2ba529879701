"""Buttons in Excel: a short VBA module, put into a workbook, that starts sheetops and shows what it says."""

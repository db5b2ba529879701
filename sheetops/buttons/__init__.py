"""What people click: the same actions from Excel, Google Sheets, a tick in a cell, a schedule, or HTTP."""

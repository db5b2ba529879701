"""Trackers in Google Sheets: one read, one atomic write, and every row found again that people moved meanwhile."""

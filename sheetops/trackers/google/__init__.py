"""Google Sheets as trackers. Nothing is imported here: gspread and google-auth are an extra, and slow to import."""

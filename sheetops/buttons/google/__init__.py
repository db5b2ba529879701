"""The menu and the button in Google Sheets: an Apps Script that presses over HTTP."""

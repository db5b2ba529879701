"""Schedules in words: "every 15 min on workdays 8-19", as a cron line, a systemd timer or a Windows task."""

"""What sheetops.toml may say: TOML in, tables and trackers out, mistakes named by line."""

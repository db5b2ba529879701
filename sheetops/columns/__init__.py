"""Computed columns, pandas in and pandas out. Pure."""

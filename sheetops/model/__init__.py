"""What a table, field, value, record, change and held item is. Pure: no files, no SQL, no clock."""

"""What must not be missing in a record, and what should not stand in it: findings in words, in a column of their own."""

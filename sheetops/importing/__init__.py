"""Files from elsewhere to records: which column is which field, what a value means, which record a row is. Pure.

The files are read and the dataset is asked at the edge (`foreign_files.py`, `import_verbs.py`); in this room rows, records
and journal entries come in, and a plan goes out.
"""

"""The canonical store: typed tables, journal, bases, held items and runs, over SQLAlchemy Core."""

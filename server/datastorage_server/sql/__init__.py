"""The store in SQL: SQLAlchemy Core over SQLite."""

"""What remembers: SQLAlchemy Core on SQLite and PostgreSQL. Queries are named after the question they answer."""

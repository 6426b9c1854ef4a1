"""The journal of sessions: in memory, in an SQLite file or in PostgreSQL."""

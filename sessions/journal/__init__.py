"""The append-only log of events in SQLite, and recordings: parts of it as one portable file."""

"""What SQLite and PostgreSQL need differently."""

"""SQLite as Holobase uses it."""

"""PostgreSQL as Holobase uses it."""

"""The examples of `docs/guide`, run as they stand there."""

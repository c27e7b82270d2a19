"""Moves to another database and backups while members write, and kills in between."""

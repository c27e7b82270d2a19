"""Writes on behalf of a client: validated, permitted before and after, then through the door."""

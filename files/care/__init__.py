"""Looks after what is stored: whether rows and bytes fit each other, and moves between places."""

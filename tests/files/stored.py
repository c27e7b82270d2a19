"""What is in the storage."""

from __future__ import annotations

from django.core.files.storage import default_storage

from files.keys import PICTURES


def stored_pictures() -> set[str]:
    """Return the names of the pictures in the storage."""
    try:
        _folders, names = default_storage.listdir(PICTURES)
    except FileNotFoundError:
        return set()
    return set(names)

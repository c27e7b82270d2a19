"""What is in the storage."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.utils import timezone


def stored_pictures() -> set[str]:
    """Return the names of this month's pictures in the storage."""
    folder = f"pictures/{timezone.now():%Y/%m}"
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return set()
    return set(names)

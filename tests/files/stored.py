"""What is in the storage."""

from __future__ import annotations

from django.core.files.storage import default_storage

from files.access.signatures import signed_address
from files.keys import PICTURES
from files.models import File


def address_of(file: File, query: str = "") -> str:
    """Return an address by which anyone may fetch a file, as if a private record showed it."""
    File.objects.filter(pk=file.pk).update(unused_since=None)
    return "&".join(filter(None, [signed_address(file.key), query]))


def stored_pictures() -> set[str]:
    """Return the names of the pictures in the storage."""
    try:
        _folders, names = default_storage.listdir(PICTURES)
    except FileNotFoundError:
        return set()
    return set(names)

"""Hashing pictures that were stored before they got all the hashes that pictures have now."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models.functions import Length

from files.models import File
from files.pictures.hash_texts import COMPLETE, PLAIN
from files.pictures.reading import read_picture

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

AT_ONCE = 100
"""Pictures that the housekeeping hashes in an hour."""


def unhashed_pictures() -> QuerySet[File]:
    """Return the pictures that miss some hashes, the newest first."""
    pictures = File.objects.filter(width__isnull=False).exclude(perceptual_hash=PLAIN)
    missing = pictures.annotate(hashed=Length("perceptual_hash")).filter(hashed__lt=COMPLETE)
    return missing.order_by("-created_at")


def hash_old_pictures(most: int = AT_ONCE) -> list[UUID]:
    """Hash up to so many of them; returns their ids.

    What can't be read any more counts as plain. Raises OSError or Problem 503 while the storage is
    away, or too many pictures are being read.
    """
    pictures = list(unhashed_pictures()[:most])
    for picture in pictures:
        hashed = _hash_of(picture)
        File.objects.filter(pk=picture.pk).update(perceptual_hash=hashed)
    return [picture.pk for picture in pictures]


def _hash_of(picture: File) -> str:
    try:
        with default_storage.open(picture.key) as stored:
            read = read_picture(BytesIO(stored.read()))
    except (ValidationError, FileNotFoundError):
        return PLAIN
    read.content.close()
    return read.perceptual_hash

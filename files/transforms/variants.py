"""Each variant is made once, whoever asks for it in whichever process, and kept.

A row says that somebody makes it, until when; it is taken over when that time has passed, as after
a kill. Whoever makes it has given up by then, so that no two processes ever make the same.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from time import sleep
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from files.models import File, Variant
from files.pictures.decoding import PictureError
from files.pictures.executor import too_many_pictures, variant_executor
from files.transforms.resolving import content_type_of, name_of
from resources.api import not_visible

if TYPE_CHECKING:
    from datetime import datetime

    from files.pictures.rendering import Rendering

PAUSE = 0.1
"""Seconds between two looks at what another process makes."""


def made_variant(file: File, rendering: Rendering) -> Variant | None:
    """Return a variant that is there, None if it has yet to be made."""
    return (
        Variant.objects.select_related("file")
        .filter(file=file, name=name_of(rendering), size__isnull=False)
        .first()
    )


def variant(file: File, rendering: Rendering) -> Variant:
    """Return a variant, made now if it is not there; waits for who makes it already.

    Raises Problem 404 when the file goes meanwhile, 503 when it takes too long.
    """
    deadline = timezone.now() + timedelta(seconds=settings.VARIANT_SECONDS)
    while not try_to_make(file, rendering):
        if timezone.now() > deadline:
            raise too_many_pictures()
        sleep(PAUSE)
    made = made_variant(file, rendering)
    if made is None:
        raise not_visible()
    return made


def try_to_make(file: File, rendering: Rendering) -> bool:
    """Make a variant that is not there; returns False if somebody else is at it.

    Call it outside of transactions: it takes a while. Raises Problem 404 or 503.
    """
    name = name_of(rendering)
    claim = _claim(file, name, content_type_of(rendering))
    if claim is None:
        return _is_made(file, name)
    try:
        _store(claim, _rendered(file, rendering, claim.claimed_until))
    except BaseException:
        Variant.objects.filter(pk=claim.pk, size=None, claimed_until=claim.claimed_until).delete()
        raise
    return True


def _is_made(file: File, name: str) -> bool:
    """Return whether a variant is there; raises Problem 404 if its file is gone."""
    row = Variant.objects.filter(file=file, name=name).first()
    if row is None and not File.objects.filter(pk=file.pk).exists():
        raise not_visible()
    return row is not None and row.size is not None


def _claim(file: File, name: str, content_type: str) -> Variant | None:
    """Return the row of a variant that nobody else makes now, None where somebody does or has."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.VARIANT_SECONDS)
    row = Variant.objects.filter(file=file, name=name).first()
    if row is None:
        _make_room(file)
        try:
            with transaction.atomic():
                return Variant.objects.create(
                    file=file, name=name, claimed_until=until, content_type=content_type
                )
        except IntegrityError:
            return None
    if row.size is not None or row.claimed_until > now:
        return None
    expired = Variant.objects.filter(pk=row.pk, size=None, claimed_until=row.claimed_until)
    row.claimed_until = until
    return row if expired.update(claimed_until=until) else None


def _rendered(file: File, rendering: Rendering, until: datetime) -> bytes:
    """Return a variant's bytes, made by a point in time; none if the original takes its place.

    That is so where the variant would not be smaller, and where it can't be made within the limits.
    """
    try:
        with default_storage.open(file.key) as stored:
            content = BytesIO(stored.read())
    except FileNotFoundError:
        raise not_visible() from None
    try:
        return variant_executor().render(
            content, rendering, (until - timezone.now()).total_seconds()
        )
    except PictureError:
        return b""


def _store(claim: Variant, content: bytes) -> None:
    """Keep the bytes first and then say so, so that a row that says so has its bytes."""
    key = claim.key
    if content:
        # A maker that was killed may have left a part.
        default_storage.delete(key)
        default_storage.save(key, ContentFile(content, name=key))
    mine = Variant.objects.filter(pk=claim.pk, claimed_until=claim.claimed_until)
    digest = sha256(content).hexdigest() if content else ""
    size = len(content) if content else claim.file.size
    if not mine.update(size=size, digest=digest):
        if content and not Variant.objects.filter(pk=claim.pk).exists():
            default_storage.delete(key)
        raise not_visible()


def _make_room(file: File) -> None:
    """Delete the oldest variants of a file that has as many as a file may have."""
    rows = Variant.objects.filter(file=file).select_related("file").order_by("pk")
    surplus = rows.count() - settings.MOST_VARIANTS + 1
    for row in rows.filter(size__isnull=False)[: max(0, surplus)]:
        row.delete()
        if row.digest:
            default_storage.delete(row.key)


def keys_of_variants(file: File) -> list[str]:
    """Return the names that a file's variants have in the storage, those in the making too."""
    rows = Variant.objects.filter(file=file).select_related("file")
    return [row.key for row in rows if row.size is None or row.digest]

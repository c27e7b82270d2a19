"""Storing and dropping files."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

import blurhash
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ManyToOneRel
from django.utils import timezone
from PIL import Image

from files.models import File
from files.pictures import read_picture

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from resources.actors import Actor

UNUSED_FOR = timedelta(hours=24)
BLURHASH_PIXELS = (64, 64)


def store_picture(*, by: Actor, upload: BinaryIO, name: str = "") -> File:
    """Check an upload and store it; raises ValidationError for what is no picture.

    The row comes first and the bytes second, so that a crash between them leaves a row without
    use, which the sweep removes, rather than bytes nobody knows of.
    """
    picture = read_picture(upload)
    key = f"pictures/{timezone.now():%Y/%m}/{uuid4().hex}.{picture.extension}"
    file = File.objects.create(
        owner_id=by.id,
        key=key,
        content_type=picture.content_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        original_name=name[:200],
    )
    default_storage.save(key, ContentFile(picture.content))
    return file


def describe_file(file_id: UUID) -> None:
    """Compute a picture's blurhash (https://blurha.sh), the blur shown while it loads."""
    file = File.objects.filter(pk=file_id, blurhash="").first()
    if file is None:
        return
    with default_storage.open(file.key) as stored, Image.open(BytesIO(stored.read())) as picture:
        picture.thumbnail(BLURHASH_PIXELS)
        small = picture.convert("RGB")
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    file.blurhash = blurhash.encode(rows, components_x=4, components_y=4)
    file.save(update_fields=["blurhash"])


def sweep_unused_files() -> int:
    """Delete files that no row has pointed at for a day; gives their number."""
    count = 0
    for file in unused(File.objects.filter(created_at__lt=timezone.now() - UNUSED_FOR)):
        file.delete()
        transaction.on_commit(partial(default_storage.delete, file.key))
        count += 1
    return count


def unused(files: QuerySet[File]) -> QuerySet[File]:
    """Give those of `files` that no row points at."""
    for relation in File._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            column = relation.field.attname
            using = relation.related_model._default_manager.exclude(**{column: None})
            files = files.exclude(pk__in=using.values(column))
    return files


def release_files(owner_id: UUID) -> None:
    """Forget whose files are that rows still use, and what any of theirs was called.

    What nothing uses stays theirs, for `delete_files_of`.
    """
    owned = File.objects.filter(owner=owner_id)
    owned.update(original_name="")
    owned.exclude(pk__in=unused(owned).values("pk")).update(owner=None)


def delete_files_of(owner_id: UUID) -> int:
    """Delete all files of an owner, which nothing may use any more; gives their number.

    The bytes go first and the row second, so that a crash between them leaves the row to tell
    what is left to do.
    """
    owned = list(File.objects.filter(owner=owner_id))
    for file in owned:
        default_storage.delete(file.key)
        file.delete()
    return len(owned)

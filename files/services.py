"""Storing and dropping files."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from django.core.files.base import File as Content
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError

from files.attachments import read_attachment
from files.content_types import EXTENSIONS
from files.keys import ATTACHMENTS, PICTURES, digest_of, key_of
from files.models import File
from files.pictures.reading import read_picture
from files.quota import require_space
from files.scanning import require_clean
from files.transforms.variants import keep_preview, keys_of_variants
from files.unused import is_unused, unused
from resources.api import UPLOAD_PIECE_BYTES, new_id, row_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from files.policies import FilePolicy
    from resources.api import Actor

logger = logging.getLogger("holobase.files")


class StagedUpload(NamedTuple):
    """An upload that came in pieces: which one, and what makes a stored file of its bytes."""

    upload_id: UUID
    save: Callable[[str], object]


def store_file(
    *,
    by: Actor,
    upload: BinaryIO,
    policy: FilePolicy,
    name: str = "",
    staged: StagedUpload | None = None,
) -> File:
    """Check an upload by the policy of the column that it is for, and store it.

    Raises ValidationError for what the column does not take, for what is infected, or the member
    has no room for. Call it before the transaction of what shows the file, and `discard_unused`
    after it. What was `staged` in the storage is not read through this process again to be stored.
    """
    reserved_by = staged.upload_id if staged else None
    if policy.is_of_pictures:
        require_clean(upload)
        return store_picture(by=by, upload=upload, name=name, reserved_by=reserved_by)
    content_type, size = read_attachment(upload, policy)
    require_clean(upload)
    key = new_key(upload, ATTACHMENTS, EXTENSIONS[content_type])
    return _store(
        key,
        by=by,
        save=staged.save if staged else partial(_save, upload),
        reserved_by=reserved_by,
        content_type=content_type,
        size=size,
        original_name=name[:200],
    )


def store_picture(
    *, by: Actor, upload: BinaryIO, name: str = "", reserved_by: UUID | None = None
) -> File:
    """Check an upload and store it; raises ValidationError for what is no picture, or has no room.

    `reserved_by` is the upload in pieces that has reserved room for it, if one has.
    """
    picture = read_picture(upload)
    with picture.content as content:
        file = _store(
            new_key(content, PICTURES, picture.extension),
            by=by,
            save=partial(_save, content),
            reserved_by=reserved_by,
            content_type=picture.content_type,
            size=picture.size,
            width=picture.width,
            height=picture.height,
            blurhash=picture.blurhash,
            perceptual_hash=picture.perceptual_hash,
            original_name=name[:200],
        )
    if picture.preview:
        keep_preview(file, picture.preview)
    return file


class NewKey(NamedTuple):
    """The name of bytes that are to be stored, for a row of this id."""

    file_id: UUID
    digest: str
    key: str


def new_key(content: BinaryIO, folder: str, extension: str) -> NewKey:
    """Return the name that bytes are to have, which are read piece by piece."""
    file_id, digest = new_id(), digest_of(content)
    return NewKey(file_id, digest, key_of(folder, digest, file_id, extension))


def _store(
    new: NewKey,
    *,
    by: Actor,
    save: Callable[[str], object],
    reserved_by: UUID | None,
    size: int,
    **columns: object,
) -> File:
    """Store bytes with their row; raises ValidationError `quota_exceeded`.

    The row comes first and the bytes second, so that a crash between them leaves a row without use,
    which the sweep removes, rather than bytes nobody knows of.
    """
    file = File(
        pk=new.file_id, owner_id=by.id, key=new.key, digest=new.digest, size=size, **columns
    )
    with transaction.atomic():
        require_space(by, size, beside=reserved_by)
        row_sql.insert(file)
    try:
        save(new.key)
    except Exception:
        discard_unused([file.pk])
        raise
    return file


class StoredContent(Content[bytes]):
    """Bytes on their way into the storage, in pieces as large as those of a form."""

    DEFAULT_CHUNK_SIZE = UPLOAD_PIECE_BYTES


def _save(content: BinaryIO, key: str) -> None:
    default_storage.save(key, StoredContent(content, name=key))


def discard_unused(file_ids: Iterable[UUID]) -> None:
    """Delete those of some files that no row points at, after a write that may have been refused.

    What can't be deleted now is left to the sweep.
    """
    try:
        left = [file_id for file_id in file_ids if is_unused(file_id)]
        for file in File.objects.filter(pk__in=left) if left else ():
            _delete(file)
    except Exception:
        logger.exception("unused files are left to the sweep")


def _delete(file: File) -> None:
    """Delete a file: the bytes first, so that a crash leaves the row to tell what is to be done."""
    for key in (*keys_of_variants(file), file.key):
        default_storage.delete(key)
    file.delete()


def forget_unused(file_ids: Iterable[UUID]) -> list[list[str]]:
    """Delete the rows of those files that no row points at; return for each the keys of its bytes.

    In one transaction with the order to delete those. A row that begins to point at a file
    meanwhile keeps it.
    """
    forgotten = []
    for file in unused(File.objects.select_for_update().filter(pk__in=list(file_ids))):
        with suppress(ProtectedError), transaction.atomic():
            keys = [*keys_of_variants(file), file.key]
            file.delete()
            forgotten.append(keys)
    return forgotten


def delete_bytes(keys: Iterable[str]) -> None:
    """Delete stored bytes whose rows are gone."""
    for key in keys:
        if not File.objects.filter(key=key).exists():
            default_storage.delete(key)


def release_files(owner_id: UUID) -> None:
    """Forget whose files are that rows still use, and what any of theirs was called.

    What nothing uses stays theirs, for `delete_files_of`.
    """
    owned = File.objects.filter(owner=owner_id)
    owned.update(original_name="")
    owned.exclude(pk__in=unused(owned).values("pk")).update(owner=None)


def delete_files_of(owner_id: UUID) -> int:
    """Delete all files of an owner, which nothing may use any more; returns their number."""
    owned = list(File.objects.filter(owner=owner_id))
    for file in owned:
        _delete(file)
    return len(owned)

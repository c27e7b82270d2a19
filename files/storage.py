"""The place of stored files: a local folder or an S3 bucket, behind Django's one interface."""

from __future__ import annotations

from pathlib import Path
from shutil import disk_usage
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from files.buckets import Bucket

LEAST_FREE_BYTES = 16 * 1024 * 1024


def set_up_storage() -> None:
    """Make the folder or the bucket that files are kept in, unless it is there."""
    folder = _folder()
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        return
    bucket = _bucket()
    if not bucket.exists():
        bucket.make()


def is_storage_ready() -> bool:
    """Return whether files can be stored; raises what the client does when it can't tell."""
    folder = _folder()
    if folder:
        return folder.is_dir() and disk_usage(folder).free >= LEAST_FREE_BYTES
    storage: Any = default_storage
    return bool(storage.is_there())


def _folder() -> Path | None:
    """Return the local folder of the storage, or None when it is a bucket."""
    storage: Any = default_storage
    return None if hasattr(storage, "bucket_name") else Path(storage.location)


def _bucket() -> Bucket:
    # Its client takes memory that only those with a bucket are to pay.
    bucket: type[Bucket] = import_string("files.buckets.Bucket")
    return bucket(default_storage)

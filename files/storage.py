"""The place of stored files: a local folder or an S3 bucket, behind Django's one interface."""

from __future__ import annotations

from pathlib import Path
from shutil import disk_usage
from typing import TYPE_CHECKING, cast

from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from files.buckets import Bucket, BucketStorage

LEAST_FREE_BYTES = 16 * 1024 * 1024


def set_up_storage() -> None:
    """Make the folder or the bucket that files are kept in, unless it is there."""
    storage = bucket_storage()
    if storage is None:
        local_folder().mkdir(parents=True, exist_ok=True)
        return
    bucket = _bucket_of(storage)
    if not bucket.exists():
        bucket.make()


def is_storage_ready() -> bool:
    """Return whether files can be stored; raises what the client does when it can't tell."""
    storage = bucket_storage()
    if storage is not None:
        return storage.is_there()
    folder = local_folder()
    return folder.is_dir() and disk_usage(folder).free >= LEAST_FREE_BYTES


def bucket_storage() -> BucketStorage | None:
    """Return the storage if it is a bucket, None if it is a local folder."""
    has_bucket = hasattr(default_storage, "bucket_name")
    return cast("BucketStorage", default_storage) if has_bucket else None


def local_folder() -> Path:
    """Return the folder of a storage that is no bucket."""
    return Path(cast("FileSystemStorage", default_storage).location)


def _bucket_of(storage: BucketStorage) -> Bucket:
    # Its client takes memory that only those with a bucket are to pay.
    bucket: type[Bucket] = import_string("files.buckets.Bucket")
    return bucket(storage)

"""The place of stored files: a local folder or an S3 bucket, behind Django's one interface."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.files.storage import default_storage
from minio import Minio
from minio.error import S3Error

AMAZON = "https://s3.amazonaws.com"
MADE_MEANWHILE = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


def set_up_storage() -> None:
    """Make the folder or the bucket that files are kept in, unless it is there."""
    folder = _folder()
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        return
    client, bucket = _bucket()
    if client.bucket_exists(bucket):
        return
    try:
        client.make_bucket(bucket)
    except S3Error as error:
        # Another process may have made it in the meantime.
        if error.code not in MADE_MEANWHILE:
            raise


def is_storage_ready() -> bool:
    """Tell whether files can be stored."""
    folder = _folder()
    if folder:
        return folder.is_dir()
    client, bucket = _bucket()
    return client.bucket_exists(bucket)


def _folder() -> Path | None:
    """Give the local folder of the storage, or None when it is a bucket."""
    storage: Any = default_storage
    return None if hasattr(storage, "bucket_name") else Path(storage.location)


def _bucket() -> tuple[Minio, str]:
    storage: Any = default_storage
    address = urlsplit(storage.endpoint_url or AMAZON)
    client = Minio(
        address.netloc,
        access_key=storage.access_key,
        secret_key=storage.secret_key,
        region=storage.region_name,
        secure=address.scheme == "https",
    )
    return client, storage.bucket_name

"""An S3 bucket as the place of files: made and watched by MinIO's client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from minio import Minio
from minio.error import S3Error

AMAZON = "https://s3.amazonaws.com"
MADE_MEANWHILE = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


class Bucket:
    """The bucket that a storage of django-storages keeps files in."""

    def __init__(self, storage: Any) -> None:
        self.name = storage.bucket_name
        address = urlsplit(storage.endpoint_url or AMAZON)
        self.client = Minio(
            address.netloc,
            access_key=storage.access_key,
            secret_key=storage.secret_key,
            region=storage.region_name,
            secure=address.scheme == "https",
        )

    def exists(self) -> bool:
        """Tell whether it is there."""
        return self.client.bucket_exists(self.name)

    def make(self) -> None:
        """Make it; another process may have made it in the meantime."""
        try:
            self.client.make_bucket(self.name)
        except S3Error as error:
            if error.code not in MADE_MEANWHILE:
                raise

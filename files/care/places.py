"""The two places where stored bytes can be, side by side: a local folder and a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO, Protocol
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from files.keys import digest_of_rest
from files.storage import bucket_storage, local_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from files.buckets import BucketStorage

CHUNK = 1024 * 1024
MOVING = ".moving-"
"""How names of copies begin that are not whole yet, beside where they will be."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """Stored bytes as a listing tells of them."""

    key: str
    size: int
    modified_at: datetime


class Place(Protocol):
    """Where bytes are stored, each under its key."""

    name: str

    def objects(self, beginning: str = "") -> Iterator[StoredObject]:
        """Yield all whose key begins so, in any order; what changes meanwhile may be left out."""

    def find(self, key: str) -> StoredObject | None:
        """Return what is under a key, None if nothing is."""

    def open(self, key: str) -> BinaryIO:
        """Return the bytes under a key as a file; raises FileNotFoundError."""

    def put(self, key: str, content: BinaryIO) -> None:
        """Store a file's content under a key, all of it or nothing, in place of what was there."""

    def delete(self, key: str) -> None:
        """Delete what is under a key, if anything is."""


class LocalPlace:
    """A folder of this machine."""

    name = "disk"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def objects(self, beginning: str = "") -> Iterator[StoredObject]:
        """Yield the files of the folder whose path begins so, those of others too."""
        for top in self.folder.glob(f"{beginning}*"):
            for path in (top, *top.rglob("*")):
                found = self._described(path)
                if found:
                    yield found

    def find(self, key: str) -> StoredObject | None:
        """Return a file."""
        return self._described(self._path(key))

    def open(self, key: str) -> BinaryIO:
        """Open a file."""
        return self._path(key).open("rb")

    def put(self, key: str, content: BinaryIO) -> None:
        """Write a file under a name of its own and rename it."""
        target = self._path(key)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(f"{MOVING}{uuid4().hex}")
        unfinished.touch(mode=0o600)
        try:
            with unfinished.open("wb") as file:
                copyfileobj(content, file, CHUNK)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    def delete(self, key: str) -> None:
        """Delete a file."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        """Return where a key's bytes are; raises SuspiciousFileOperation for a way out of here."""
        return Path(FileSystemStorage(self.folder).path(key))

    def _described(self, path: Path) -> StoredObject | None:
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not path.is_file():
            return None
        modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
        return StoredObject(path.relative_to(self.folder).as_posix(), status.st_size, modified_at)


class BucketPlace:
    """A bucket: the storage's own, or another one of the same server."""

    name = "s3"

    def __init__(self, storage: BucketStorage, bucket: str = "") -> None:
        self.bucket = bucket or storage.bucket_name
        self.client = storage.patient_client

    def objects(self, beginning: str = "") -> Iterator[StoredObject]:
        """Yield the objects whose key begins so."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=beginning
        )
        for page in pages:
            for each in page.get("Contents", ()):
                yield StoredObject(each["Key"], each["Size"], each["LastModified"])

    def find(self, key: str) -> StoredObject | None:
        """Return an object."""
        try:
            found = self.client.head_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return StoredObject(key, found["ContentLength"], found["LastModified"])

    def open(self, key: str) -> BinaryIO:
        """Open an object, which is read as it comes."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            raise FileNotFoundError(key) from None
        body: BinaryIO = found["Body"]
        return body

    def put(self, key: str, content: BinaryIO) -> None:
        """Upload a file, in parts if it is large."""
        self.client.upload_fileobj(content, self.bucket, key)

    def delete(self, key: str) -> None:
        """Delete an object."""
        self.client.delete_object(Bucket=self.bucket, Key=key)


def current_place() -> Place:
    """Return where files are stored."""
    return _bucket_place() or LocalPlace(local_folder())


def both_places() -> tuple[LocalPlace, BucketPlace] | None:
    """Return the folder and the bucket, None where no bucket is set up."""
    bucket = _bucket_place()
    return (LocalPlace(settings.FILES_FOLDER), bucket) if bucket else None


def digest_in(place: Place, key: str) -> str:
    """Return the SHA-256 of what is stored, in hexadecimal; raises FileNotFoundError."""
    with place.open(key) as content:
        return digest_of_rest(content)


def _bucket_place() -> BucketPlace | None:
    storage = bucket_storage()
    return BucketPlace(storage) if storage is not None else None

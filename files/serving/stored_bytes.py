"""Reads pieces of what is stored, from a local folder or a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from django.core.files.storage import default_storage

from files.storage import bucket_storage

if TYPE_CHECKING:
    from files.buckets import BucketStorage


class StoredBytes(Protocol):
    """The bytes under one key; each read stands for itself, and nothing stays open between two."""

    def read(self, first: int, length: int) -> bytes:
        """Return up to `length` bytes from `first` on.

        Raises FileNotFoundError if they are gone, Problem 503 if the storage is away.
        """

    def require(self) -> None:
        """Raise what `read` raises, without reading."""


@dataclass(frozen=True, slots=True)
class LocalBytes:
    """Bytes in a local file."""

    path: Path

    def read(self, first: int, length: int) -> bytes:
        """Return up to `length` bytes from `first` on."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(first)
            return file.read(length)

    def require(self) -> None:
        """Raise FileNotFoundError if there are none."""
        self.path.stat()


@dataclass(frozen=True, slots=True)
class BucketBytes:
    """Bytes in a bucket, read by ranged GETs."""

    storage: BucketStorage
    key: str

    def read(self, first: int, length: int) -> bytes:
        """Return up to `length` bytes from `first` on."""
        return self.storage.read_part(self.key, first, length)

    def require(self) -> None:
        """Raise FileNotFoundError if there are none, Problem 503 if the server is away."""
        if not self.storage.exists(self.key):
            raise FileNotFoundError(self.key)


def stored_bytes(key: str) -> StoredBytes:
    """Return what is stored under a key, which may turn out to be nothing when it is read."""
    storage = bucket_storage()
    if storage is not None:
        return BucketBytes(storage, key)
    return LocalBytes(Path(default_storage.path(key)))

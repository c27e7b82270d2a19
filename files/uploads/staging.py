"""Where the bytes of an upload wait until it is whole: a file of the storage's folder, or a bucket.

A writer belongs to one claim. What it writes counts once it is acknowledged; a claim that is taken
over meanwhile makes it raise Problem 423, whatever it has written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.core.files.storage import default_storage
from django.utils.module_loading import import_string

from files.storage import bucket_storage
from files.uploads.disk import DiskStaging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from files.models import Upload


class StagingWriter(Protocol):
    """Takes the bytes of an upload from its offset on; `offset` counts those it has taken."""

    offset: int

    def write(self, piece: bytes) -> None:
        """Take a piece; raises Problem 423, 503 or 507."""

    def acknowledge(self, *, is_last: bool) -> None:
        """Count what was written as stored for good, all of it if this is the last time.

        Raises as `write`.
        """

    def close(self) -> None:
        """Forget what is not acknowledged."""


class Staging(Protocol):
    """The place where uploads wait."""

    def writer(self, upload: Upload) -> StagingWriter:
        """Return what takes the next bytes of a claimed upload."""

    def assemble(self, upload: Upload) -> None:
        """Make one object of a complete upload; done already, this does nothing."""

    def open(self, upload: Upload) -> BinaryIO:
        """Return an assembled upload as a file that can be read anywhere."""

    def chunks(self, upload: Upload) -> Iterator[bytes]:
        """Yield an assembled upload from its beginning to its end."""

    def save(self, upload: Upload, key: str) -> None:
        """Make the storage's file `key` of an assembled upload, which stays until discarded."""

    def discard(self, upload: Upload) -> None:
        """Delete what there is of an upload."""


def staging() -> Staging:
    """Return the place that fits the storage."""
    storage = bucket_storage()
    if storage is None:
        return DiskStaging(default_storage)
    # Its client takes memory that only those with a bucket are to pay.
    in_bucket: Callable[[object], Staging] = import_string("files.uploads.bucket.BucketStaging")
    return in_bucket(storage)

"""Uploads wait in files below the storage's folder, and become stored files by a second name."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from files.uploads.claims import acknowledge, require_claimed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.storage import Storage

    from files.models import Upload

FOLDER = "uploads"
CHUNK = 1024 * 1024
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK)


class DiskStaging:
    """The folder `uploads` of a local storage."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def writer(self, upload: Upload) -> DiskWriter:
        """Return what takes the next bytes of a claimed upload."""
        return DiskWriter(upload, self._path(upload))

    def assemble(self, upload: Upload) -> None:
        """Cut off what was written and never acknowledged."""
        path = self._path(upload)
        if path.exists():
            os.truncate(path, upload.offset)

    def open(self, upload: Upload) -> BinaryIO:
        """Return the file."""
        return self._path(upload).open("rb")

    def chunks(self, upload: Upload) -> Iterator[bytes]:
        """Yield the file's bytes."""
        with self.open(upload) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def save(self, upload: Upload, key: str) -> None:
        """Store the upload as `key` by a hard link; copy it where the file system has none."""
        source, target = self._path(upload), Path(self.storage.path(key))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            shutil.copyfile(source, target)
            target.chmod(0o600)

    def discard(self, upload: Upload) -> None:
        """Delete the file."""
        self._path(upload).unlink(missing_ok=True)

    def _path(self, upload: Upload) -> Path:
        return Path(self.storage.path(f"{FOLDER}/{upload.pk.hex}"))


class DiskWriter:
    """Writes behind the acknowledged bytes of a file, while its claim holds.

    The lock of the file makes looking at the claim and writing one step: who has claimed the upload
    since then writes later, and over what is here. A killed process holds no lock.
    """

    def __init__(self, upload: Upload, path: Path) -> None:
        self.upload = upload
        self.path = path
        self.offset = upload.offset
        self._file: int | None = None

    def write(self, piece: bytes) -> None:
        """Write a piece; raises Problem 423."""
        rest, offset = memoryview(piece), self.offset
        with self._locked() as file:
            while rest:
                written = os.pwrite(file, rest, offset)
                rest, offset = rest[written:], offset + written
        self.offset = offset

    def acknowledge(self, *, is_last: bool) -> None:
        """Have everything on disk, then count it."""
        del is_last
        if self._file is not None and self.offset > self.upload.offset:
            os.fsync(self._file)
            acknowledge(self.upload, self.offset)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _locked(self) -> Iterator[int]:
        file = self._opened()
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            require_claimed(self.upload)
            yield file
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _opened(self) -> int:
        """Open the file when the first piece comes: a finished upload has none any more."""
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

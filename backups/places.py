"""Where backups are put: a folder of this machine, or a bucket."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage

PATTERN = "holobase-*.tar*"
BEGINNING = "holobase-"


class BackupPlace(Protocol):
    """A place that keeps backups by name."""

    def names(self) -> list[str]:
        """Return the names of all backups, the oldest first."""

    def put(self, path: Path, name: str) -> None:
        """Keep a file under a name."""

    def fetch(self, name: str, path: Path) -> None:
        """Copy a backup to a file; raises FileNotFoundError."""

    def delete(self, name: str) -> None:
        """Delete a backup."""


class BackupFolder:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Return the files that are named as backups are."""
        return sorted(path.name for path in self.folder.glob(PATTERN))

    def put(self, path: Path, name: str) -> None:
        """Copy a file beside the name it is to have, then rename it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}"
        unfinished.touch(mode=0o600)
        copyfile(path, unfinished)
        unfinished.replace(self.folder / name)

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file."""
        copyfile(self.folder / name, path)

    def delete(self, name: str) -> None:
        """Delete a file."""
        (self.folder / name).unlink(missing_ok=True)


class BackupBucket:
    """A bucket on the server that files are on, below a prefix."""

    def __init__(self, bucket: str, prefix: str) -> None:
        storage: Any = default_storage
        self.client = storage.patient_client
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""

    def names(self) -> list[str]:
        """Return the objects that are named as backups are."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix + BEGINNING
        )
        keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
        return sorted(key.removeprefix(self.prefix) for key in keys)

    def put(self, path: Path, name: str) -> None:
        """Upload a file, in parts if it is large."""
        self.client.upload_file(str(path), self.bucket, self.prefix + name)

    def fetch(self, name: str, path: Path) -> None:
        """Download an object."""
        try:
            self.client.download_file(self.bucket, self.prefix + name, str(path))
        except self.client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from None
            raise

    def delete(self, name: str) -> None:
        """Delete an object."""
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)


def backup_place() -> BackupPlace:
    """Return where backups are put (`BACKUP_TO`)."""
    place = urlsplit(settings.BACKUP_TO)
    if place.scheme == "s3":
        return BackupBucket(place.netloc, place.path.strip("/"))
    return BackupFolder(Path(settings.BACKUP_TO))


def delete_old_backups(place: BackupPlace) -> list[str]:
    """Delete all but the newest `BACKUP_KEEP` backups; return the names of the deleted."""
    old = place.names()[: -settings.BACKUP_KEEP]
    for name in old:
        place.delete(name)
    return old

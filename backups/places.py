"""Where backups are put: a folder of this machine, or a bucket."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage

from files.care.places import CHUNK, BucketPlace, LocalPlace

if TYPE_CHECKING:
    from files.buckets import BucketStorage
    from files.care.places import Place

BEGINNING = "holobase-"


class BackupPlace:
    """A place of backups, each under its name behind a prefix."""

    def __init__(self, place: Place, prefix: str = "") -> None:
        self._place = place
        self._prefix = prefix

    def names(self) -> list[str]:
        """Return the names of all backups, the oldest first."""
        found = self._place.objects(self._prefix + BEGINNING)
        names = (each.key.removeprefix(self._prefix) for each in found)
        return sorted(name for name in names if ".tar" in name and "/" not in name)

    def put(self, path: Path, name: str) -> None:
        """Keep a file under a name, all of it or nothing."""
        with path.open("rb") as content:
            self._place.put(self._prefix + name, content)

    def fetch(self, name: str, path: Path) -> None:
        """Copy a backup to a file; raises FileNotFoundError."""
        with self._place.open(self._prefix + name) as content, path.open("wb") as copy:
            copyfileobj(content, copy, CHUNK)

    def delete_old(self) -> None:
        """Delete all but the newest `BACKUP_KEEP` backups."""
        for name in self.names()[: -settings.BACKUP_KEEP]:
            self._place.delete(self._prefix + name)


def backup_place() -> BackupPlace:
    """Return where backups are put (`BACKUP_TO`)."""
    to = urlsplit(settings.BACKUP_TO)
    if to.scheme != "s3":
        return BackupPlace(LocalPlace(Path(settings.BACKUP_TO)))
    storage = cast("BucketStorage", default_storage)
    prefix = to.path.strip("/")
    return BackupPlace(BucketPlace(storage, to.netloc), f"{prefix}/" if prefix else "")

"""Making a backup, beside a running server."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from backups.archives import Manifest, created, encrypt
from backups.tables import kept_tables
from files.care.places import current_place
from files.models import File
from resources.api import feed, read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backups.archives import ArchiveWriter
    from resources.api import Progress


def archive_name() -> str:
    """Return the name of a backup that is made now: names sort by time."""
    ending = ".tar.age" if settings.BACKUP_RECIPIENTS else ".tar"
    return f"holobase-{timezone.now():%Y%m%dT%H%M%S%fZ}{ending}"


def write_archive(target: Path, tell: Progress) -> Manifest:
    """Write all that the site is into a file; return what is in it.

    Tables are read as of one moment. Files that are deleted afterwards stay stored for a time of
    grace (`FILES_GRACE_HOURS`), so they are still there when their turn comes.
    """
    with TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        plain = Path(folder) / "backup.tar"
        plain.touch(mode=0o600)
        manifest = Manifest(timezone.now().isoformat(), applied_migrations())
        feed.assign_positions()
        with created(plain, manifest) as archive:
            with read_snapshot():
                keys = _add_tables(archive, tell)
            _add_files(archive, keys, tell)
            for name, content in own_secrets():
                archive.add_secret(name, content)
        if settings.BACKUP_RECIPIENTS:
            sealed = Path(folder) / "backup.tar.age"
            encrypt(plain, sealed, settings.BACKUP_RECIPIENTS)
            plain = sealed
        plain.chmod(0o600)
        plain.replace(target)
    return manifest


def applied_migrations() -> list[list[str]]:
    """Return app and name of each migration that the database has.

    One that replaces others is left out: whether a database was migrated by them or by it, it has
    the same tables.
    """
    loader = MigrationLoader(connection)
    return sorted(list(key) for key in loader.applied_migrations if key not in loader.replacements)


def own_secrets() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each secret that the site keeps in its data folder."""
    folder: Path = settings.SECRETS_FOLDER
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_file():
                yield path.name, path.read_bytes()


def _add_tables(archive: ArchiveWriter, tell: Progress) -> list[str]:
    """Write all tables; return the keys of the files that they tell of."""
    tables = kept_tables()
    for number, table in enumerate(tables, start=1):
        archive.add_table(table.name, table.columns, table.lines())
        tell("tables", number, len(tables))
    return list(File.objects.order_by("pk").values_list("key", flat=True))


def _add_files(archive: ArchiveWriter, keys: Sequence[str], tell: Progress) -> None:
    place = current_place()
    for number, key in enumerate(keys, start=1):
        try:
            with place.open(key) as content:
                archive.add_file(key, content)
        except FileNotFoundError:
            archive.manifest.missing.append(key)
        tell("files", number, len(keys))

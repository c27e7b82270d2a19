"""Bringing a backup back to an empty site, and proving that all of it is there."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from backups.archives import FILES, ArchiveError
from backups.backing_up import applied_migrations
from backups.tables import AT_ONCE, kept_tables, reset_sequences
from files.care.places import current_place
from files.keys import digest_of_rest
from resources.api import can_open, forget_keys, registry, sealed_columns, search
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from backups.archives import ArchiveReader
    from backups.tables import KeptTable
    from resources.api import Progress


def require_restorable(archive: ArchiveReader) -> None:
    """Raise ArchiveError unless this site is empty and has the tables that the backup is of."""
    if User.objects.exists():
        raise ArchiveError("There are members here: a backup is restored to an empty site only.")
    here = {tuple(each) for each in applied_migrations()}
    there = {tuple(each) for each in archive.manifest.migrations}
    if unknown := sorted(there - here):
        shown = ", ".join("/".join(each) for each in unknown[:3])
        raise ArchiveError(f"The backup is of a newer Holobase; this one doesn't know {shown}.")
    if further := sorted(here - there):
        shown = ", ".join("/".join(each) for each in further[:3])
        raise ArchiveError(
            f"The backup is of an older Holobase, without {shown}: restore it with that one, then"
            " upgrade."
        )


def restore(archive: ArchiveReader, tell: Progress) -> None:
    """Bring back rows, files and secrets; raises ArchiveError, with no row written, on a mismatch.

    Nobody else may use the site meanwhile.
    """
    require_restorable(archive)
    _restore_files(archive, tell)
    tables = {table.name: table for table in kept_tables()}
    with transaction.atomic():
        for table in tables.values():
            table.delete()
        _restore_tables(archive, tables, tell)
        _compare(archive, tables, tell)
        reset_sequences(tables.values())
        for name in archive.secrets:
            _write_secret(settings.SECRETS_FOLDER, name, archive.secret(name))
        _require_fitting_keys()
        searched = [resource for resource in registry.all_resources() if resource.search]
        for number, _done in enumerate(search.rebuilt(searched), start=1):
            tell("search", number, len(searched))


def _restore_tables(
    archive: ArchiveReader, tables: Mapping[str, KeptTable], tell: Progress
) -> None:
    for number, (name, told) in enumerate(archive.manifest.tables.items(), start=1):
        for lines in batched(archive.rows(name), AT_ONCE, strict=False):
            tables[name].insert(told["columns"], lines)
        tell("tables", number, len(tables))


def _compare(archive: ArchiveReader, tables: Mapping[str, KeptTable], tell: Progress) -> None:
    """Raise ArchiveError unless every row is as the manifest says."""
    for number, (name, told) in enumerate(archive.manifest.tables.items(), start=1):
        digest = tables[name].digest()
        if (digest.rows, str(digest)) != (told["rows"], told["digest"]):
            raise ArchiveError(f"{name}: the rows are not those of the backup.")
        tell("compared", number, len(tables))


def _require_fitting_keys() -> None:
    """Raise ArchiveError unless this site's keys open what the backup holds sealed."""
    forget_keys()
    for model, columns in sealed_columns():
        if not all(can_open(model, column) for column in columns):
            raise ArchiveError(
                "The keys of this site don't open the backup: give it the SEALING_KEYS that the"
                " backed up one had by its environment."
            )


def _restore_files(archive: ArchiveReader, tell: Progress) -> None:
    place = current_place()
    told = archive.manifest.files
    for number, (key, described) in enumerate(told.items(), start=1):
        with archive.open(FILES + key) as content:
            place.put(key, content)
        with place.open(key) as stored:
            if digest_of_rest(stored) != described["sha256"]:
                raise ArchiveError(f"{key}: the bytes are not those of the backup.")
        tell("files", number, len(told))


def _write_secret(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    path.touch(mode=0o600)
    path.write_bytes(content)

"""`manage.py restore`: bring a backup back to an empty site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, override

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backups.archives import opened
from backups.restoring import restore
from files.storage import set_up_storage
from resources.api import ProgressBar

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Restores a backup."""

    help = "Bring a backup back to an empty site, on either database; the server must not run."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive")
        parser.add_argument("--identity", help="file with the age key that opens it")

    @override
    def handle(self, *args: object, **options: object) -> None:
        archive = Path(str(options["archive"]))
        identity = Path(str(options["identity"])) if options["identity"] else None
        if not archive.is_file():
            raise CommandError(f"There is no file {archive}.")
        bar = ProgressBar(self.stderr)
        with opened(archive, identity) as reader:
            call_command("migrate", verbosity=0)
            set_up_storage()
            restore(reader, bar.show)
            manifest = reader.manifest
        self.stdout.write(
            f"{manifest.rows} rows and {len(manifest.files)} files of {manifest.created_at} are"
            " restored, each compared with the backup."
        )

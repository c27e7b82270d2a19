"""`manage.py backup`: make, list or verify backups."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, override

import pyrage
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backups.places import backup_place
from backups.services import make_backup
from resources.api import ProgressBar

if TYPE_CHECKING:
    from argparse import ArgumentParser

PARTS = ("make", "list", "verify", "key")
OWN_SERVERS = ("DATABASE_URL", "REDIS_URL", "S3_BUCKET")
UNSET = [f"--unset={name}{ending}" for name in OWN_SERVERS for ending in ("", "_FILE")]
ELSEWHERE = ("env", *UNSET, sys.executable, str(settings.BASE_DIR / "manage.py"))
"""Runs a command without the variables that lead to the site's own servers."""


class Command(BaseCommand):
    """Makes backups beside a running server."""

    help = "Back up database, files and secrets; list backups; restore one elsewhere to verify it."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", nargs="?", default="make", choices=PARTS)
        parser.add_argument("name", nargs="?", help="the backup to verify; the newest without")
        parser.add_argument("--identity", help="file with the age key that opens the backup")

    @override
    def handle(self, *args: object, **options: object) -> None:
        match options["part"]:
            case "list":
                for name in backup_place().names():
                    self.stdout.write(name)
            case "verify":
                self._verify(options)
            case "key":
                self._new_key()
            case _:
                self._make()

    def _make(self) -> None:
        bar = ProgressBar(self.stderr)
        made = make_backup(bar.show)
        self.stdout.write(
            f"{made.name}: {made.rows} rows, {made.files} files, {made.size} bytes, in"
            f" {settings.BACKUP_TO}"
        )
        if made.missing_files:
            self.stderr.write(
                f"{made.missing_files} files have rows but no bytes: ./holo files check"
            )

    def _verify(self, options: dict[str, object]) -> None:
        """Restore a backup to a site of its own, which compares every row and file."""
        place = backup_place()
        names = place.names()
        name = str(options["name"] or (names[-1] if names else ""))
        if not name:
            raise CommandError(f"There is no backup in {settings.BACKUP_TO} yet.")
        with TemporaryDirectory(prefix="holobase-verify-", dir=settings.BACKUP_WORK_FOLDER) as work:
            archive = Path(work) / name
            try:
                place.fetch(name, archive)
            except FileNotFoundError:
                raise CommandError(f"There is no backup {name}.") from None
            restore = ["restore", str(archive), "--data", f"{work}/site"]
            if options["identity"]:
                restore += ["--identity", str(Path(str(options["identity"])).resolve())]
            done = subprocess.run([*ELSEWHERE, *restore], check=False)  # noqa: S603 - our own program
        if done.returncode:
            raise CommandError(f"{name} can't be restored.", returncode=1)
        self.stdout.write(f"{name} was restored elsewhere: every row and every file is there.")

    def _new_key(self) -> None:
        identity = pyrage.x25519.Identity.generate()
        self.stdout.write(f"# BACKUP_RECIPIENTS={identity.to_public()}")
        self.stdout.write("# Keep this file away from the server; without it no backup opens.")
        self.stdout.write(str(identity))

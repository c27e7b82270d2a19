"""`manage.py files`: look after stored files, or move them to another place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, override

from django.core.management.base import BaseCommand, CommandError

from files.care.checking import Check, repair
from files.care.moving import Move
from files.care.places import both_places, current_place
from resources.api import ProgressBar

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from files.care.checking import Findings

MEANINGS = {
    "missing": "files whose bytes are gone",
    "wrong_size": "files of another size than their row says",
    "damaged": "files whose bytes are others than were stored",
    "lost_variants": "variants whose bytes are gone or others",
    "unknown": "stored bytes that no row knows of",
}


class Command(BaseCommand):
    """Checks, repairs and moves stored files, beside a running server."""

    help = "Check that rows and stored bytes fit each other, repair that, or move all files."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
        texts = {
            "check": "find rows without bytes and bytes without rows; exit status 1 if there are",
            "repair": "check, and delete what nothing needs; exit status 1 if something is left",
            "move": "copy everything to the other place, verified; can be begun again",
        }
        for name, text in texts.items():
            part = parts.add_parser(name, help=text, description=text)
            part.add_argument("--json", action="store_true", help="write one JSON object")
            if name == "move":
                part.add_argument("--to", choices=("s3", "disk"), required=True)
                part.add_argument(
                    "--clear", action="store_true", help="delete what has been copied where it was"
                )
            else:
                part.add_argument(
                    "--read", action="store_true", help="read every file and compare its digest"
                )

    @override
    def handle(self, *args: object, **options: object) -> None:
        if options["part"] == "move":
            self._move(options)
            return
        place = current_place()
        findings = Check(place, reads_all=bool(options["read"])).run()
        if options["part"] == "repair":
            self._show(findings, options)
            findings = repair(place, findings)
        else:
            self._show(findings, options)
        if not findings.is_clean:
            raise CommandError("Not all rows and bytes fit each other.", returncode=1)

    def _show(self, findings: Findings, options: dict[str, object]) -> None:
        shown = findings.as_json()
        if options["json"]:
            self.stdout.write(json.dumps(shown))
            return
        self.stdout.write(f"{findings.files} files checked.")
        for name, meaning in MEANINGS.items():
            keys = shown[name]
            if isinstance(keys, list) and keys:
                self.stdout.write(f"{len(keys)} {meaning}:")
                for key in keys:
                    self.stdout.write(f"  {key}")

    def _move(self, options: dict[str, object]) -> None:
        places = both_places()
        if places is None:
            raise CommandError("Set S3_BUCKET and what goes with it: files move to it or from it.")
        disk, bucket = places
        source, target = (disk, bucket) if options["to"] == "s3" else (bucket, disk)
        bar = ProgressBar(self.stderr)
        moved = Move(source, target, clears=bool(options["clear"]), tell=bar.show).run()
        if options["json"]:
            self.stdout.write(json.dumps(moved.as_json()))
        else:
            self.stdout.write(
                f"{moved.copied} copied to {target.name}, {moved.there_already} were there,"
                f" {moved.deleted} deleted on {source.name}."
            )
        if moved.damaged:
            keys = "\n  ".join(moved.damaged)
            raise CommandError(f"{len(moved.damaged)} are damaged:\n  {keys}", returncode=1)

"""`manage.py schema_phases`: whether the last release can run on the next one's schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, override

from django.core.management.base import BaseCommand, CommandError

from config import schema_phases

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Checks migrations since the last release, or notes that they are released."""

    help = "Name what the migrations since the last release take away from its running processes."
    requires_system_checks = ()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--release", help="note that this version ends with today's migrations")

    @override
    def handle(self, *args: object, **options: object) -> None:
        if options["release"]:
            noted = {"release": options["release"], "leaves": schema_phases.current_leaves()}
            schema_phases.RELEASED.write_text(json.dumps(noted, indent=2) + "\n", encoding="utf-8")
            return
        found = list(schema_phases.breaking_changes(schema_phases.released_leaves()))
        for change in found:
            self.stderr.write(f"{change.migration}: {change.problem}")
        if found:
            raise CommandError("Expand first, take away in a later release (docs/upgrades.md).")
        self.stdout.write("The last release can run on this schema.")

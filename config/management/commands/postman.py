"""`manage.py postman`: a Postman collection of the whole API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, override

from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator

from config.postman import collection

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Writes the collection, made from the OpenAPI document of this installation."""

    help = "Write a Postman collection of the API to standard output, or to a file."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", help="where to write it")

    @override
    def handle(self, *args: object, file: str | None, **options: object) -> None:
        written = json.dumps(collection(SchemaGenerator().get_schema(public=True)), indent=1)
        if file:
            with open(file, "w", encoding="utf-8") as target:  # noqa: PTH123 - as given
                target.write(written + "\n")
        else:
            self.stdout.write(written)

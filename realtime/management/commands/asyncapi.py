"""`./holo asyncapi --file docs/asyncapi.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, override

from django.core.management.base import BaseCommand
from drf_spectacular.renderers import OpenApiYamlRenderer

from realtime.frames.asyncapi import asyncapi_document

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Write the AsyncAPI document of the realtime protocol."""

    help = "Write the AsyncAPI document of the realtime protocol."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="Where to write it; standard output without.")

    @override
    def handle(self, *, file: Path | None, **options: object) -> None:
        text = asyncapi_yaml()
        if file:
            file.write_bytes(text)
        else:
            self.stdout.write(text.decode())


def asyncapi_yaml() -> bytes:
    """Return the document as YAML."""
    text: bytes = OpenApiYamlRenderer().render(asyncapi_document())
    return text

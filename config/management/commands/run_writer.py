"""`manage.py run_writer`: another writer of SQLite, in place of one that has died."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, override

from django.conf import settings
from django.core.management.base import BaseCommand

from config import observing
from server.allocator import return_freed_memory
from server.writer_process import Writer, be_the_writer

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Writes what a server asks for."""

    help = "Write what a server on SQLite asks for; `serve` starts this by itself."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--line", type=int, required=True, help="a socket to the server")

    @override
    def handle(self, *args: object, line: int, **options: object) -> None:
        return_freed_memory()
        observing.begin(settings.SLOW_STATEMENT_MS, settings.OTLP_ENDPOINT)
        writer = Writer()
        writer.admit(socket.socket(fileno=line))
        be_the_writer(writer)

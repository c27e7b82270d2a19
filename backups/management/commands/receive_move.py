"""`manage.py receive_move`: the process at the target of a move, which `move` starts."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, override

from django.core.management.base import BaseCommand

from backups.peers import MoveError, answer_requests
from backups.receiving import Receiver

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Writes what another process reads."""

    help = "Receive the rows of a site that is moved here; started by `move`."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--line", type=int, required=True, help="number of the open socket")

    @override
    def handle(self, *args: object, line: int, **options: object) -> None:
        with socket.socket(fileno=line) as other:
            try:
                answer_requests(other, Receiver().handlers())
            except (ConnectionError, MoveError) as ended:
                raise SystemExit(1) from ended  # the one that asks tells

"""`manage.py move`: the site to another database, while it is served."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, cast, override
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand

from backups import fence
from backups.fitness import weigh
from backups.models import DatabaseMove
from backups.moving import move_to
from backups.peers import MoveError, MovePeer
from backups.tables import OF_THIS_DATABASE, kept_tables
from resources.api import ProgressBar, read_snapshot

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Sequence

    from backups.tables import KeptTable

SQLITE = "sqlite"
UNSET = ("--unset=DATABASE_URL", "--unset=DATABASE_URL_FILE")


class Command(BaseCommand):
    """Moves the site beside its running server."""

    help = "Move all rows to another database while the site is served; files stay where they are."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument(
            "--to", help="postgresql://…, sqlite (the data folder's), or - to read it"
        )
        where.add_argument("--cancel", action="store_true", help="serve this database after all")
        parser.add_argument("--dry-run", action="store_true", help="only say what would move")

    @override
    def handle(self, *args: object, **options: object) -> None:
        tables = kept_tables(OF_THIS_DATABASE)
        with _alone():
            if options["cancel"]:
                self._cancel(tables)
                return
            to = sys.stdin.readline().strip() if options["to"] == "-" else str(options["to"])
            if not to.startswith(("postgresql://", "postgres://")) and to != SQLITE:
                raise MoveError(
                    "--to: expected postgresql://user:password@host:5432/name or sqlite"
                )
            with _peer(to) as peer:
                self._weigh(peer, tables)
                if not options["dry_run"]:
                    self._move(peer, to, tables)

    def _weigh(self, peer: MovePeer, tables: Sequence[KeptTable]) -> None:
        """Say what there is; raises MoveError when the target can't take it."""
        version, *_rest = cast("list[object]", peer.ask("look"))
        self.stdout.write(f"The target answers: version {version}.")
        problems: list[str] = []
        bar = ProgressBar(self.stderr)
        rows = size = 0
        with read_snapshot():
            for number, table in enumerate(tables, start=1):
                weighed = weigh(table)
                problems += weighed.problems
                rows, size = rows + weighed.rows, size + weighed.size
                bar.show("read", number, len(tables))
                if weighed.rows:
                    self.stdout.write(f"  {weighed.rows:>10} {weighed.size:>14}  {table.name}")
        self.stdout.write(
            f"  {rows:>10} {size:>14}  rows and bytes of JSON in {len(tables)} tables"
        )
        if problems:
            raise MoveError(
                "\n".join(["The target refuses some rows; mend them first:", *problems])
            )

    def _move(self, peer: MovePeer, to: str, tables: Sequence[KeptTable]) -> None:
        move, _is_new = DatabaseMove.objects.get_or_create(
            part=DatabaseMove.SOURCE, defaults={"other": _shown(to)}
        )
        if move.other != _shown(to):
            raise MoveError(f"A move to {move.other} has begun: go on with it, or --cancel it.")
        if move.finished_at:
            peer.ask("finish", move_id=move.pk)
            self.stdout.write("All was moved before.")
        else:
            seconds = move_to(peer, move, tables, ProgressBar(self.stderr).show)
            self.stdout.write(f"Moved; nothing could be written for {seconds:.1f} s until now.")
        now = "without DATABASE_URL" if to == SQLITE else f"with DATABASE_URL at {_shown(to)}"
        self.stdout.write(f"This database takes no more writes: restart Holobase {now}.")

    def _cancel(self, tables: Sequence[KeptTable]) -> None:
        fence.take_down(tables)
        DatabaseMove.objects.filter(part=DatabaseMove.SOURCE).delete()
        self.stdout.write("This database is the site's again. Empty the other one.")


def _shown(to: str) -> str:
    """Return an address without its password."""
    if to == SQLITE:
        return to
    parts = urlsplit(to)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of moves; raises MoveError while another one is under way."""
    with (settings.DATA_DIR / "move.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MoveError("Another move is under way.") from None
        yield


@contextmanager
def _peer(to: str) -> Iterator[MovePeer]:
    """Start the process at the target, and end it; no command line shows the address."""
    ours, theirs = socket.socketpair()
    with ours, NamedTemporaryFile("w", prefix=".move-", dir=settings.DATA_DIR) as address:
        address.write(to)
        address.flush()
        led = [] if to == SQLITE else [f"DATABASE_URL_FILE={address.name}"]
        with theirs:
            line = ("receive_move", "--line", str(theirs.fileno()), "--skip-checks")
            command = ["env", *UNSET, *led, sys.executable, f"{settings.BASE_DIR}/manage.py", *line]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()])  # noqa: S603 - our own
        peer = MovePeer(ours)
        try:
            yield peer
        finally:
            peer.close()
            process.wait()

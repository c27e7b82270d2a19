"""`manage.py serve`: the whole product with one command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from secrets import token_urlsafe
from threading import Timer
from typing import TYPE_CHECKING, Any, override

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from config import env
from config.tasks import schedule_housekeeping
from files.storage import set_up_storage
from users.models import User

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

START_LOCK = 0x68626173  # any number that nothing else in the database locks
GOODBYE_SECONDS = 1.0
FIRST_ADMIN = "admin"
FIRST_ADMIN_EMAIL = "admin@example.com"


class GracefulServer(MPServer):
    """A server that has live connections sent elsewhere before it stops.

    By itself it would wait for them for ever, and cut off what it is still sending to the last.
    """

    is_ending = False

    @override
    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Hear SIGTERM or SIGINT: warn the worker and stop a moment later; at once if repeated."""
        stop: Any = super().signal_handler_interrupt
        if self.is_ending:
            stop()
            return
        self.is_ending = True
        for worker in self.wrks:
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, signal.SIGUSR1)
        Timer(GOODBYE_SECONDS, stop).start()


class Command(BaseCommand):
    """Prepares the database and serves HTTP, WebSocket and admin on one port."""

    help = "Set up what is missing and serve HTTP, WebSocket and admin on one port."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--demo", action="store_true", help="load a demo community")
        parser.add_argument("--no-worker", action="store_true", help="run no background worker")
        parser.add_argument("--role", choices=env.ROLES, help="what this process does of the whole")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"] or settings.ROLE
        env.adopt_role(role)
        with alone():
            self._prepare(demo=options["demo"])
        if role == "worker":
            work()
            return
        self._announce(options["host"], options["port"])
        # A worker that is not ready to hear it inherits this, and does not die of it.
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        with worker(runs=role == "all" and not options["no_worker"]):
            (MPServer if role == "api" else GracefulServer)(
                target="config.asgi:application",
                address=options["host"],
                port=options["port"],
                interface=Interfaces.ASGINL,
                workers=1,
                websockets=True,
                log_level=LogLevels.warning,
                workers_kill_timeout=settings.SHUTDOWN_SECONDS,
            ).serve()

    def _prepare(self, *, demo: bool) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        set_up_storage()
        self._create_first_admin()
        if demo:
            call_command("load_demo", stdout=self.stdout)
        self._inform_query_planner()
        schedule_housekeeping()

    @staticmethod
    def _inform_query_planner() -> None:
        """Let SQLite gather statistics where it lacks them; PostgreSQL does so by itself.

        It reads whole indexes: from samples it takes some for three times as long as their table,
        and sorts all of the table rather than read such an index in order.
        """
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA analysis_limit = 0")
                cursor.execute("PRAGMA optimize = 0x10002")

    def _create_first_admin(self) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        password = token_urlsafe(12)
        User.objects.create_superuser(
            email=FIRST_ADMIN_EMAIL, username=FIRST_ADMIN, password=password
        )
        self.stdout.write(
            self.style.SUCCESS(f"First admin: {FIRST_ADMIN}  password: {password}")
            + "  (shown once; change it in the admin)"
        )

    def _announce(self, host: str, port: int) -> None:
        address = ip_address(host)
        is_here = address.is_loopback or address.is_unspecified
        shown = "localhost" if is_here else host
        for name, where in (
            ("REST API", f"http://{shown}:{port}/api/v1/"),
            ("API docs", f"http://{shown}:{port}/api/docs"),
            ("Admin", f"http://{shown}:{port}/admin/"),
            ("WebSocket", f"ws://{shown}:{port}/ws/v1"),
            ("Mail", str(settings.MAIL_PLACE)),
            ("Data", str(settings.DATA_DIR)),
        ):
            self.stdout.write(f"  {name:10} {where}")
        self.stdout.flush()


@contextmanager
def alone() -> Iterator[None]:
    """Keep other processes that start on the same PostgreSQL waiting; SQLite's lock does that."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [START_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [START_LOCK])


def work() -> None:
    """Be the background worker."""
    call_command("db_worker", queue_name="*")


@contextmanager
def worker(*, runs: bool) -> Iterator[None]:
    """Run the background worker beside the server, and end it with the server."""
    if not runs:
        yield
        return
    command = [sys.executable, "manage.py", "db_worker", "--queue-name", "*"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603 - our own command
    try:
        yield
    finally:
        process.terminate()
        process.wait()

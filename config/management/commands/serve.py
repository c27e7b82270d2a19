"""`manage.py serve`: the whole product with one command."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, override

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import NotSupportedError, OperationalError, connection, connections

from backups.fence import require_open
from config import env, observing
from config.background import BackgroundWorker, new_worker_id
from config.card_site import CardSiteError, card_site
from config.checked_code import is_checked, leave_out_checks, remember_checked
from config.key_check import require_fitting_keys
from config.migrating import migrate
from config.readiness import database_version
from config.serving import Address, serve
from files.storage import set_up_storage
from resources.log_consumers import begin_consumers
from server import process_metrics
from server.allocator import return_freed_memory
from server.http_server import ServingError, hold_folder, require_free
from server.private_files import restrict_existing_files
from users.models import User

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

logger = logging.getLogger("holobase.serve")

START_LOCK = 0x68626173  # any number that nothing else in the database locks
FIRST_ADMIN = "admin"
FIRST_ADMIN_EMAIL = "admin@example.com"


class ServeOptions(TypedDict):
    """What the command line says."""

    host: str
    port: int
    site: bool
    demo: bool
    no_worker: bool
    role: str | None


class Command(BaseCommand):
    """Prepares the database and serves HTTP, WebSocket and admin on one port."""

    help = "Set up what is missing and serve HTTP, WebSocket and admin on one port."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", type=network_address)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--demo", action="store_true", help="load a demo community")
        parser.add_argument("--no-worker", action="store_true", help="run no background worker")
        parser.add_argument(
            "--site", action="store_true", help="serve the card site, too, at SITE_URL"
        )
        parser.add_argument(
            "--processes",
            help="how many serve: a number, or auto (default): one for each core",
        )
        parser.add_argument("--role", choices=env.ROLES, help="what this process does of the whole")

    @override
    def check(self, *args: Any, **kwargs: Any) -> None:
        """Run the start-up checks, those of code once for the same code."""
        is_same_code = is_checked()
        if is_same_code:
            leave_out_checks()
        super().check(*args, **kwargs)
        if not is_same_code:
            remember_checked()

    @override
    def handle(self, *args: object, **options: Unpack[ServeOptions]) -> None:
        return_freed_memory()
        observing.begin(settings.SLOW_STATEMENT_MS, settings.OTLP_ENDPOINT)
        role = options["role"] or settings.ROLE
        env.adopt_role(role)
        # Nothing has asked for it yet: the application, which does, is imported below.
        settings.ROLE = role
        try:
            if role != "worker":
                require_free(options["host"], options["port"])
            if connection.vendor == "sqlite":
                hold_folder(settings.DATA_DIR, parts_of(role, has_worker=not options["no_worker"]))
            with alone():
                self._prepare(demo=options["demo"])
            # This thread asks nothing more: whoever answers requests has connections of their own.
            connections.close_all()
            if role == "worker":
                process_metrics.share(settings.METRICS_FOLDER, "worker")
                BackgroundWorker(new_worker_id()).run()
                return
            self._announce(options["host"], options["port"], has_site=options["site"])
            with ExitStack() as beside:
                if options["site"]:
                    beside.enter_context(card_site(f"http://localhost:{options['port']}"))
                address = Address(options["host"], options["port"])
                serve(address, has_worker=role == "all" and not options["no_worker"])
        except (ServingError, CardSiteError) as problem:
            raise CommandError(str(problem)) from problem
        except (NotSupportedError, OperationalError) as failure:
            reason = str(failure).strip().splitlines()[0]
            raise CommandError(f"The database can't be used: {reason}") from failure

    def _prepare(self, *, demo: bool) -> None:
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        restrict_existing_files(settings.DATA_DIR)
        migrate()
        require_open()
        require_fitting_keys()
        begin_consumers()
        set_up_storage()
        self._create_first_admin()
        if demo:
            call_command("load_demo", stdout=self.stdout)
        self._inform_query_planner()

    @staticmethod
    def _inform_query_planner() -> None:
        """Let SQLite gather statistics where it lacks them; PostgreSQL does so by itself.

        It reads whole indexes: from samples it takes some for three times as long as their table,
        and sorts all of the table rather than read such an index in order. What is read so must not
        stay in the process's memory.
        """
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA mmap_size = 0")
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

    def _announce(self, host: str, port: int, *, has_site: bool) -> None:
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
            ("Database", database_version()),
        ):
            self.stdout.write(f"  {name:10} {where}")
        if has_site:
            self.stdout.write(f"  Card site  {settings.SITE_URL} (once it is built)")
        self.stdout.flush()
        logger.info("serving", extra={"fields": {"database": database_version()}})


def network_address(host: str) -> str:
    """Return an address of this machine to listen at; raises ValueError if it is none."""
    return str(ip_address("127.0.0.1" if host == "localhost" else host))


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


def parts_of(role: str, *, has_worker: bool) -> list[str]:
    """Return what a process of a role does that another on the same SQLite file must not do too."""
    if role != "all":
        return [role]
    return ["api", "realtime", "worker"] if has_worker else ["api", "realtime"]

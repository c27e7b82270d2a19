"""The database: its version and settings, migrations, keys, its clock, the log of changes."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.doctor.setup_check import CheckOutcome, SetupCheck, expect, fail, ok, size, warn
from config.env import is_generated
from config.key_check import INDEX, SEALING, SECRET, unfit_keys
from resources.connections import waiting_migrations
from resources.dialects import dialect, sqlite_driver
from resources.models import Change

OLDEST_POSTGRESQL = 180_000
CLOCK_TOLERANCE = timedelta(seconds=2)
LEAST_CLIENTS = 2
"""Processes whose pools PostgreSQL should have room for: at an upgrade two run side by side."""
SLEEPING_FSYNC = ("fsync", "full_page_writes", "synchronous_commit")
LARGE_LOG_BYTES = 10 * 1024**3


def ask(statement: str) -> Any:
    """Return the first column of the first row of a statement's answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None


def database() -> CheckOutcome:
    """Ask the database something; one that nobody has made yet is not made by asking."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        if "mode=memory" not in str(file) and not file.exists():
            return fail(file)
    ask("SELECT 1")
    return ok(connection.vendor)


def version() -> CheckOutcome:
    """Look at the version of SQLite's library or of PostgreSQL."""
    if connection.vendor == "sqlite":
        seen = str(ask("SELECT sqlite_version()"))
        return expect(f"SQLite {seen}", unless_warn=sqlite_driver.is_safe())
    number = int(ask("SHOW server_version_num"))
    return expect(
        f"PostgreSQL {ask('SHOW server_version')}", unless_fail=number >= OLDEST_POSTGRESQL
    )


def durability() -> CheckOutcome:
    """Look for settings by which an answered write can be lost."""
    if connection.vendor == "sqlite":
        mode = str(ask("PRAGMA journal_mode"))
        return expect(f"journal_mode={mode}", unless_fail=mode in ("wal", "memory"))
    risky = [name for name in SLEEPING_FSYNC if ask(f"SHOW {name}") == "off"]
    return warn(", ".join(f"{name}=off" for name in risky)) if risky else ok("fsync=on")


def connections() -> CheckOutcome | None:
    """Look whether PostgreSQL has room for the pools of two processes."""
    if connection.vendor != "postgresql":
        return None
    pool = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    most = int(ask("SHOW max_connections")) - int(ask("SHOW superuser_reserved_connections"))
    return expect(
        f"max_connections={most}, DATABASE_POOL={pool}",
        unless_fail=most >= pool,
        unless_warn=most >= LEAST_CLIENTS * pool,
    )


def migrations() -> CheckOutcome:
    """Look whether a migration waits."""
    waiting = waiting_migrations()
    if not waiting:
        return ok(0)
    first = ", ".join(map(str, waiting[:3]))
    return fail(f"{len(waiting)}: {first}")


def keys() -> CheckOutcome:
    """Look whether the secrets of this host are those that the database was filled with."""
    return fail(", ".join(unfit)) if (unfit := list(unfit_keys())) else ok("SEALING_KEYS, …")


def secrets_shared() -> CheckOutcome | None:
    """Look whether the secrets of a database for several hosts are known to this one alone."""
    if connection.vendor == "sqlite":
        return None
    own = [name for name in (SECRET, SEALING, INDEX) if is_generated(name)]
    return warn(", ".join(own)) if own else ok("SECRET_KEY, …")


def database_clock() -> CheckOutcome | None:
    """Compare this machine's clock with that of the database's host."""
    if connection.vendor == "sqlite":
        return None
    before = timezone.now()
    there = ask("SELECT clock_timestamp()")
    after = timezone.now()
    apart = max(before - there, there - after, timedelta())
    return expect(f"{apart.total_seconds():.1f} s", unless_fail=apart <= CLOCK_TOLERANCE)


def clock_of_log() -> CheckOutcome:
    """Look for changes that were made later than now: the clock has been set back."""
    newest = Change.objects.order_by("-pk").values_list("at", flat=True).first()
    ahead = newest - timezone.now() if newest else timedelta()
    return expect(
        f"{newest:%Y-%m-%d %H:%M:%S} UTC" if newest else "-",
        unless_warn=ahead <= CLOCK_TOLERANCE,
    )


def running_servers() -> CheckOutcome | None:
    """Look which parts of a server hold the folder of a SQLite database."""
    if connection.vendor != "sqlite":
        return None
    held = [lock.stem.removeprefix("serve-") for lock in _locks() if _is_held(lock)]
    return ok(", ".join(held) or "-")


def _locks() -> list[Path]:
    return sorted(settings.DATA_DIR.glob("serve-*.lock"))


def _is_held(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        with suppress(OSError):
            os.close(descriptor)
    return False


def event_log() -> CheckOutcome:
    """Look how large the log of changes is, and for how long it is kept."""
    rows, taken = dialect().table_size(Change._meta.db_table)
    kept = settings.CHANGES_KEPT_DAYS
    seen = f"{rows:,} · {size(taken)} · CHANGES_KEPT_DAYS={kept}"
    return expect(seen, unless_warn=bool(kept) or taken < LARGE_LOG_BYTES)


NEED = "database"
CHECKS = (
    SetupCheck(
        "database",
        _("Database"),
        _("Nothing but what is in memory can be answered without it."),
        _("Start PostgreSQL and look at DATABASE_URL; ./holo serve makes a SQLite database."),
        database,
    ),
    SetupCheck(
        "database_version",
        _("Version of the database"),
        _(
            "SQLite before 3.51.3 can lose commits when its log is reset (3.44.6 and 3.50.7 are"
            " mended); filters need the casefold of PostgreSQL 18."
        ),
        _("Let ./holo install what uv.lock names, SQLite with it; upgrade PostgreSQL."),
        version,
        NEED,
    ),
    SetupCheck(
        "durability",
        _("Writes are kept"),
        _("A write that was answered must still be there after the power failed."),
        _("Turn on fsync, full_page_writes and synchronous_commit; let SQLite keep its WAL mode."),
        durability,
        NEED,
    ),
    SetupCheck(
        "connections",
        _("Connections of PostgreSQL"),
        _("During an upgrade two processes have a pool each; who gets none fails."),
        _("Raise max_connections, or lower DATABASE_POOL."),
        connections,
        NEED,
    ),
    SetupCheck(
        "migrations",
        _("Migrations that wait"),
        _("The code asks for columns that are not there yet."),
        _("Make a backup, then run ./holo migrate."),
        migrations,
        NEED,
    ),
    SetupCheck(
        "keys",
        _("Keys fit the database"),
        _("With other keys nobody can sign in and no personal column can be read."),
        _("Give this host the first one's SECRET_KEY, SEALING_KEYS and BLIND_INDEX_KEY."),
        keys,
        "migrations",
    ),
    SetupCheck(
        "secrets_shared",
        _("Secrets for all hosts"),
        _("Those that were made in this data folder are unknown to the other hosts."),
        _("Set them on all hosts, or copy the folder secrets (docs/operations.md)."),
        secrets_shared,
        NEED,
    ),
    SetupCheck(
        "database_clock",
        _("Clock of the database"),
        _("Expiry and order are told by both clocks."),
        _("Synchronise the time of both hosts: timedatectl set-ntp true, or chrony."),
        database_clock,
        NEED,
    ),
    SetupCheck(
        "clock_of_log",
        _("Clock against the newest change"),
        _("A clock that was set back makes new records look older than they are."),
        _("Set the clock right; what was written meanwhile keeps its times."),
        clock_of_log,
        "migrations",
    ),
    SetupCheck(
        "running_servers",
        _("Servers on this folder"),
        _("One at a time may use a SQLite database."),
        _("Nothing to mend: a second one does not start."),
        running_servers,
    ),
    SetupCheck(
        "event_log",
        _("Log of changes"),
        _("It grows with every write; housekeeping folds what is older."),
        _("See that a worker runs; set CHANGES_KEPT_DAYS to delete what is older."),
        event_log,
        "migrations",
    ),
)

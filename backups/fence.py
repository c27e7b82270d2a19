"""Keeping writes out of a database while it is moved, whichever process or program writes.

Triggers refuse them, so that a pause holds whatever a process knows of it. A pause ends by itself:
a command that is killed in it leaves a site that takes writes again a moment later.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from backups.models import DatabaseMove
from resources.api import MOVING, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

    from backups.tables import KeptTable

PAUSE = timedelta(seconds=30)
"""How long a pause lasts unless it is extended."""
BETWEEN_EXTENSIONS = 5.0
"""Seconds."""
MARGIN = timedelta(seconds=5)
"""What has to be left of a pause for it to become final."""
VERBS = ("INSERT", "UPDATE", "DELETE")
UPDATED_BY_READERS = 'INSERT OR DELETE OR UPDATE OF "before", "after"'
"""What is refused of the log: whoever reads it first gives changes their positions."""
CLOSED_ON_SQLITE = (
    "EXISTS (SELECT 1 FROM backups_move WHERE part = 'source' AND (finished_at IS NOT NULL"
    " OR paused_until > strftime('%Y-%m-%d %H:%M:%f', 'now')))"
)
REFUSE_ON_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION holobase_refuse_while_moving() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM backups_move WHERE part = 'source'
        AND (finished_at IS NOT NULL OR paused_until > clock_timestamp())
    ) THEN
        RAISE EXCEPTION '{MOVING}' USING ERRCODE = 'cannot_connect_now';
    END IF;
    RETURN NULL;
END $$
"""  # noqa: S608 - our own text


def set_up(tables: Iterable[KeptTable]) -> None:
    """Create the triggers of each table; they refuse nothing yet."""
    is_sqlite = connection.vendor == "sqlite"
    if not is_sqlite:
        _run(REFUSE_ON_POSTGRESQL)
    for table in tables:
        with transaction.atomic():
            for statement in _on_sqlite(table.name) if is_sqlite else _on_postgresql(table.name):
                _run(statement)


def take_down(tables: Iterable[KeptTable]) -> None:
    """Take the triggers away."""
    is_sqlite = connection.vendor == "sqlite"
    for table in tables:
        for name in _names(table.name) if is_sqlite else [_name(table.name)]:
            on = "" if is_sqlite else f" ON {_quoted(table.name)}"
            _run(f"DROP TRIGGER IF EXISTS {_quoted(name)}{on}")
    if not is_sqlite:
        _run("DROP FUNCTION IF EXISTS holobase_refuse_while_moving()")


def pause(move: DatabaseMove, tables: Iterable[KeptTable]) -> None:
    """Refuse writes from now on, and wait for those that are under way."""
    _write(_of(move), paused_until=Now() + PAUSE)
    if connection.vendor == "sqlite":
        return  # it has one writer at a time, which was this one
    for table in tables:
        with transaction.atomic():
            _run(f"LOCK TABLE {_quoted(table.name)} IN SHARE MODE")


def extend(move: DatabaseMove) -> bool:
    """Let a pause last longer; return whether it has lasted until now."""
    return _write(_lasting(move), paused_until=Now() + PAUSE)


@contextmanager
def extended(move: DatabaseMove) -> Iterator[None]:
    """Extend a pause again and again for as long as the block takes."""
    is_over = Event()

    def go_on() -> None:
        while not is_over.wait(BETWEEN_EXTENSIONS) and extend(move):
            pass
        connection.close()

    thread = Thread(target=go_on, name="pause", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def resume(move: DatabaseMove) -> None:
    """Let writes in again."""
    _write(_of(move), paused_until=None)


def close(move: DatabaseMove) -> bool:
    """Refuse writes for good; return whether the pause has lasted until now."""
    return _write(_lasting(move, MARGIN), finished_at=Now())


def require_open() -> None:
    """Raise CommandError when this database is not the site's: moved away, or not whole yet."""
    for move in DatabaseMove.objects.all():
        if move.part == DatabaseMove.SOURCE and move.finished_at:
            raise CommandError(
                f"The site was moved to {move.other}: serve that database. (./holo move --cancel"
                " makes this one the site's again, without what was written since.)"
            )
        if move.part == DatabaseMove.TARGET and not move.finished_at:
            raise CommandError("The move to this database is not finished: run ./holo move again.")


def _write(moves: QuerySet[DatabaseMove], **values: object) -> bool:
    """Write to the move, in line with those who write to the site; return whether it was found."""
    with transaction.atomic():
        return bool(moves.update(**values))


def _of(move: DatabaseMove) -> QuerySet[DatabaseMove]:
    return DatabaseMove.objects.filter(pk=move.pk, part=DatabaseMove.SOURCE)


def _lasting(move: DatabaseMove, margin: timedelta = timedelta()) -> QuerySet[DatabaseMove]:
    return _of(move).filter(Q(paused_until__gt=Now() + margin))


def _on_sqlite(table: str) -> Iterator[str]:
    for verb, name in zip(VERBS, _names(table), strict=True):
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {_quoted(name)} BEFORE {verb} ON {_quoted(table)}"
            f" WHEN {CLOSED_ON_SQLITE} BEGIN SELECT RAISE(ABORT, '{MOVING}'); END"
        )


def _on_postgresql(table: str) -> Iterator[str]:
    verbs = UPDATED_BY_READERS if table == Change._meta.db_table else " OR ".join(VERBS)
    yield (
        f"CREATE OR REPLACE TRIGGER {_quoted(_name(table))} BEFORE {verbs}"
        f" ON {_quoted(table)} EXECUTE FUNCTION holobase_refuse_while_moving()"
    )


def _name(table: str) -> str:
    return f"moving_{table}"


def _names(table: str) -> list[str]:
    return [f"{_name(table)}_{verb.lower()}" for verb in VERBS]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

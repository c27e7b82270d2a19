"""The target's half of a move: a process whose database it is does what the source's asks."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models.functions import Now

from backups.models import DatabaseMove
from backups.peers import MoveError
from backups.tables import OF_THIS_DATABASE, KeyRange, kept_tables, reset_sequences
from resources.api import registry, search
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from backups.tables import KeptTable, RowsDigest
    from resources.api import Record

KEPT_REFERENCES = "CREATE TABLE IF NOT EXISTS backups_untied (name text, relation text, tie text)"
REFERENCES = (
    "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


class Receiver:
    """Writes rows to this database, and says what is in it."""

    def __init__(self) -> None:
        self._tables: Mapping[str, KeptTable] = {}
        self._together = ExitStack()

    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """Return what can be asked for, by name."""
        asked = (self.look, self.prepare, self.count, self.digest, self.digest_of)
        done = (self.delete, self.delete_of, self.insert, self.begin, self.commit)
        after = (self.index, self.index_all, self.tie, self.finish)
        return {each.__name__: each for each in (*asked, *done, *after)}

    def look(self) -> list[int]:
        """Return the version of the database and how many tables it has, touching nothing."""
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
        return [*connection.get_database_version(), len(tables)]

    def prepare(self, move_id: str) -> None:
        """Make all tables, and let rows come in any order.

        Raises MoveError unless the database is empty, or has what an earlier try left in it.
        """
        call_command("migrate", verbosity=0, interactive=False)
        if DatabaseMove.objects.filter(pk=move_id, part=DatabaseMove.SOURCE).exists():
            raise MoveError("The target is this database itself.")
        known = DatabaseMove.objects.filter(pk=move_id, part=DatabaseMove.TARGET)
        if not known.exists() and (User.objects.exists() or DatabaseMove.objects.exists()):
            raise MoveError("The target is not empty.")
        began = {"part": DatabaseMove.TARGET, "finished_at": None}
        DatabaseMove.objects.update_or_create(pk=move_id, defaults=began)
        self._tables = {table.name: table for table in kept_tables(OF_THIS_DATABASE)}
        if connection.vendor == "sqlite":
            connection.disable_constraint_checking()
        else:
            _untie()

    def count(self, table: str) -> int:
        """Return how many rows there are."""
        return self._tables[table].count()

    def digest(self, table: str, after: object, until: object) -> list[object]:
        """Return number and digest of the rows of a range."""
        return described(self._tables[table].digest(KeyRange(after, until)))

    def digest_of(self, table: str, keys: list[object]) -> list[object]:
        """Return number and digest of the rows of these keys."""
        return described(self._tables[table].digest_of(keys))

    def delete(self, table: str, after: object, until: object) -> None:
        """Delete the rows of a range."""
        self._tables[table].delete(KeyRange(after, until))

    def delete_of(self, table: str, keys: list[object]) -> None:
        """Delete the rows of these keys."""
        self._tables[table].delete_of(keys)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Insert rows."""
        with transaction.atomic():
            self._tables[table].insert(columns, rows)

    def begin(self) -> None:
        """Let all that follows become visible together."""
        self._together.enter_context(transaction.atomic())

    def commit(self) -> None:
        """Make it visible."""
        self._together.close()

    def index(self, resource: str, keys: Collection[str]) -> None:
        """Enter the terms of some records anew, and take out those of records that are gone."""
        declaration = registry.named(resource)
        if declaration is None or not declaration.search:
            return
        model = cast("type[Record]", declaration.model)
        rows = list(model._default_manager.filter(pk__in=keys))
        if rows:
            search.index_many(rows)
        for gone in set(keys) - {str(row.pk) for row in rows}:
            search.forget(model(id=gone))

    def index_all(self) -> None:
        """Enter the terms of all records."""
        searched = [resource for resource in registry.all_resources() if resource.search]
        for _done in search.rebuilt(searched):
            pass

    def tie(self) -> None:
        """Check every reference from row to row, and have the database keep them from now on."""
        if connection.vendor == "sqlite":
            connection.check_constraints()
            connection.enable_constraint_checking()
        else:
            _tie()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def finish(self, move_id: str) -> None:
        """Number further rows behind those that came, and let this database be served."""
        with transaction.atomic():
            reset_sequences(kept_tables(OF_THIS_DATABASE))
            DatabaseMove.objects.filter(pk=move_id, part=DatabaseMove.TARGET).update(
                finished_at=Now()
            )


def described(digest: RowsDigest) -> list[object]:
    """Return number and digest of rows as both halves compare them."""
    return [digest.rows, str(digest)]


@transaction.atomic
def _untie() -> None:
    """Drop the foreign keys, and note them down for `_tie`, whichever process that is in."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(KEPT_REFERENCES)
        cursor.execute(f"INSERT INTO backups_untied {REFERENCES}")
        cursor.execute(REFERENCES)
        for name, relation, _definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {relation} DROP CONSTRAINT {quote(name)}")


@transaction.atomic
def _tie() -> None:
    """Put the foreign keys back, for which the database checks every row."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, relation, tie FROM backups_untied")
        for name, relation, definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {relation} ADD CONSTRAINT {quote(name)} {definition}")
        cursor.execute("DROP TABLE backups_untied")

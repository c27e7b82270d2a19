"""Rows of all tables as JSON, the same from SQLite and from PostgreSQL."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, override
from uuid import UUID

import orjson
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import F, Field, Model, TextField
from django.db.models.functions import Cast
from django.utils.duration import duration_iso_string

from resources.api import SealedField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LEFT_OUT = frozenset(
    {
        "config.WorkerHeartbeat",  # of processes that are gone
        "files.Upload",  # their bytes are not stored yet
        "files.UploadPart",
        "files.Variant",  # made again when asked for
        "resources.SearchEntry",  # entered anew by a restore
        "sessions.Session",  # staff sign in again
    }
)
AT_ONCE = 500
MODULUS = 1 << 256


class RowsDigest:
    """A digest of rows in any order: databases don't sort texts alike.

    It is the sum of the rows' SHA-256, modulo 2**256, in hexadecimal.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """Count a row in."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(sha256(line).digest())) % MODULUS

    @override
    def __str__(self) -> str:
        return f"{self._sum:064x}"


class KeptTable:
    """A model's table: its rows, read and written past fields that would change them.

    Sealed columns stay sealed, so an archive holds no more in plain text than the database does.
    """

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.name = model._meta.db_table
        self.fields: list[Field[Any, Any]] = [
            field for field in model._meta.concrete_fields if not field.generated
        ]
        self.columns = [str(field.column) for field in self.fields]

    def lines(self) -> Iterator[bytes]:
        """Yield each row as a JSON array in the order of `columns`, a batch at a time."""
        rows = self.model._base_manager.order_by("pk").values_list("pk", *self._values())
        last: object = None
        while True:
            page = rows if last is None else rows.filter(pk__gt=last)
            batch = list(page[:AT_ONCE])
            for _pk, *values in batch:
                yield orjson.dumps(values, default=_plain, option=orjson.OPT_SORT_KEYS)
            if len(batch) < AT_ONCE:
                return
            last = batch[-1][0]

    def digest(self) -> RowsDigest:
        """Return the digest of all rows as they are."""
        digest = RowsDigest()
        for line in self.lines():
            digest.add(line)
        return digest

    def insert(self, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
        """Insert rows whose values are in the order of these columns."""
        by_column = dict(zip(self.columns, self.fields, strict=True))
        fields = [by_column[column] for column in columns]
        quote = connection.ops.quote_name
        names = ", ".join(quote(column) for column in columns)
        places = ", ".join("%s" for _column in columns)
        statement = f"INSERT INTO {quote(self.name)} ({names}) VALUES ({places})"  # noqa: S608 - our own names
        with connection.cursor() as cursor:
            cursor.executemany(
                statement,
                [
                    [_prepared(field, value) for field, value in zip(fields, values, strict=True)]
                    for values in lines
                ],
            )

    def clear(self) -> None:
        """Delete all rows."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(self.name)}")  # noqa: S608 - our own name

    def _values(self) -> Iterator[Any]:
        for field in self.fields:
            raw = isinstance(field, SealedField)
            yield Cast(F(field.attname), TextField()) if raw else F(field.attname)


def kept_tables() -> list[KeptTable]:
    """Return the tables that a backup holds, by name."""
    existing = set(connection.introspection.table_names())
    tables = [
        KeptTable(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table in existing
        and not model._meta.proxy
        and model._meta.label not in LEFT_OUT
    ]
    return sorted(tables, key=lambda table: table.name)


def reset_sequences(tables: Iterable[KeptTable]) -> None:
    """Let numbered rows go on behind the highest number that was inserted."""
    models = [table.model for table in tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _plain(value: object) -> object:
    """Return a column's value as JSON can hold it."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case timedelta():
            return duration_iso_string(value)
        case bytes() | memoryview():
            return {"hex": bytes(value).hex()}
    raise TypeError(f"{type(value).__name__} can't be kept")


def _prepared(field: Field[Any, Any], value: Any) -> Any:
    """Return a value as the database's driver takes it."""
    if isinstance(field, SealedField):
        return value
    if isinstance(value, dict) and field.get_internal_type() == "BinaryField":
        value = bytes.fromhex(value["hex"])
    elif field.get_internal_type() != "JSONField":
        value = field.to_python(value)
    return field.get_db_prep_save(value, connection)

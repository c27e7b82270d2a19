"""Rows of all tables as JSON, the same from SQLite and from PostgreSQL."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, override
from uuid import UUID

import orjson
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import F, Model, Q, TextField
from django.db.models.functions import Cast
from django.utils.duration import duration_iso_string

from resources.api import Change, SealedField

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from resources.api import ModelField


OF_THIS_DATABASE = frozenset(
    {
        "backups.DatabaseMove",  # of this database to another one, or of another one to this
        "config.WorkerHeartbeat",  # of processes that are gone
        "resources.SearchEntry",  # entered anew by whoever fills a database
    }
)
LEFT_OUT = OF_THIS_DATABASE | {
    "files.Upload",  # their bytes are not stored yet
    "files.UploadPart",
    "files.Variant",  # made again when asked for
    "sessions.Session",  # staff sign in again
}
"""What a backup leaves out."""
AT_ONCE = 500
MODULUS = 1 << 256
FIRST_WITH_EXPONENT = 1e16
"""From here on Python and JSON write a fraction with an exponent, which looks whole without."""
SMALLEST, LARGEST = -(2**63), 2**64
LONG_NUMBER = re.compile(rb"[:,[]-?(?:\d{16}|[\d.]+[eE])")
"""A number in JSON without spaces that databases may read back as another kind; some texts, too."""


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


def digest_of(lines: Iterable[bytes]) -> RowsDigest:
    """Return the digest of rows."""
    digest = RowsDigest()
    for line in lines:
        digest.add(line)
    return digest


class KeyRange(NamedTuple):
    """Rows whose keys are higher than `after` and no higher than `until`; None is no bound."""

    after: object = None
    until: object = None

    def condition(self, column: str) -> Q:
        """Return the condition that selects these rows."""
        lower = Q() if self.after is None else Q(**{f"{column}__gt": self.after})
        return lower if self.until is None else lower & Q(**{f"{column}__lte": self.until})


ALL_KEYS = KeyRange()


class KeptTable:
    """A model's table: its rows, read and written past fields that would change them.

    Sealed columns stay sealed, so an archive holds no more in plain text than the database does.
    """

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.name = model._meta.db_table
        self.fields: list[ModelField] = [
            field for field in model._meta.concrete_fields if not field.generated
        ]
        self.columns = [str(field.column) for field in self.fields]
        self.key = model._meta.pk.attname
        self._documents = [
            place
            for place, field in enumerate(self.fields)
            if field.get_internal_type() == "JSONField"
        ]

    def rows(self, keys: KeyRange = ALL_KEYS) -> Iterator[tuple[object, bytes]]:
        """Yield key and line of each row, in the order of their keys.

        A line is a JSON array in the order of `columns`.
        """
        return self._rows(keys.condition(self.key))

    def rows_of(self, keys: Collection[object]) -> Iterator[tuple[object, bytes]]:
        """Yield key and line of the rows of these keys."""
        return self._rows(Q(**{f"{self.key}__in": keys}))

    def lines(self) -> Iterator[bytes]:
        """Yield the line of each row."""
        return (line for _key, line in self.rows())

    def digest(self, keys: KeyRange = ALL_KEYS) -> RowsDigest:
        """Return the digest of rows as they are."""
        return digest_of(line for _key, line in self.rows(keys))

    def digest_of(self, keys: Collection[object]) -> RowsDigest:
        """Return the digest of the rows of these keys."""
        return digest_of(line for _key, line in self.rows_of(keys))

    def count(self) -> int:
        """Return how many rows there are."""
        return self.model._base_manager.count()

    def insert(self, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
        """Insert rows whose values are in the order of these columns."""
        by_column = dict(zip(self.columns, self.fields, strict=True))
        fields = [by_column[column] for column in columns]
        quote = connection.ops.quote_name
        names = ", ".join(quote(column) for column in columns)
        table = f"{quote(self.name)} ({names})"
        rows = [
            [_prepared(field, value) for field, value in zip(fields, values, strict=True)]
            for values in lines
        ]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                places = ", ".join("%s" for _column in columns)
                cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own names

    def delete(self, keys: KeyRange = ALL_KEYS) -> None:
        """Delete rows, and nothing that hangs on them."""
        self._delete(keys.condition(self.key))

    def delete_of(self, keys: Collection[object]) -> None:
        """Delete the rows of these keys, and nothing that hangs on them."""
        self._delete(Q(**{f"{self.key}__in": keys}))

    def _rows(self, only: Q) -> Iterator[tuple[object, bytes]]:
        """Read a batch at a time."""
        chosen = self.model._base_manager.filter(only)
        rows = chosen.order_by(self.key).values_list(self.key, *self._values())
        last: object = None
        while True:
            page = rows if last is None else rows.filter(**{f"{self.key}__gt": last})
            batch = list(page[:AT_ONCE])
            for key, *values in batch:
                yield key, self._line(key, values)
            if len(batch) < AT_ONCE:
                return
            last = batch[-1][0]

    def _delete(self, only: Q) -> None:
        rows = self.model._base_manager.filter(only)
        rows._raw_delete(rows.db)

    def _line(self, _key: object, values: list[object]) -> bytes:
        try:
            line = _json(values)
        except orjson.JSONEncodeError:  # a number beyond 64 bits
            line = None
        if line is not None and LONG_NUMBER.search(line) is None:
            return line
        for place in self._documents:
            values[place] = _with_equal_numbers(values[place])
        return _json(values)

    def _values(self) -> Iterator[Cast | F]:
        for field in self.fields:
            raw = isinstance(field, SealedField)
            yield Cast(F(field.attname), TextField()) if raw else F(field.attname)


class ChangeTable(KeptTable):
    """The log, numbered by position: SQLite has no number besides, so that is each change's id.

    On PostgreSQL those come last that have no position yet (`resources.feed`), with the ones that
    they are about to get.
    """

    def __init__(self) -> None:
        super().__init__(Change)
        self.key = "id" if connection.vendor == "sqlite" else "assigned_position"
        self._numbers = [self.columns.index(name) for name in ("id", "position")]

    @override
    def rows(self, keys: KeyRange = ALL_KEYS) -> Iterator[tuple[object, bytes]]:
        last: Any = keys.after or 0
        for last, line in self._rows(
            keys.condition(self.key) & Q(**{f"{self.key}__isnull": False})
        ):
            yield last, line
        if self.key == "id" or keys.until is not None:
            return
        unnumbered = Change.objects.filter(assigned_position=None).order_by("id")
        for position, values in enumerate(unnumbered.values_list(*self._values()), last + 1):
            yield position, self._line(position, list(values))

    @override
    def _line(self, key: object, values: list[object]) -> bytes:
        for place in self._numbers:
            values[place] = key
        return super()._line(key, values)


def kept_tables(left_out: Collection[str] = LEFT_OUT) -> list[KeptTable]:
    """Return the tables that a backup holds, or all but those of some models, by name."""
    existing = set(connection.introspection.table_names())
    tables = [
        ChangeTable() if model is Change else KeptTable(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table in existing
        and not model._meta.proxy
        and model._meta.label not in left_out
    ]
    return sorted(tables, key=lambda table: table.name)


def reset_sequences(tables: Iterable[KeptTable]) -> None:
    """Let numbered rows go on behind the highest number that was inserted."""
    models = [table.model for table in tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _json(values: list[object]) -> bytes:
    return orjson.dumps(values, default=_plain, option=orjson.OPT_SORT_KEYS)


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


def _with_equal_numbers(value: object) -> object:
    """Return a document in which equal numbers are written alike.

    PostgreSQL keeps 1e17 as a whole number. Those that fit 64 bits are whole here, others are not.
    """
    if isinstance(value, dict):
        return {name: _with_equal_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_equal_numbers(inner) for inner in value]
    if isinstance(value, int | float) and abs(value) >= FIRST_WITH_EXPONENT:
        return int(value) if SMALLEST <= value < LARGEST else float(value)
    return value


def _prepared(field: ModelField, value: object) -> Any:
    """Return a value as the database's driver takes it."""
    if value is None or isinstance(field, SealedField):
        return value
    if isinstance(value, dict) and field.get_internal_type() == "BinaryField":
        value = bytes.fromhex(value["hex"])
    elif field.get_internal_type() != "JSONField":
        value = field.to_python(value)
    return field.get_db_prep_save(value, connection)

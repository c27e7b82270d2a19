"""The write door's statements, put together once per table instead of once per row."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.db.models import Field, Model


def insert(row: Model) -> None:
    """Insert a new row; its key is set when the database chooses it.

    Raises IntegrityError and its like as the database does.
    """
    fields, sql = _insertion(type(row), row.pk is None)
    values = [field.get_db_prep_save(_current(field, row), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        if row.pk is None:
            row.pk = cursor.fetchone()[0]
    row._state.adding = False
    row._state.db = connection.alias


def update(row: Model, names: Collection[str]) -> None:
    """Write the named columns of a stored row."""
    fields = [cast("Field[Any, Any]", row._meta.get_field(name)) for name in names]
    values = [field.get_db_prep_save(_current(field, row), connection) for field in fields]
    assignments = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = row._meta.pk
    place = f"{_quoted(key.column)} = %s"
    sql = " ".join(("UPDATE", _quoted(row._meta.db_table), "SET", assignments, "WHERE", place))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, key.get_db_prep_value(row.pk, connection)])


def _current(field: Field[Any, Any], row: Model) -> Any:
    return getattr(row, field.attname)


@cache
def _insertion(model: type[Model], is_keyless: bool) -> tuple[Sequence[Field[Any, Any]], str]:
    """Give the columns of an insert and its SQL."""
    key = model._meta.pk
    columns: list[Field[Any, Any]] = [
        field for field in model._meta.concrete_fields if not (is_keyless and field is key)
    ]
    names = [_quoted(field.column) for field in columns]
    places = ["%s"] * len(columns)
    returning = f"RETURNING {_quoted(key.column)}" if is_keyless else ""
    table, listed = _quoted(model._meta.db_table), f"({', '.join(names)})"
    values = f"({', '.join(places)})"
    return columns, " ".join(("INSERT INTO", table, listed, "VALUES", values, returning))


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")

"""Rows as they were, put where a compiled statement looks for the table.

A common table expression of the table's own name hides the table from the statement that follows,
so the rules and filters of a question are asked about the past as they are about the present.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from resources.streaming.questions import Table, json_list, listed_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import Field

    from resources.declaration import Resource

type Image = Mapping[str, Any]


def only_the_past(resource: Resource, images: Iterable[Image]) -> Table:
    """Give a table with just these rows, which are in terms of the log.

    Columns that the log does not keep are empty.
    """
    return _table(resource, [_images(resource, list(images))])


def with_the_past(resource: Resource, changed: Iterable[UUID], images: Iterable[Image]) -> Table:
    """Give the resource's table with the changed rows as they were, if they were there."""
    name = connection.ops.quote_name(resource.model._meta.db_table)
    # SQLite would take the bare name for the very table that is being defined.
    name = name if connection.vendor == "postgresql" else f"main.{name}"
    key = connection.ops.quote_name(str(resource.model._meta.pk.column))
    unchanged = f"SELECT {_names(resource)} FROM {name} WHERE {key} NOT IN ({listed_ids()})"  # noqa: S608 - names of our own
    return _table(resource, [(unchanged, (json_list(changed),)), _images(resource, list(images))])


def _table(resource: Resource, parts: Sequence[tuple[str, tuple[Any, ...]]]) -> Table:
    name = connection.ops.quote_name(resource.model._meta.db_table)
    kept = [part for part in parts if part[0]]
    sql = " UNION ALL ".join(sql for sql, _parameters in kept)
    bound = tuple(value for _sql, parameters in kept for value in parameters)
    return Table(f"{name} ({_names(resource)})", sql, bound)


def _images(resource: Resource, rows: Sequence[Image]) -> tuple[str, tuple[Any, ...]]:
    """Write rows as SQL with one parameter, however many they are; nothing when there are none."""
    if not rows:
        return "", ()
    if connection.vendor == "postgresql":
        name = connection.ops.quote_name(resource.model._meta.db_table)
        source = f"JSON_POPULATE_RECORDSET(NULL::{name}, %s::json)"
        return f"SELECT {_names(resource)} FROM {source}", (_json(resource, rows, _as_logged),)  # noqa: S608 - names of our own
    values = ", ".join(
        f"JSON_EXTRACT(value, '$.\"{column.column}\"')"
        for column in resource.model._meta.concrete_fields
    )
    return f"SELECT {values} FROM JSON_EACH(%s)", (_json(resource, rows, _bound),)  # noqa: S608 - names of our own


def _json(
    resource: Resource, rows: Sequence[Image], value: Callable[[Field[Any, Any], Any], Any]
) -> str:
    columns = [(column, str(column.column)) for column in resource.model._meta.concrete_fields]
    return json.dumps(
        [{name: value(column, row.get(column.attname)) for column, name in columns} for row in rows]
    )


def _names(resource: Resource) -> str:
    columns = resource.model._meta.concrete_fields
    return ", ".join(connection.ops.quote_name(str(column.column)) for column in columns)


def _as_logged(_column: Field[Any, Any], value: Any) -> Any:
    """PostgreSQL reads every kind of value from JSON."""
    return value


def _bound(column: Field[Any, Any], value: Any) -> Any:
    """SQLite keeps times and documents as texts of its own."""
    prepared = column.to_python(value) if isinstance(value, str) else value
    return column.get_db_prep_value(prepared, connection, prepared=False)

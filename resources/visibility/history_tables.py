"""History as a table: a common table expression that hides a table and shows older rows.

Within a statement, a common table expression with a table's own name takes the table's place. So a
compiled visibility query runs unchanged over rows as they were. On SQLite:

    WITH "cards_card" ("id", "title", "status", …) AS (
        SELECT JSON_EXTRACT(value, '$."id"'), JSON_EXTRACT(value, '$."title"'), …
        FROM JSON_EACH('[{"id": "0199…", "title": "Dragon", "status": "draft", …}]')
    )
    SELECT "cards_card"."id" FROM "cards_card"
    WHERE "cards_card"."status" = 'published' AND …

`table_with_rows` keeps the rest of the table as it is:

    WITH "cards_card" (…) AS (
        SELECT "id", "title", … FROM main."cards_card"
        WHERE "id" NOT IN (SELECT value FROM JSON_EACH('["0199…"]'))
        UNION ALL
        SELECT JSON_EXTRACT(value, '$."id"'), … FROM JSON_EACH('[{"id": "0199…", …}]')
    ) …

PostgreSQL reads the rows with `JSON_POPULATE_RECORDSET(NULL::"cards_card", '[…]'::json)`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import connection

from resources.dialects import dialect
from resources.query.plans import Table
from resources.visibility.queries import json_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from resources.declaration import Resource

type Image = Mapping[str, object]
"""A row as the change log has it: `{attribute name: JSON value}`."""


def rows_as_table(resource: Resource, images: Iterable[Image]) -> Table:
    """Return the resource's table with just these rows.

    Columns that the log does not keep are null.
    """
    return _table(resource, [_images(resource, list(images))])


def table_with_rows(resource: Resource, changed: Iterable[UUID], images: Iterable[Image]) -> Table:
    """Return the resource's table with the changed rows replaced by `images`."""
    name = dialect().real_table(connection.ops.quote_name(resource.model._meta.db_table))
    key = connection.ops.quote_name(str(resource.model._meta.pk.column))
    unchanged = (
        f"SELECT {_names(resource)} FROM {name} WHERE {key} NOT IN ({dialect().ids_of_json})"  # noqa: S608 - names of our own
    )
    return _table(resource, [(unchanged, (json_list(changed),)), _images(resource, list(images))])


def _table(resource: Resource, parts: Sequence[tuple[str, tuple[object, ...]]]) -> Table:
    name = connection.ops.quote_name(resource.model._meta.db_table)
    selects = [part for part in parts if part[0]]
    sql = " UNION ALL ".join(sql for sql, _parameters in selects)
    bound = tuple(value for _sql, parameters in selects for value in parameters)
    return Table(f"{name} ({_names(resource)})", sql, bound)


def _images(resource: Resource, rows: Sequence[Image]) -> tuple[str, tuple[object, ...]]:
    """Return rows as a SELECT with one parameter, whatever their number; empty without rows."""
    if not rows:
        return "", ()
    columns = [str(column.column) for column in resource.model._meta.concrete_fields]
    table = connection.ops.quote_name(resource.model._meta.db_table)
    return dialect().rows_of_json(table, columns), (_json(resource, rows),)


def _json(resource: Resource, rows: Sequence[Image]) -> str:
    columns = [(column, str(column.column)) for column in resource.model._meta.concrete_fields]
    value = dialect().json_value
    return json.dumps(
        [{name: value(column, row.get(column.attname)) for column, name in columns} for row in rows]
    )


def _names(resource: Resource) -> str:
    columns = resource.model._meta.concrete_fields
    return ", ".join(connection.ops.quote_name(str(column.column)) for column in columns)

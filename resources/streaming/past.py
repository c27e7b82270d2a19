"""Rows as they were, put where a compiled statement looks for the table.

A common table expression of the table's own name hides the table from the statement that follows,
so the rules and filters of a plan are asked about the past as they are about the present.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Field

    from resources.declaration import Resource
    from resources.reading.plans import Plan


def over_the_past(plan: Plan, resource: Resource, rows: Sequence[Mapping[str, Any]]) -> Plan:
    """Give a plan that reads `rows`, in terms of the log, in place of the resource's table.

    Columns that the log does not keep are empty.
    """
    if plan.sql is None:
        return plan
    columns = resource.model._meta.concrete_fields
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(column.column)) for column in columns)
    values = ", ".join(f"({', '.join(map(_place, columns))})" for _row in rows)
    table = quoted(resource.model._meta.db_table)
    sql = f"WITH {table} ({names}) AS (VALUES {values}) {plan.sql}"
    past = [_bound(column, row.get(column.attname)) for row in rows for column in columns]
    return replace(plan, sql=sql, parameters=(*past, *plan.parameters))


def _place(column: Field[Any, Any]) -> str:
    """PostgreSQL wants to know the type of a value that no column gives it."""
    if connection.vendor != "postgresql":
        return "%s"
    return f"%s::{column.rel_db_type(connection)}"


def _bound(column: Field[Any, Any], value: Any) -> Any:
    prepared = column.to_python(value) if isinstance(value, str) else value
    return column.get_db_prep_value(prepared, connection, prepared=False)

"""Pages that PostgreSQL plans once a connection, whatever values they are asked with.

It plans a prepared statement anew for each request while a plan with the values seems cheaper, and
planning a page takes as long as reading it. A plan without values always seems dearer where the
limit is a parameter, which counts as a tenth of all rows, or a bound is one, which counts as a
third of them. So in a page that reads rows in its order, which begins with the bounded column, the
limit is written as a constant, and a bound so that nothing can be planned by its value:

    … WHERE created_at <= (SELECT %s) AND … ORDER BY created_at DESC, id DESC LIMIT 31

By other filters rows are read otherwise if few have the value than if most do: a page with one of
them is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.dialects import dialect
from resources.query.filters.nodes import Identifier, Junction, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from resources.query.filters.nodes import Node
    from resources.query.list_query import ListQuery

UNKNOWN = "(SELECT %s)"
"""A value by which PostgreSQL plans nothing: the statement is planned once a connection then."""
INEQUALITIES = frozenset({"<", "<=", ">", ">="})


def written_limit(query: ListQuery) -> int | None:
    """Return the limit that is a constant of the statement; None where it is a parameter."""
    return query.limit + 1 if dialect().prepares_statements and query.has_one_plan else None


def written_values(query: ListQuery) -> Mapping[Hashable, str]:
    """Return how placeholders are written that are not to be parameters to plan by."""
    limit = written_limit(query)
    if limit is None:
        return {}
    literals = query.condition.literals if query.condition else ()
    cursor = query.cursor.values if query.cursor else ()
    unknown = [
        *(("literal", part.index) for part in literals),
        *(("cursor", number) for number in range(len(cursor))),
    ]
    return {"limit": str(limit), **dict.fromkeys(unknown, UNKNOWN)}


def only_bounds(condition: Node, column: str) -> bool:
    """Return whether a filter does nothing but bound a column."""
    if isinstance(condition, Junction):
        is_all = condition.connector == "and"
        return is_all and all(only_bounds(child, column) for child in condition.children)
    left, right = condition.left, condition.right
    return (
        isinstance(left, Identifier)
        and (left.path, left.modifier) == ((column,), None)
        and condition.operator in INEQUALITIES
        and isinstance(right, Literal)
    )

"""Pages that PostgreSQL plans once a connection, whatever values they are asked with.

It plans a prepared statement anew for each request while a plan with the values seems cheaper, and
planning a page takes as long as reading it. A plan without values always seems dearer where the
limit is a parameter, which counts as a tenth of all rows, or a cursor is one, which counts as a
third of them. So in a page that reads rows in the order of an index the limit is written as a
constant, and the cursor so that nothing can be planned by its value:

    … WHERE created_at <= (SELECT %s) AND … ORDER BY created_at DESC, id DESC LIMIT 31

A page with a filter is left as it is: by its value rows are read in another way if few have it than
if most do, and what two unknown bounds leave, one row in 200 as PostgreSQL expects, it would sort.
So is one without such an index, as all that a cursor leaves may have to be sorted.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from resources.dialects import dialect

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from django.db.models import Model

    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.query.ordering import SortKey

UNKNOWN = "(SELECT %s)"
"""A value by which PostgreSQL plans nothing: the statement is planned once a connection then."""


def written_limit(query: ListQuery) -> int | None:
    """Return the limit that is a constant of the statement; None where it is a parameter."""
    return query.limit + 1 if dialect().prepares_statements and query.has_one_plan else None


def written_values(query: ListQuery) -> Mapping[Hashable, str]:
    """Return how placeholders are written that are not to be parameters to plan by."""
    limit = written_limit(query)
    if limit is None:
        return {}
    cursor = query.cursor.values if query.cursor else ()
    unknown = [("cursor", number) for number in range(len(cursor))]
    return {"limit": str(limit), **dict.fromkeys(unknown, UNKNOWN)}


def is_read_in_order(resource: Resource, keys: Sequence[SortKey]) -> bool:
    """Return whether an index has the rows of a list in their order."""
    order = tuple((key.column, key.is_descending) for key in keys)
    return order in _orders_of_indexes(resource.model)


@cache
def _orders_of_indexes(model: type[Model]) -> frozenset[tuple[tuple[str, bool], ...]]:
    """Return the orders in which indexes have rows: columns, and whether each is descending.

    An index may begin with other columns, of which a list has one value. It is read either way.
    """
    found = set()
    for index in model._meta.indexes:
        columns = [(name, order == "DESC") for name, order in index.fields_orders]
        for start in range(len(columns)):
            found.add(tuple(columns[start:]))
            found.add(tuple((name, not is_down) for name, is_down in columns[start:]))
    return frozenset(found)

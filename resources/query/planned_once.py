"""Pages that PostgreSQL plans once a connection, whatever values they are asked with.

It plans a prepared statement anew for each request while a plan with the values seems cheaper, and
planning a page takes as long as reading it. A plan without values always seems dearer where the
limit is a parameter, which counts as a tenth of all rows, or a bound is one, which counts as a
third of them. So in a page that reads rows in the order of an index, bounded by nothing but the
first column of that order, the limit is written as a constant, and a bound so that nothing can be
planned by its value:

    … WHERE created_at <= (SELECT %s) AND … ORDER BY created_at DESC, id DESC LIMIT 31

By a filter rows are read otherwise if few have the value than if most do. One of a column's choices
is written as a constant, too, so that each choice has a plan of its own. A page with any other
filter is left as it is, and one without such an index, as all that a bound leaves may have to be
sorted.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from resources.dialects import dialect
from resources.query.filters.nodes import Comparison, Identifier, Junction, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from django.db.models import Model

    from resources.declaration import Resource
    from resources.query.filters.nodes import Node
    from resources.query.list_query import ListQuery
    from resources.query.ordering import SortKey

UNKNOWN = "(SELECT %s)"
"""A value by which PostgreSQL plans nothing: the statement is planned once a connection then."""
INEQUALITIES = frozenset({"<", "<=", ">", ">="})


class OnePlan(NamedTuple):
    """What is constant in a statement that is planned once: its limit, and literals by number."""

    limit: int
    choices: tuple[tuple[int, str], ...]


def one_plan(
    resource: Resource, keys: Sequence[SortKey], condition: Node | None, limit: int
) -> OnePlan | None:
    """Return what is constant in a page that is planned once; None if values decide how to read it.

    An index has to have the rows in their order, and a filter may only bound its first column, or
    ask for a choice.
    """
    order = tuple((key.column, key.is_descending) for key in keys)
    if order not in _orders_of_indexes(resource.model):
        return None
    choices = []
    for comparison in _all_of(condition):
        if not _is_bound(comparison, keys[0].name):
            chosen = _choice(resource, comparison)
            if chosen is None:
                return None
            choices.append(chosen)
    return OnePlan(limit + 1, tuple(choices))


def written_values(query: ListQuery) -> Mapping[Hashable, str]:
    """Return how placeholders are written that are not to be parameters to plan by."""
    if query.one_plan is None or not dialect().prepares_statements:
        return {}
    literals = query.condition.literals if query.condition else ()
    cursor = query.cursor.values if query.cursor else ()
    written: dict[Hashable, str] = {("literal", part.index): UNKNOWN for part in literals}
    written |= {("cursor", number): UNKNOWN for number in range(len(cursor))}
    limit, choices = query.one_plan
    written |= {("literal", index): f"'{choice}'" for index, choice in choices}
    return written | {"limit": str(limit)}


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


def _all_of(condition: Node | None) -> Iterator[Node]:
    """Yield the conditions all of which must hold."""
    if isinstance(condition, Junction) and condition.connector == "and":
        for child in condition.children:
            yield from _all_of(child)
    elif condition is not None:
        yield condition


def _is_bound(condition: Node, column: str) -> bool:
    """Return whether a condition bounds a column."""
    return (
        isinstance(condition, Comparison)
        and isinstance(condition.left, Identifier)
        and (condition.left.path, condition.left.modifier) == ((column,), None)
        and condition.operator in INEQUALITIES
        and isinstance(condition.right, Literal)
    )


def _choice(resource: Resource, condition: Node) -> tuple[int, str] | None:
    """Return the choice that a column of the resource has to equal, with its literal's number."""
    if not isinstance(condition, Comparison) or condition.operator != "=":
        return None
    left, right = condition.left, condition.right
    if not isinstance(left, Identifier) or not isinstance(right, Literal) or left.modifier:
        return None
    name, value = ".".join(left.path), right.value
    is_plain = name in (*resource.filters, *resource.scans) and "." not in name
    if not is_plain or not isinstance(value, str) or not value.isidentifier():
        return None
    choices = resource.column(name).choices or ()
    return (right.index, value) if value in dict(choices) else None

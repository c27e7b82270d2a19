"""What a read costs, in points: known from its checked query before any statement runs.

A point is about what one more comparison by an index costs a page. What has to look at every row
of a table (a column among `scans`, a pattern, a way through a relation) costs twenty and more. The
points are an order of magnitude, not a prediction: one budget for all that a request can ask for,
on lists and subscriptions alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import JSONField
from django.utils.translation import gettext as _

from resources.errors import FieldError, Problem
from resources.query.filters.nodes import Call, Comparison, Identifier, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.declaration import Resource
    from resources.query.filters.nodes import Node, Operand
    from resources.query.ordering import SortKey
    from resources.query.selection import Selection

MOST_POINTS = 500
"""Points that one request may cost."""
CHEAP = 15
"""Points up to which a read is not counted."""
COMPARISON = 1
CHOICES = 10
"""Further values that one column may equal, at the cost of one comparison."""
MEMBERSHIP = 5
"""Looking for a value in a list, such as a tag."""
SCAN = 20
"""Looking at every row, as no index helps."""
PATTERN = 10
PATTERN_CHARACTERS = 10
"""Characters of a pattern that cost a point."""
STEP = 5
"""Each relation that a filter's path goes through: a subquery for each row."""
BACK_RELATION = 20
FUNCTION = 10
SORT = 1
RANDOM = 40
"""A random order, with a seed or without: a hash of every row, and all of them put in order."""
EXPANSION = 1
"""Each expanded relation or back-relation, and each field of the viewer's own."""
RECORDS = 30
"""Records, and truths about them, that cost a point further where they are answered along."""
SEARCH = 20
COUNT = 20
"""A count, which also costs what its filter does, again."""


@dataclass(frozen=True)
class Cost:
    """Points by the query parameter that asks for them, which may stand several times."""

    parts: tuple[tuple[str, int], ...] = ()

    @cached_property
    def points(self) -> int:
        """Return the sum."""
        return sum([points for _name, points in self.parts])

    @property
    def is_cheap(self) -> bool:
        """Return whether this is nothing to count."""
        return self.points <= CHEAP

    def by_parameter(self) -> Counter[str]:
        """Return the points of each parameter."""
        found: Counter[str] = Counter()
        for name, points in self.parts:
            found[name] += points
        return found


FREE = Cost()


def cost_of_selection(selection: Selection, rows: int = 1) -> Cost:
    """Return what `fields` and `expand` cost for a record, or for a page of so many."""
    return Cost(tuple(_selected(selection, rows))) if _asks_for_more(selection) else FREE


def cost_of_list(
    resource: Resource,
    selection: Selection,
    keys: Iterable[SortKey],
    condition: Node | None,
    limit: int,
    extras: Iterable[str] = (),
) -> Cost:
    """Return what a list costs; `extras` names which of `search` and `count` are asked for."""
    parts = [] if condition is None else list(_filtered(resource, condition))
    of_filters = sum([points for _name, points in parts])
    parts.append(("sort", _sorted(resource, keys)))
    if _asks_for_more(selection):
        parts += _selected(selection, limit)
    if "search" in extras:
        parts.append(("search", SEARCH))
    if "count" in extras:
        parts.append(("count", COUNT + of_filters))
    return Cost(tuple(parts))


def require_affordable(cost: Cost) -> None:
    """Raise Problem 400 `too_costly` for a request beyond `MOST_POINTS`, naming what costs most."""
    if cost.points <= MOST_POINTS:
        return
    shown = {"points": cost.points, "most": MOST_POINTS}
    detail = _(
        "This asks for too much at once: it costs %(points)d points, and %(most)d are the most."
    )
    message = _("This costs %(points)d points.")
    errors = [
        FieldError(name, "too_costly", message % {"points": points})
        for name, points in cost.by_parameter().most_common()
        if points
    ]
    raise Problem(400, "too_costly", detail % shown, errors, members=shown)


def _asks_for_more(selection: Selection) -> bool:
    """Return whether anything is answered besides columns."""
    return bool(selection.viewer or selection.expand)


def _selected(selection: Selection, rows: int) -> Iterator[tuple[str, int]]:
    """Yield the points of what is answered besides columns, by the parameter that asks for it.

    `rows` is how many records of the selection there are at most.
    """
    if selection.viewer:
        yield "fields", (EXPANSION + rows // RECORDS) * len(selection.viewer)
    for expansion in selection.expand:
        records = rows * (expansion.limit or 1)
        yield "expand", EXPANSION + records // RECORDS
        yield from _selected(expansion.selection, records)


def _sorted(resource: Resource, keys: Iterable[SortKey]) -> int:
    """Return what an order costs; its first column costs nothing."""
    points = -SORT
    for key in keys:
        points += SORT
        if key.seed is not None:
            points += RANDOM
        elif key.name in _scanned_sorts(resource):
            points += SCAN
    return points


@cache
def _scanned_sorts(resource: Resource) -> frozenset[str]:
    return frozenset(name.lstrip("-") for name in resource.sorts_scanned)


def _filtered(resource: Resource, node: Node) -> Iterator[tuple[str, int]]:
    """Yield the points of each condition, by the parameter that it came from."""
    if isinstance(node, Comparison):
        yield _parameter(node), _compared(resource, node)
        return
    if node.connector != "or":
        for child in node.children:
            yield from _filtered(resource, child)
        return
    for choice, alike in groupby(node.children, key=lambda child: _choice(resource, child)):
        children = list(alike)
        if choice is None:
            for child in children:
                yield from _filtered(resource, child)
        else:
            yield _parameter(children[0]), COMPARISON + len(children) // CHOICES


def _choice(resource: Resource, child: Node) -> str | None:
    """Return the column if a condition is a value that an indexed column may equal."""
    if not isinstance(child, Comparison) or child.operator != "=":
        return None
    column, value = child.left, child.right
    if not isinstance(column, Identifier) or not isinstance(value, Literal):
        return None
    return column.text if _compared(resource, child) == COMPARISON else None


def _compared(resource: Resource, node: Comparison) -> int:
    sides = _operand(resource, node.left), _operand(resource, node.right)
    points = max(sides)
    if isinstance(node.right, Literal) and node.right.kind == "list":
        return points + len(node.right.value) // CHOICES
    if not any(isinstance(side, Literal) for side in (node.left, node.right)):
        # What is found for one side is compared with all that is found for the other.
        points = max(sum(sides), SCAN)
    if node.operator in ("~", "!~"):
        points = max(points, SCAN) + PATTERN
        points += sum(len(str(part.value)) // PATTERN_CHARACTERS for part in _texts(node))
    return points


def _texts(node: Comparison) -> Iterator[Literal]:
    return (part for part in node.literals if isinstance(part, Literal))


def _operand(resource: Resource, operand: Operand) -> int:
    """Return what one side of a comparison costs."""
    if isinstance(operand, Call):
        arguments = (_operand(resource, argument) for argument in operand.args)
        return SCAN + FUNCTION + max(arguments, default=0)
    if not isinstance(operand, Identifier):
        return COMPARISON
    head, *further = operand.path
    if "_via_" in head:
        return SCAN + BACK_RELATION + STEP * len(further)
    if further:
        return SCAN + STEP * len(further)
    if operand.modifier == "each" and _is_list(resource, head):
        return MEMBERSHIP
    is_indexed = head == "id" or head in resource.filters
    return COMPARISON if is_indexed and not operand.modifier else SCAN


def _is_list(resource: Resource, name: str) -> bool:
    return name in resource.filters and isinstance(resource.column(name), JSONField)


def _parameter(node: Node) -> str:
    """Return the query parameter that a condition came from."""
    for part in node.literals:
        if isinstance(part, Literal) and part.parameter:
            return part.parameter
    return "filter"

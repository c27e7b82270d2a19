"""Relations that a filter pins to one record, such as `card` in `card="<id>" && number>1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.query.filters.nodes import Comparison, Identifier, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.query.filters.nodes import Node, Operand


def pinned_relations(node: Node) -> frozenset[str]:
    """Return the names that must equal a text of the client's, whatever else the filter asks.

    That the text is the id of a record which the actor may view is for the rule to check.
    """
    return frozenset(_pinned(node))


def _pinned(node: Node) -> Iterator[str]:
    if isinstance(node, Comparison):
        if node.operator == "=":
            yield from _equal(node.left, node.right)
            yield from _equal(node.right, node.left)
    elif node.connector == "and" or (node.connector == "or" and len(node.children) == 1):
        for child in node.children:
            yield from _pinned(child)


def _equal(name: Operand, value: Operand) -> Iterator[str]:
    is_given = isinstance(value, Literal) and value.kind == "text" and not value.is_empty
    if is_given and isinstance(name, Identifier) and name.modifier is None:
        head, *rest = name.path
        if rest in ([], ["id"]):
            yield head

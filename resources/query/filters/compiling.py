"""The filter tree as a condition on rows, its literals being placeholders.

What each comparison means is written in docs/guide/queries.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Exists, FloatField, Q, TextField, Value
from django.utils.translation import gettext as _

from resources.query.filters.calls import called
from resources.query.filters.conditions import ConstantCondition, NegatedCondition, joined
from resources.query.filters.constants import is_true
from resources.query.filters.conversions import literal
from resources.query.filters.lists import HoldsValue, IsEmptyList
from resources.query.filters.naming import Names
from resources.query.filters.nodes import (
    Call,
    Comparison,
    FilterSyntaxError,
    Identifier,
    Literal,
    Macro,
    Node,
)
from resources.query.filters.operands import Listed, Many, Operand, Scalar, Single
from resources.query.filters.scalars import (
    POSITIVE,
    asks_for_nothing,
    compare_scalars,
    compare_with_literal,
    is_hopeless,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.actors import AnyActor
    from resources.declaration import Resource

type Part = Identifier | Literal | Macro | Call

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def filter_condition(resource: Resource, actor: AnyActor, node: Node) -> Q:
    """Return the condition on rows that a filter asks for.

    Raises FilterSyntaxError for names that can't be filtered by.
    """
    return _Compiler(Names(resource, actor)).node(node)


@dataclass(frozen=True)
class _Compiler:
    names: Names

    def node(self, node: Node) -> Q:
        if isinstance(node, Comparison):
            return self.comparison(node)
        if node.connector == "not":
            return Q(NegatedCondition(self.node(node.children[0])))
        if node.connector == "or":
            return joined(Q.OR, (self.node(child) for child in node.children))
        return self.all_of(node.children)

    def all_of(self, children: Iterable[Node]) -> Q:
        """Join by AND; any-match comparisons of one back-relation are about the same row."""
        alone: list[Q] = []
        shared: list[tuple[Many, Comparison]] = []
        for child in children:
            node = self.turned(child) if isinstance(child, Comparison) else child
            many = self._any_match(node)
            if many and isinstance(node, Comparison):
                shared.append((many, node))
            else:
                alone.append(self.node(node))
        shared.sort(key=lambda pair: pair[0].path)
        for _path, pairs in groupby(shared, key=lambda pair: pair[0].path):
            alone.append(self._of_one_row(list(pairs)))
        return joined(Q.AND, alone)

    def _any_match(self, node: Node) -> Many | None:
        """Return the rows of `?=` and its like on a back-relation."""
        is_any = isinstance(node, Comparison) and node.any_match
        left = self.operand(node.left) if is_any and isinstance(node, Comparison) else None
        return left if isinstance(left, Many) else None

    def _of_one_row(self, pairs: list[tuple[Many, Comparison]]) -> Q:
        """Ask for one row that fits; to ask for nothing alone, there may be no row, too."""
        many = pairs[0][0]
        holds = joined(Q.AND, (self.of_row(one, node) for one, node in pairs))
        found = Q(Exists(many.rows.filter(holds)))
        if all(asks_for_nothing(node.operator, node.right) for _many, node in pairs):
            return found | ~Q(Exists(many.rows))
        return found

    def comparison(self, node: Comparison) -> Q:
        left, right = node.left, node.right
        if isinstance(left, Literal) and isinstance(right, Literal):
            return Q(ConstantCondition(is_true=is_true(left.value, node.operator, right.value)))
        node = self.turned(node)
        operand = self.operand(node.left)
        if is_hopeless(node.operator, node.right):
            return Q(ConstantCondition(is_true=False))
        if isinstance(operand, Many):
            return self._of_rows(operand, node)
        return self.compare(operand, node.operator, node.right, any_match=node.any_match)

    def turned(self, node: Comparison) -> Comparison:
        """Write a comparison with its column first, or with what there are several of."""
        left, right = node.left, node.right
        if node.operator not in MIRRORED or not isinstance(right, Identifier | Call):
            return node
        if not isinstance(left, Literal | Macro) and (
            isinstance(self.operand(left), Many) or not isinstance(self.operand(right), Many)
        ):
            return node
        return Comparison(right, MIRRORED[node.operator], node.any_match, left, node.position)

    def _of_rows(self, many: Many, node: Comparison) -> Q:
        """Compare what several rows hold: one of them, or every one.

        Of a record without such rows only the negative comparisons hold, and `= null`.
        """
        if node.any_match:
            return self._of_one_row([(many, node)])
        every = ~Q(Exists(many.rows.filter(NegatedCondition(self.of_row(many, node)))))
        if _holds_of_nothing(node.operator, node.right):
            return every
        return every & Q(Exists(many.rows))

    def of_row(self, many: Many, node: Comparison) -> Q:
        """Compare what one of several rows holds."""
        right = node.right
        if is_hopeless(node.operator, right):
            return Q(ConstantCondition(is_true=False))
        if isinstance(right, Literal | Macro):
            return self.compare(many.inner, node.operator, right, any_match=node.any_match)
        other = self._scalar(right)
        outside = many.outside(other, self.names.resource.model)
        return _with_scalar(many.inner, node.operator, outside, right.position)

    def operand(self, part: Part) -> Operand:
        if isinstance(part, Identifier):
            return self.names.operand(part)
        if isinstance(part, Call):
            return called(part, self._scalar)
        if isinstance(part, Literal) and part.value is None:
            return Scalar(Value(None, output_field=TextField()), TextField(), can_be_null=True)
        is_number = part.is_number if isinstance(part, Macro) else part.kind in ("number", "bool")
        field = FloatField() if is_number else TextField()
        return Scalar(literal(part, field), field)

    def compare(self, left: Single, operator: str, right: Part, *, any_match: bool = False) -> Q:
        """Compare a value or a list of one row with a literal or another value."""
        if not isinstance(right, Literal | Macro):
            return _with_scalar(left, operator, self._scalar(right), right.position)
        if isinstance(left, Listed):
            return _of_list(left, operator, right, any_match=any_match)
        return compare_with_literal(left, operator, right)

    def _scalar(self, part: Part) -> Scalar:
        operand = self.operand(part)
        if isinstance(operand, Scalar):
            return operand
        message = _("A value that there are several of must stand on the left.")
        raise FilterSyntaxError("not_comparable", message, part.position)


def _with_scalar(left: Single, operator: str, right: Scalar, position: int) -> Q:
    if isinstance(left, Listed):
        message = _("A list is compared with a value, not with another field.")
        raise FilterSyntaxError("not_comparable", message, position)
    return compare_scalars(left, operator, right)


def _of_list(many: Listed, operator: str, right: Literal | Macro, *, any_match: bool) -> Q:
    """Compare a list: whether a value is among it, or of `:each` whether every one is as asked.

    Of an empty list only the negative comparisons hold, and `= null`.
    """
    is_negative = operator in POSITIVE
    positive = POSITIVE.get(operator, operator)
    is_empty = Q(IsEmptyList(many.array))
    for_nothing = asks_for_nothing(positive, right)

    def holds(*, is_negated: bool) -> Q:
        found = HoldsValue(
            many.array, positive, right, is_text=many.is_plain_text, is_negated=is_negated
        )
        return Q(found)

    if not many.is_each and not any_match:
        among = holds(is_negated=False) | is_empty if for_nothing else holds(is_negated=False)
        return Q(NegatedCondition(among)) if is_negative else among
    if any_match:
        found = holds(is_negated=is_negative)
        return found | is_empty if for_nothing and not is_negative else found
    every = ~holds(is_negated=not is_negative)
    return every if _holds_of_nothing(operator, right) else every & ~is_empty


def _holds_of_nothing(operator: str, right: Part) -> bool:
    """Return whether a comparison holds where there is no value at all."""
    return (operator in POSITIVE) is not asks_for_nothing(POSITIVE.get(operator, operator), right)

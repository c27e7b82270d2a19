"""The filter tree as a condition on rows, its literals being slots."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from django.db.models import (
    Exists,
    Field,
    FloatField,
    Func,
    IntegerField,
    Q,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from resources.filters.conditions import Condition
from resources.filters.lists import ListHolds
from resources.filters.nodes import (
    Call,
    Comparison,
    FilterSyntaxError,
    Identifier,
    Literal,
    Macro,
    Node,
)
from resources.filters.operands import (
    Many,
    Operand,
    Operands,
    Scalar,
    TextOf,
    distance,
    literal,
    literal_text,
    text_of,
)
from resources.filters.text import like_pattern
from resources.filters.times import StrfTime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.actors import Asker
    from resources.declaration import Resource

type Part = Identifier | Literal | Macro | Call

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
NEGATED = {"!=": "=", "!~": "~"}


def filter_condition(resource: Resource, actor: Asker, node: Node) -> Q:
    """Give the rows that a filter asks for.

    Null is equal to an empty text; other comparisons with a missing value fail, except the
    negated ones. Raises FilterSyntaxError for names that can't be filtered by.
    """
    return _Compiler(Operands(resource, actor)).node(node)


@dataclass(frozen=True)
class _Compiler:
    operands: Operands

    def node(self, node: Node) -> Q:
        if isinstance(node, Comparison):
            return self.comparison(node)
        if node.connector == "or":
            return _joined(Q.OR, (self.node(child) for child in node.children))
        return self.all_of(node.children)

    def all_of(self, children: Iterable[Node]) -> Q:
        """Join by AND; any-match comparisons of one back-relation are about the same row."""
        alone: list[Q] = []
        shared: list[tuple[Many, Q]] = []
        for child in children:
            together = self._any_match(child) if isinstance(child, Comparison) else None
            if together:
                shared.append(together)
            else:
                alone.append(self.node(child))
        shared.sort(key=lambda pair: pair[0].path)
        for _path, pairs in groupby(shared, key=lambda pair: pair[0].path):
            group = list(pairs)
            rows = cast("Any", group[0][0].rows)
            alone.append(Q(Exists(rows.filter(_joined(Q.AND, (pair[1] for pair in group))))))
        return _joined(Q.AND, alone)

    def _any_match(self, node: Comparison) -> tuple[Many, Q] | None:
        """Give the rows and the condition on one of them, for `?=` and its like on such rows."""
        if not node.any_match:
            return None
        left = self.operand(node.left, node.right)
        if not isinstance(left, Many) or left.rows is None:
            return None
        return left, self.compare(left.scalar, node.operator, node.right)

    def comparison(self, node: Comparison) -> Q:
        left, operator, right = node.left, node.operator, node.right
        if isinstance(left, Literal | Macro) and isinstance(right, Identifier | Call):
            if operator not in MIRRORED:
                return self._matches(Scalar(literal_text(left), TextField()), operator, right)
            left, operator, right = right, MIRRORED[operator], left
        operand = self.operand(left, right)
        if isinstance(operand, Scalar):
            return self.compare(operand, operator, right)
        if operand.rows is None:
            return _of_list(operand, operator, right, any_match=node.any_match)
        return self._of_rows(operand, operator, right, any_match=node.any_match)

    def _of_rows(self, many: Many, operator: str, right: Part, *, any_match: bool) -> Q:
        """Compare what several rows hold: any of them, or every one."""
        rows = cast("Any", many.rows)
        holds = self.compare(many.scalar, operator, right)
        if any_match:
            return Q(Exists(rows.filter(holds)))
        every = ~Q(Exists(rows.exclude(holds)))
        return every if operator in NEGATED else every & Q(Exists(rows.filter(holds)))

    def operand(self, part: Part, beside: Part) -> Operand:
        if isinstance(part, Identifier):
            return self.operands.column(part)
        if isinstance(part, Call):
            return self._called(part)
        field = self._field_of(beside) or TextField()
        return Scalar(literal(part, field), field)

    def compare(self, left: Scalar, operator: str, right: Part) -> Q:
        """Compare one value with a literal or with another value."""
        if isinstance(right, Literal) and right.is_empty and operator in ("=", "!="):
            empty = _is_empty(left)
            return empty if operator == "=" else ~empty
        if operator in ("~", "!~"):
            return self._matches(left, operator, right)
        if isinstance(right, Literal | Macro):
            value: Any = ListHolds.json_slot(right) if left.is_json else literal(right, left.field)
            return _compared(left.expression, operator, value, left.can_be_null)
        other = self._scalar(right, right)
        if _is_alike(left.field, other.field) and not left.is_json:
            nullable = left.can_be_null or other.can_be_null
            return _compared(left.expression, operator, other.expression, nullable)
        return _compared(_filled(left), operator, _filled(other), nullable=False)

    def _matches(self, left: Scalar, operator: str, right: Part) -> Q:
        if isinstance(right, Literal | Macro):
            pattern: Any = literal_text(right, like_pattern)
        else:
            pattern = Wrapped(Value("%"), text_of(self._scalar(right, right)), Value("%"))
        return _like(text_of(left), operator, pattern)

    def _scalar(self, part: Part, beside: Part) -> Scalar:
        operand = self.operand(part, beside)
        if isinstance(operand, Many):
            message = _("A value that there are several of must stand on the left.")
            raise FilterSyntaxError("not_comparable", message, part.position)
        return operand

    def _field_of(self, part: Part) -> Field[Any, Any] | None:
        if isinstance(part, Literal):
            return FloatField() if part.kind == "number" else None
        operand = self.operand(part, part) if not isinstance(part, Macro) else None
        if operand is None:
            return None
        return operand.scalar.field if isinstance(operand, Many) else operand.field

    def _called(self, call: Call) -> Scalar:
        if call.name == "geoDistance" and len(call.args) == 4:
            points = [self._coordinate(argument) for argument in call.args]
            return Scalar(distance(points), FloatField(), can_be_null=True)
        if call.name == "strftime" and len(call.args) == 2:
            form, moment = call.args
            if isinstance(form, Literal) and form.kind == "text":
                shown = StrfTime(self._scalar(moment, moment).expression, form)
                return Scalar(shown, TextField(), can_be_null=True)
        message = _("There is no such function, or not with these arguments: %(name)s.")
        raise FilterSyntaxError("unknown_function", message % {"name": call.name}, call.position)

    def _coordinate(self, part: Part) -> Any:
        if isinstance(part, Literal):
            return literal(part, FloatField())
        return self._scalar(part, part).expression


def _joined(connector: str, conditions: Iterable[Q]) -> Q:
    joined = Q()
    for condition in conditions:
        joined = Q(joined, condition, _connector=connector) if joined else condition
    return joined


def _is_alike(one: Field[Any, Any], other: Field[Any, Any]) -> bool:
    """Tell whether the database compares two columns as they are."""
    numbers = (IntegerField, FloatField)
    return type(one) is type(other) or (isinstance(one, numbers) and isinstance(other, numbers))


def _is_empty(scalar: Scalar) -> Q:
    null = _truth("%(expressions)s IS NULL", scalar.expression)
    is_text = isinstance(scalar.field, TextField) or scalar.field.get_internal_type() == "CharField"
    if scalar.is_json or not is_text:
        return null
    return null | _truth("%(expressions)s = ''", scalar.expression)


def _filled(scalar: Scalar) -> Any:
    """Give a value as text that is never null, to compare values of different kinds."""
    return Coalesce(TextOf(scalar.expression), Value(""), output_field=TextField())


def _compared(left: Any, operator: str, right: Any, nullable: bool) -> Q:
    if operator == "!=":
        different = _operation(left, "<>", right)
        return different | _truth("%(expressions)s IS NULL", left) if nullable else different
    return _operation(left, operator, right)


def _like(text: Any, operator: str, pattern: Any) -> Q:
    matches = Like(text, pattern)
    if operator == "~":
        return Q(matches)
    return ~Q(matches) | _truth("%(expressions)s IS NULL", text)


def _operation(left: Any, operator: str, right: Any) -> Q:
    return Q(Condition(left, right, template="(%(expressions)s)", arg_joiner=f" {operator} "))


def _truth(template: str, expression: Any) -> Q:
    return Q(Condition(expression, template=f"({template})"))


class Like(Condition):
    """Text that matches a pattern, upper or lower case alike."""

    arity = 2
    arg_joiner = " LIKE "
    template = "(%(expressions)s ESCAPE '\\')"

    def __init__(self, text: Any, pattern: Any) -> None:
        super().__init__(text, pattern)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """PostgreSQL's LIKE tells cases apart."""
        return self.as_sql(compiler, connection, arg_joiner=" ILIKE ", **context)


class Wrapped(Func):
    """Texts one after the other; null when one of them is."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = TextField()


def _of_list(many: Many, operator: str, right: Part, *, any_match: bool) -> Q:
    """Compare the values of a JSON array: any of them, or every one."""
    if not isinstance(right, Literal | Macro):
        message = _("A list is compared with a value, not with another field.")
        raise FilterSyntaxError("not_comparable", message, right.position)
    holds = ListHolds(many.source, operator, right)
    if any_match:
        return Q(holds)
    every = ~Q(ListHolds(many.source, operator, right, is_negated=True))
    return every if operator in NEGATED else every & Q(holds)

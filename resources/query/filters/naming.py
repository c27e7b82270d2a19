"""Names in a filter, resolved for one resource and one kind of actor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.db.models import (
    Case,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from resources import registry
from resources.fields import ListField
from resources.query.back_relations import back_relation
from resources.query.columns import readable_column, where_readable
from resources.query.filters.conditions import IsEmpty, IsNull
from resources.query.filters.documents import JsonLength, JsonList
from resources.query.filters.functions import Lowered
from resources.query.filters.nodes import FilterSyntaxError, Identifier
from resources.query.filters.operands import Listed, Many, Operand, PlainField, Scalar, Single
from resources.rules import narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resources.actors import AnyActor
    from resources.declaration import Resource
    from resources.json_text import JsonObject

DEEPEST_PATH = 6
CLOSE = 0.8
"""How alike a name must be to one of a document's schema to be taken for a slip."""


@dataclass(frozen=True)
class Names:
    """Resolves names for one resource and one kind of actor."""

    resource: Resource
    actor: AnyActor

    def operand(self, identifier: Identifier) -> Operand:
        """Return what an identifier stands for.

        Raises FilterSyntaxError with the position for a name that can't be filtered by.
        """
        if identifier.modifier in ("isset", "changed"):
            message = _("“:%(modifier)s” has no meaning in a filter.")
            raise _unknown(identifier, message % {"modifier": identifier.modifier})
        operand = self._path(identifier, identifier.path)
        if identifier.modifier is None:
            return operand
        modified = MODIFIERS[identifier.modifier]
        if isinstance(operand, Many):
            return replace(operand, inner=modified(identifier, operand.inner))
        return modified(identifier, operand)

    def _path(self, identifier: Identifier, path: Sequence[str]) -> Operand:
        head, *rest = path
        if len(path) > DEEPEST_PATH + 1:
            raise _unknown(identifier, _("A path reaches six relations at most."))
        if "_via_" in head:
            return self._back_relation(identifier, head, rest)
        if head not in (*self.resource.filters, *self.resource.scans, "id"):
            raise _unknown(identifier, self._hint(head))
        column = self.resource.column(head)
        if isinstance(column, JSONField):
            return self._document(identifier, column, rest)
        if not rest:
            expression = readable_column(self.resource, self.actor, head)
            is_masked = head in self.resource.readers
            kind = column.target_field if isinstance(column, ForeignKey) else column
            is_key = head == self.resource.natural_key
            return Scalar(expression, kind, column.null or is_masked, is_any_case=is_key)
        if not column.is_relation:
            message = _("“%(name)s” has no inner fields.") % {"name": head}
            raise _unknown(identifier, message)
        return self._relation(identifier, head, rest)

    def _document(
        self, identifier: Identifier, column: Field[object, object], path: Sequence[str]
    ) -> Single:
        """Return a column of JSON, or what stands at a path inside."""
        source = readable_column(self.resource, self.actor, column.name)
        if isinstance(column, ListField) and not path:
            return Listed(source, is_plain_text=True)
        schema = _schema_at(getattr(column, "schema", {}), identifier, path)
        choices = [(value, value) for value in schema.get("enum", ()) if isinstance(value, str)]
        field = PlainField(choices=choices or None)
        return Scalar(Value(None), field, True, lambda part: part(source, path))

    def _relation(self, identifier: Identifier, head: str, rest: Sequence[str]) -> Single:
        """Return a column of a relation's target, missing where the actor may not view it."""
        model = self.resource.target(head)
        if not registry.is_registered(model):
            raise _unknown(identifier, self._hint(head))
        target = registry.resource_of(model)
        inner = self._inner(target, identifier, rest)
        rows = model._default_manager.filter(pk=OuterRef(self.resource.column(head).attname))
        seen = narrowed(rows, target.view.scope(self.actor, model))
        return inner.read_through(
            seen, lambda value: where_readable(self.resource, self.actor, head, value)
        )

    def _back_relation(self, identifier: Identifier, head: str, rest: Sequence[str]) -> Many:
        """Return a column of the rows that point here: `reviews_via_template.stars`."""
        back = back_relation(head)
        if back is None:
            raise _unknown(identifier, self._hint(head))
        if not back.leads_to(self.resource) or not rest:
            message = _("“%(name)s” must be followed by a field of what points here.")
            raise _unknown(identifier, message % {"name": head})
        inner = self._inner(back.source, identifier, rest)
        return Many(head, back.listed(self.actor), back.column.attname, inner)

    def _inner(self, resource: Resource, identifier: Identifier, rest: Sequence[str]) -> Single:
        inner = Names(resource, self.actor)._path(identifier, rest)
        if isinstance(inner, Many):
            raise _unknown(identifier, _("Back-relations can only begin a path."))
        return inner

    def _hint(self, name: str) -> str:
        known = [*self.resource.filters, *self.resource.scans]
        return _hint(name, get_close_matches(name, known, n=1))


def _hint(name: str, close: Sequence[str]) -> str:
    message = _("“%(name)s” can't be filtered by.") % {"name": name}
    return f"{message} {_('Did you mean “%s”?') % close[0]}" if close else message


def _unknown(identifier: Identifier, message: str) -> FilterSyntaxError:
    return FilterSyntaxError("unknown_field", message, identifier.position)


def _schema_at(schema: JsonObject, identifier: Identifier, path: Sequence[str]) -> JsonObject:
    """Return the schema of what stands at a path; an empty one where nothing is known of it.

    Documents may be older than their schema, so only a name that is nearly one of the schema's is
    an error.
    """
    for step in path:
        known: JsonObject = schema.get("properties", {})
        if step.isdigit():
            schema = schema.get("items", {})
            continue
        close = [] if step in known else get_close_matches(step, known, n=1, cutoff=CLOSE)
        if close:
            raise _unknown(identifier, _hint(step, close))
        schema = known.get(step, {})
    return schema


def _length(identifier: Identifier, operand: Single) -> Single:
    """Count the values of a list; a relation or a choice is one value or none."""
    if isinstance(operand, Listed):
        return Scalar(Coalesce(JsonLength(operand.array), Value(0)), IntegerField())
    if operand.document is not None:
        return Scalar(Coalesce(operand.document(JsonLength), Value(0)), IntegerField())
    if operand.is_text and operand.choices:
        none = Q(IsEmpty(operand.expression))
    elif operand.field.primary_key and identifier.path[-1] != "id":
        none = Q(IsNull(operand.expression))
    else:
        message = _("“:length” counts the values of a list, a relation or a choice.")
        raise FilterSyntaxError("not_a_list", message, identifier.position)
    return Scalar(Case(When(none, then=Value(0)), default=Value(1)), IntegerField())


def _each(identifier: Identifier, operand: Single) -> Single:
    if isinstance(operand, Listed):
        return replace(operand, is_each=True)
    if operand.document is not None:
        return Listed(operand.document(JsonList), is_each=True)
    message = _("“:each” asks each value of a list.")
    raise FilterSyntaxError("not_a_list", message, identifier.position)


def _lower(identifier: Identifier, operand: Single) -> Single:
    if isinstance(operand, Listed):
        message = _("“:lower” is of one text, not of a list.")
        raise FilterSyntaxError("not_a_text", message, identifier.position)
    nullable = operand.can_be_null and not operand.is_text
    return Scalar(Lowered(operand.shown()), TextField(), nullable or operand.can_be_null)


MODIFIERS: Mapping[str, Callable[[Identifier, Single], Single]] = {
    "length": _length,
    "each": _each,
    "lower": _lower,
}

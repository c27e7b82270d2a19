"""A record as the one JSON expression that every answer uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Concat, Length, Substr

from resources import registry
from resources.documents.embedding import EmbeddedDocument, embedding_of
from resources.documents.sql import (
    DocumentList,
    Embedded,
    JsonBoolean,
    JsonObject,
    NestedDocument,
    Replaced,
    json_value,
)
from resources.fields import RelationListField
from resources.query.back_relations import OUTER_KEY, back_relation
from resources.query.columns import anyones_scope, readable_column, where_readable
from resources.query.filters.conditions import Compared
from resources.relation_lists import listed_rows
from resources.rules import UnreadCount, narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models.expressions import Combinable

    from resources.actors import AnyActor
    from resources.declaration import Resource
    from resources.documents.embedding import Address, Embedding
    from resources.query.back_relations import BackRelation
    from resources.query.selection import Expansion, Selection
    from resources.rules import Scope

    type Documents = Callable[[Address], Combinable]
    """Makes an expression of the documents with addresses that start so."""

NULL = Embedded(Value(None, output_field=TextField()))


def record_document(resource: Resource, actor: AnyActor, selection: Selection) -> JsonObject:
    """Build the JSON of one row as `actor` may read it, with what the selection expands."""
    members = {name.partition(":")[0]: _member(resource, actor, name) for name in selection.fields}
    if selection.viewer:
        members["viewer"] = _of_viewer(resource, actor, selection.viewer)
    if selection.expand:
        members["expand"] = NestedDocument(
            {one.name: _expanded(resource, actor, one) for one in selection.expand}
        )
    return JsonObject(members)


def _member(resource: Resource, actor: AnyActor, name: str) -> object:
    name, _colon, modifier = name.partition(":")
    field = resource.column(name)
    if modifier:
        return _excerpt(readable_column(resource, actor, name), modifier)
    if isinstance(field, RelationListField):
        return _listed(resource, actor, field)
    embedding = embedding_of(field.related_model) if field.is_relation else None
    if embedding is not None:
        model = resource.target(name)
        # Most records have few of the pictures that they could have.
        is_there = Q((f"{field.attname}__isnull", False))
        document = _embedded(
            resource,
            actor,
            name,
            embedding,
            lambda address: EmbeddedDocument(model, address, field.attname),
        )
        picture = Case(When(is_there, then=document))
        return Embedded(where_readable(resource, actor, name, picture))
    return json_value(field, readable_column(resource, actor, name))


def _embedded(
    resource: Resource, actor: AnyActor, name: str, embedding: Embedding, documents: Documents
) -> object:
    """Return what a column leads to as JSON; its addresses are for whoever reads it."""
    starts = embedding.address_starts()
    scope = anyones_scope(resource, actor, name)
    embedded = documents("plain" if scope is True else "marked")
    if isinstance(scope, bool):
        return embedded
    marked = Value(starts.marked)
    start = Case(When(scope, then=Value(starts.plain)), default=marked)
    return Replaced(embedded, marked, start)


def _listed(resource: Resource, actor: AnyActor, field: RelationListField) -> object:
    """Return the listed rows in their order, as documents where their model is embedded."""
    embedding = embedding_of(field.listed_model)
    if embedding is None:
        return json_value(field, readable_column(resource, actor, field.name))
    rows = listed_rows(field)
    listed = _embedded(
        resource,
        actor,
        field.name,
        embedding,
        lambda address: DocumentList(rows.values(document=embedding.document(address))),
    )
    # Most lists are empty, and looking each up would take longer than all else of a record.
    is_empty = Q((field.name, []))
    shown = Case(When(is_empty, then=Value("[]", output_field=TextField())), default=listed)
    return Embedded(where_readable(resource, actor, field.name, shown))


def _excerpt(text: Combinable, modifier: str) -> object:
    """Return the beginning of a text, as `excerpt(100,true)` asks for it."""
    size, with_ellipsis = modifier.removeprefix("excerpt(").removesuffix(")").partition(",")[::2]
    start = Substr(text, 1, int(size))
    if with_ellipsis.strip() != "true":
        return start
    cut = Concat(start, Value("…"), output_field=TextField())
    return Case(When(Q(Compared(Length(text), ">", Value(int(size)))), then=cut), default=text)


def _of_viewer(resource: Resource, actor: AnyActor, names: Iterable[str]) -> object:
    """Return what the row is to a member; null for who is not signed in."""
    if not actor.is_known:
        return NULL
    return JsonObject({name: _told(resource, actor, name) for name in names})


def _told(resource: Resource, actor: AnyActor, name: str) -> object:
    """Return whether a rule opens the row to the viewer, or how much of it they have not read."""
    told = resource.viewer[name]
    if isinstance(told, UnreadCount):
        return told.expression(actor, resource.model)
    return JsonBoolean(_is_in(told.scope(actor, resource.model)))


def _is_in(scope: Scope) -> object:
    """Return whether the row is in a scope; a comparison with null leaves it out, as a filter."""
    if isinstance(scope, bool):
        return Value(scope)
    return Case(When(scope, then=True), default=False, output_field=BooleanField())


def _expanded(resource: Resource, actor: AnyActor, expansion: Expansion) -> object:
    """Return what a relation leads to, or the records that point here."""
    back = back_relation(expansion.name)
    if back:
        return _pointing_here(back, actor, expansion)
    return _target(resource, actor, expansion.name, expansion.selection)


def _pointing_here(back: BackRelation, actor: AnyActor, expansion: Expansion) -> object:
    """Return the newest of the records that point here and that the actor may list.

    The actor sees the record that they point at, so they are those of a list that names it.
    """
    rows = back.listed(actor, {back.relation})
    document = record_document(back.source, actor, expansion.selection)
    # Only these few are made into documents, also where they must be sorted first.
    found = back.listed(actor, {back.relation}, OuterRef(OUTER_KEY))
    few = found.order_by("-created_at", "-id")[: expansion.limit]
    newest = back.source.model._default_manager.filter(pk__in=few.values("pk"))
    newest = newest.order_by("-created_at", "-id")
    further = Value(False) if rows.query.is_empty() else Exists(rows[expansion.limit :])
    listed = DocumentList(newest.values(document=document))
    return NestedDocument({"results": listed, "has_more": JsonBoolean(further)})


def _target(resource: Resource, actor: AnyActor, name: str, inner: Selection) -> object:
    """Return the target of a relation if the actor may view it, else null."""
    field = resource.column(name)
    target = registry.resource_of(resource.target(name))
    rows = target.model._default_manager.filter(pk=OuterRef(field.attname))
    visible = narrowed(rows, target.view.scope(actor, target.model))
    if visible.query.is_empty():
        return NULL
    document = Subquery(visible.values(document=record_document(target, actor, inner)))
    return Embedded(where_readable(resource, actor, name, document))

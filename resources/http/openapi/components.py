"""The named schemas of resources: records, pages, what expands, and the values that columns take.

Operations refer to them by name alone (`reference`); what nothing refers to is left out at the end
(`resources.http.openapi.document`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from resources import registry
from resources.documents.embedding import embedding_of
from resources.fields import DocumentField, RelationListField
from resources.query.back_relations import back_relations
from resources.query.ordering import sortable
from resources.rules import Rule, UnreadCount
from resources.rules.unread import MOST_UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resources.declaration import Resource
    from resources.json_text import JsonObject
    from resources.types import ModelField

type JsonSchema = JsonObject

SCHEMAS = "#/components/schemas/"
RANDOM = "@random"
ONCE = "ShownOnce"
ID: JsonSchema = {"type": "string", "format": "uuid"}
TEXT: JsonSchema = {"type": "string"}
TYPES: Sequence[tuple[type[ModelField], JsonSchema]] = (
    (models.UUIDField, ID),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.BooleanField, {"type": "boolean"}),
    (models.FloatField, {"type": "number"}),
    (models.IntegerField, {"type": "integer"}),
    (models.JSONField, {}),
)


def reference(name: str) -> JsonSchema:
    """Return a reference to a named schema."""
    return {"$ref": f"{SCHEMAS}{name}"}


def name_of(resource: Resource, suffix: str = "") -> str:
    """Return the name of a resource's schema: `Card`, `CardPage`."""
    return f"{resource.model.__name__}{suffix}"


def record_reference(resource: Resource) -> JsonSchema:
    """Return a reference to the schema of a resource's records."""
    return reference(name_of(resource))


def secret_reference(resource: Resource) -> JsonSchema:
    """Return a reference to the schema of a record with what is shown only once, if there is."""
    return reference(name_of(resource, ONCE)) if resource.shown_once else record_reference(resource)


def page_reference(resource: Resource) -> JsonSchema:
    """Return a reference to the schema of a page of a resource's records."""
    return reference(name_of(resource, "Page"))


def resource_schemas(resource: Resource) -> JsonSchema:
    """Return the schemas that a resource brings, by their names."""
    named = {
        name_of(resource): _record_schema(resource),
        name_of(resource, "Page"): _page_schema(resource),
        name_of(resource, "Sort"): _enumeration(sort_names(resource)),
        name_of(resource, "Fields"): _enumeration(field_names(resource)),
    }
    if resource.shown_once:
        secrets = dict.fromkeys(resource.shown_once, TEXT)
        shown = _record_schema(resource)
        named[name_of(resource, ONCE)] = shown | {"properties": shown["properties"] | secrets}
    if expandable(resource):
        named[name_of(resource, "Expand")] = _expand_schema(resource)
        named[name_of(resource, "ExpandPath")] = _enumeration(expand_paths(resource))
    for back in back_relations(resource):
        named[name_of(back.source, "Slice")] = _slice_schema(back.source)
    return named | dict(_column_schemas(resource))


def _enumeration(names: Sequence[str]) -> JsonSchema:
    return {"type": "string", "enum": list(names)}


def _column_schemas(resource: Resource) -> Iterator[tuple[str, JsonSchema]]:
    """Yield the schemas that columns have by name: of choices, documents and embedded models."""
    names = {*resource.fields, *resource.writable, *resource.editable}
    for name in sorted(names | {*resource.filters, *resource.scans}):
        column = resource.column(name)
        component = _component_name(resource, column)
        if component:
            yield component, _named_type(column)


def _component_name(resource: Resource, column: ModelField) -> str:
    """Return the name of the schema of a column's values; empty where the schema is plain."""
    model = _embedded_model(column)
    if model is not None:
        # In a generated client `File` would hide the browser's own, which forms take.
        return f"Stored{model.__name__}"
    if (isinstance(column, DocumentField) and column.schema) or column.choices:
        words = column.name.split("_")
        return name_of(resource, "".join(word.capitalize() for word in words))
    return ""


def _embedded_model(column: ModelField) -> type[models.Model] | None:
    """Return the model that a column answers as a document of its own, if it does."""
    model = column.related_model
    if isinstance(column, RelationListField):
        model = column.listed_model
    return model if embedding_of(model) else None


def _named_type(column: ModelField) -> JsonSchema:
    embedding = embedding_of(_embedded_model(column))
    if embedding is not None:
        return embedding.schema
    if isinstance(column, DocumentField):
        return dict(column.schema)
    values = [value for value, _label in column.flatchoices]
    return _enumeration([*values, ""] if column.blank and "" not in values else values)


def value_schema(resource: Resource, column: ModelField) -> JsonSchema:
    """Describe the values of a column, without null."""
    named = _component_name(resource, column)
    if isinstance(column, RelationListField):
        item = reference(named) if named else ID
        return {"type": "array", "maxItems": column.most, "items": item}
    if named:
        return reference(named)
    if column.is_relation:
        return dict(ID)
    return dict(next((known for kind, known in TYPES if isinstance(column, kind)), TEXT))


def _record_schema(resource: Resource) -> JsonSchema:
    """Describe a record as it is answered where `fields` leaves nothing out."""
    properties = {name: column_schema(resource, name) for name in resource.fields}
    if resource.viewer:
        properties["viewer"] = _viewer_schema(resource)
    if expandable(resource):
        properties["expand"] = reference(name_of(resource, "Expand"))
    return {
        "type": "object",
        "description": resource.description,
        "required": list(resource.fields),
        "properties": properties,
        "additionalProperties": False,
    }


def column_schema(resource: Resource, name: str) -> JsonSchema:
    """Describe one column of a record as it is answered."""
    column = resource.column(name)
    described = value_schema(resource, column)
    if column.null or name in resource.readers:
        described = nullable(described)
    if column.help_text:
        described = described | {"description": str(column.help_text)}
    return described


def nullable(described: JsonSchema) -> JsonSchema:
    """Return a schema that takes null, too."""
    if not described:
        return {}  # which takes anything
    if "anyOf" in described:
        return {"anyOf": [*described["anyOf"], {"type": "null"}]}
    if "type" not in described or "enum" in described:
        return {"anyOf": [described, {"type": "null"}]}
    return described | {"type": [described["type"], "null"]}


def expandable(resource: Resource) -> Mapping[str, Resource]:
    """Return what `expand` takes, by name, with the resource that each leads to."""
    forward = {name: registry.resource_of(resource.target(name)) for name in resource.expand}
    return forward | {back.name: back.source for back in back_relations(resource)}


def _expand_schema(resource: Resource) -> JsonSchema:
    targets = expandable(resource)
    forward = {name: nullable(record_reference(targets[name])) for name in resource.expand}
    backward = {
        back.name: reference(name_of(back.source, "Slice")) for back in back_relations(resource)
    }
    return {
        "type": "object",
        "description": "What `expand` asked for; null where you may not view it.",
        "properties": forward | backward,
        "additionalProperties": False,
    }


def _slice_schema(resource: Resource) -> JsonSchema:
    return {
        "type": "object",
        "description": "The newest of the records that point here, and whether there are more.",
        "required": ["results", "has_more"],
        "properties": {
            "results": {"type": "array", "items": record_reference(resource)},
            "has_more": {"type": "boolean"},
        },
        "additionalProperties": False,
    }


def _page_schema(resource: Resource) -> JsonSchema:
    return page_of(record_reference(resource))


def page_of(record: JsonSchema) -> JsonSchema:
    """Describe a page of a list; `count` and numbers are there where they were asked for."""
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["results", "next", "previous"],
        "properties": {
            "results": {"type": "array", "items": record},
            "next": link,
            "previous": link,
            "count": {"type": "integer", "minimum": 0},
            "page": {"type": "integer", "minimum": 1},
            "page_count": {"type": "integer", "minimum": 0},
        },
        "additionalProperties": False,
    }


def _viewer_schema(resource: Resource) -> JsonSchema:
    """Describe the fields of the viewer's own, each by its rule."""
    return {
        "type": ["object", "null"],
        "description": "About the signed-in member who reads; only where `fields` asks for it.",
        "properties": {name: _told_schema(told) for name, told in resource.viewer.items()},
        "additionalProperties": False,
    }


def _told_schema(told: Rule | UnreadCount) -> JsonSchema:
    if isinstance(told, UnreadCount):
        return {"type": "integer", "maximum": MOST_UNREAD, "description": f"{told.words()}."}
    return {"type": "boolean", "description": f"True for {told.words()}."}


def sort_names(resource: Resource) -> list[str]:
    """Return what `sort` takes, each both ways; a seed after `@random` aside."""
    names = sorted(sortable(resource) - {RANDOM})
    both = [f"{sign}{name}" for name in names for sign in ("", "-")]
    return both + ([RANDOM] if RANDOM in sortable(resource) else [])


def expand_paths(resource: Resource) -> list[str]:
    """Return the first two levels of what `expand` takes, of five."""
    return [
        path
        for name, target in expandable(resource).items()
        for path in (name, *(f"{name}.{further}" for further in target.expand))
    ]


def field_names(resource: Resource) -> list[str]:
    """Return what `fields` takes: a record's own, and those of what it points at."""
    own = [*resource.fields, "*"]
    own += ["viewer", *(f"viewer.{name}" for name in resource.viewer)] if resource.viewer else []
    for name, target in expandable(resource).items():
        own.append(f"expand.{name}")
        own += [f"expand.{name}.{field}" for field in target.fields if name in resource.expand]
    return own

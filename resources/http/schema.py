"""OpenAPI 3.1 from declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, override

from django.db import models
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from resources.documents.embedding import embedding_of
from resources.fields import DocumentField, RelationListField
from resources.http.parameters import filter_parameters, list_parameters, record_parameters
from resources.query.back_relations import back_relations
from resources.rules import NOBODY, Rule, UnreadCount
from resources.rules.unread import MOST_UNREAD
from resources.writing.inputs import input_class
from resources.writing.list_inputs import UploadListInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drf_spectacular.utils import Direction

    from resources.declaration import RecordAction, Resource
    from resources.http.views import EngineView

type JsonSchema = dict[str, Any]

PROBLEM_TYPE = "application/problem+json"
SAFE_STATUSES = ("400", "401", "403", "404", "405", "406", "414", "429", "503")
WRITE_STATUSES = (*SAFE_STATUSES, "408", "409", "412", "413", "415", "422")
TAGGED: JsonSchema = {
    "ETag": {"description": "The answer's entity tag.", "schema": {"type": "string"}}
}
NOT_MODIFIED: JsonSchema = {
    "description": "You have it already (RFC 9110, 15.4.5).",
    "headers": TAGGED,
}
TYPES: Sequence[tuple[type[models.Field[Any, Any]], JsonSchema]] = (
    (models.UUIDField, {"type": "string", "format": "uuid"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.BooleanField, {"type": "boolean"}),
    (models.FloatField, {"type": "number"}),
    (models.IntegerField, {"type": "integer"}),
    (models.JSONField, {}),
)


LOOKED_BACK: JsonSchema = {
    "type": "object",
    "description": "The newest of the records that point here, and whether there are more.",
    "required": ["results", "has_more"],
    "properties": {
        "results": {"type": "array", "items": {"type": "object"}},
        "has_more": {"type": "boolean"},
    },
    "additionalProperties": False,
}


LISTED_IDS: JsonSchema = {
    "type": "array",
    "items": {"type": "string", "format": "uuid"},
    "description": "What is appended, prepended or removed.",
}


class BearerScheme(OpenApiAuthenticationExtension):
    """How the engine's authentication is described."""

    target_class = "resources.http.authentication.TokenAuthentication"
    name = "bearer"

    @override
    def get_security_definition(self, auto_schema: object) -> JsonSchema:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class RecordInputScheme(OpenApiSerializerExtension):
    """How what may be sent for a record is described: with the edits of its lists."""

    target_class = "resources.writing.inputs.RecordInput"
    match_subclasses = True

    @override
    def map_serializer(self, auto_schema: Any, direction: Direction) -> JsonSchema:
        """Describe the fields, each list by its limit and the further names that it goes by.

        Those are patterns, as generators make the same name of `images+` and `images`.
        """
        serializer: Any = self.target
        described: JsonSchema = auto_schema._map_serializer(
            serializer, direction, bypass_extensions=True
        )
        lists = [each for each in serializer.fields.values() if isinstance(each, UploadListInput)]
        for field in lists:
            whole, *edits = field.names
            described["properties"][whole]["maxItems"] = field.most_files
            pattern = "|".join(name.replace("+", r"\+") for name in edits)
            described.setdefault("patternProperties", {})[f"^({pattern})$"] = LISTED_IDS
        return described


class ResourceSchema(AutoSchema):
    """Describes the engine's views by their declarations."""

    @property
    def _engine_view(self) -> EngineView:
        return cast("EngineView", self.view)

    @property
    def resource(self) -> Resource:
        """Return the resource of the view being described."""
        return self._engine_view.resource

    @property
    def verb(self) -> str:
        """Return the engine's word for the view's method, empty for actions."""
        return self._engine_view.verb_of.get(self.method, "")

    @property
    def action(self) -> RecordAction | None:
        """Return the declared action that is being described, if it is one."""
        actions: Sequence[RecordAction] = getattr(self.view, "actions", ())
        return next((action for action in actions if action.method == self.method), None)

    @override
    def is_excluded(self) -> bool:
        """Leave out what no rule opens to anyone."""
        return not self.action and self.resource.rule(self.verb) is NOBODY

    @override
    def get_operation_id(self) -> str:
        name = self.verb or (self.action.name if self.action else "")
        undone = "undo_" if self.action and self.method == "DELETE" else ""
        suffix = self._engine_view.name_suffix
        words = f"{undone}{name}_{self.resource}{suffix}"
        return words.replace("-", "_").replace("/", "_")

    @override
    def get_tags(self) -> list[str]:
        return [self.resource.name]

    @override
    def get_summary(self) -> str:
        return (
            str(self.action.words) if self.action else f"{self.verb.capitalize()} {self.resource}"
        )

    @override
    def get_description(self, path: str = "", method: str = "") -> str:
        rule = self.action.rule if self.action else self.resource.rule(self.verb)
        return f"{self.resource.description}\n\nWho may: {rule.words()}."

    @override
    def get_override_parameters(self) -> list[Any]:
        if self.verb == "list":
            return list_parameters(self.resource) + filter_parameters(self.resource)
        if self.verb == "delete":
            return record_parameters(self.resource, self.verb)[-1:]
        return record_parameters(self.resource, self.verb or "action")

    @override
    def get_request_serializer(self) -> Any:
        if self.verb in ("create", "update"):
            return input_class(self.resource, self.verb)
        return self.action.takes if self.action else None

    @override
    def get_response_serializers(self) -> Any:
        if self.verb == "delete":
            return {204: None}
        if self.verb == "list":
            return {200: page_schema(self._record_reference())}
        return {201 if self.verb == "create" else 200: self._record_reference()}

    @override
    def get_operation(self, *args: Any, **kwargs: Any) -> JsonSchema | None:
        operation: JsonSchema | None = super().get_operation(*args, **kwargs)
        if operation is not None and self.verb in ("list", "view"):
            operation["responses"]["200"]["headers"] = TAGGED
            operation["responses"]["304"] = NOT_MODIFIED
        return operation

    def _record_reference(self) -> JsonSchema:
        component = _Component(
            name=self.resource.model.__name__,
            type=ResolvedComponent.SCHEMA,
            schema=record_schema(self.resource),
            object=self.resource.model,
        )
        self.registry.register_on_missing(component)
        reference: JsonSchema = component.ref
        return reference


_Component: Any = ResolvedComponent


def record_schema(resource: Resource) -> JsonSchema:
    """Describe a record as it is answered; every key can be left out with `fields=`."""
    properties = {name: column_schema(resource, name) for name in resource.fields}
    if resource.viewer:
        properties["viewer"] = _viewer_schema(resource)
    expanded: JsonSchema = {name: {"type": ["object", "null"]} for name in resource.expand}
    expanded |= {back.name: LOOKED_BACK for back in back_relations(resource)}
    if expanded:
        properties["expand"] = {"type": "object", "properties": expanded}
    return {
        "type": "object",
        "description": resource.description,
        "properties": properties,
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


def column_schema(resource: Resource, name: str) -> JsonSchema:
    """Describe one column of a record as it is answered."""
    column = resource.column(name)
    described = _column_type(column)
    if column.null or name in resource.readers:
        described = _nullable(described)
    if column.help_text:
        described = described | {"description": str(column.help_text)}
    return described


def _column_type(column: models.Field[object, object]) -> JsonSchema:
    if column.is_relation:
        embedding = embedding_of(column.related_model)
        return embedding.schema if embedding else {"type": "string", "format": "uuid"}
    if isinstance(column, RelationListField):
        return _list_type(column)
    if isinstance(column, DocumentField):
        return dict(column.schema)
    if column.choices:
        return {"type": "string", "enum": [value for value, _label in column.flatchoices]}
    return next((known for kind, known in TYPES if isinstance(column, kind)), {"type": "string"})


def _list_type(column: RelationListField) -> JsonSchema:
    embedding = embedding_of(column.listed_model)
    if embedding is None:
        return dict(column.schema)
    return {"type": "array", "maxItems": column.most, "items": embedding.schema}


def _nullable(described: JsonSchema) -> JsonSchema:
    if "enum" in described or "type" not in described:
        return {"anyOf": [described, {"type": "null"}]}
    return described | {"type": [described["type"], "null"]}


def page_schema(record: JsonSchema) -> JsonSchema:
    """Describe a page of a list."""
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
    }


def with_problems(result: JsonSchema, **_context: object) -> JsonSchema:
    """Add the problem documents that every operation can answer (a drf-spectacular hook)."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answer = {"description": "A problem document (RFC 9457).", "content": content}
    for path in result["paths"].values():
        for method, operation in path.items():
            statuses = SAFE_STATUSES if method == "get" else WRITE_STATUSES
            for status in statuses:
                described = operation["responses"].setdefault(status, answer)
                described["content"] = {**described.get("content", {}), **content}
    return result


PROBLEM: JsonSchema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "position": {"type": "integer", "minimum": 1},
                },
            },
        },
    },
}
BATCH_ANSWER: JsonSchema = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["status", "body"],
                "properties": {
                    "status": {"type": "integer"},
                    "body": {"type": ["object", "null"]},
                },
            },
        }
    },
}

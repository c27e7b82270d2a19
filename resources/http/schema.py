"""OpenAPI 3.1 from declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, override

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from resources.http.openapi.components import (
    page_reference,
    record_reference,
    reference,
    secret_reference,
)
from resources.http.openapi.inputs import form_name
from resources.http.openapi.operations import operation_id
from resources.http.parameters import filter_parameters, list_parameters, record_parameters
from resources.rules import NOBODY
from resources.writing.inputs import input_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drf_spectacular.plumbing import ComponentRegistry

    from resources.declaration import RecordAction, Resource
    from resources.http.openapi.components import JsonSchema
    from resources.http.views import EngineView

JSON = "application/json"
FORM = "multipart/form-data"
READ_HEADERS: JsonSchema = {
    "ETag": {"description": "The answer's entity tag.", "schema": {"type": "string"}},
    "Change-Cursor": {
        "description": "Where in the change log this was read: subscribe with it as `since`.",
        "schema": {"type": "string"},
    },
}
NOT_MODIFIED: JsonSchema = {
    "description": "You have it already (RFC 9110, 15.4.5).",
    "headers": READ_HEADERS,
}


class BearerScheme(OpenApiAuthenticationExtension):
    """How the engine's authentication is described."""

    target_class = "resources.http.authentication.TokenAuthentication"
    name = "bearer"

    @override
    def get_security_definition(self, auto_schema: object) -> JsonSchema:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


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
        return operation_id(self.resource.name, f"{undone}{name}{suffix}")

    @override
    def get_tags(self) -> list[str]:
        return [self.resource.name]

    @override
    def get_summary(self) -> str:
        if self.action:
            return str(self.action.words)
        meta = self.resource.model._meta
        several = self.verb == "list"
        return (
            f"{self.verb.capitalize()} {meta.verbose_name_plural if several else meta.verbose_name}"
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
        if self.verb not in ("create", "update"):
            return self.action.takes if self.action else None
        taken = input_class(self.resource, self.verb)
        form = form_name(self.resource, self.verb)
        return {JSON: taken, FORM: reference(form)} if form else {JSON: taken}

    @override
    def get_response_serializers(self) -> Any:
        if self.verb == "delete":
            return {204: None}
        if self.verb == "list":
            return {200: page_reference(self.resource)}
        if self.verb == "create":
            return {201: secret_reference(self.resource)}
        return {200: (secret_reference if self.action else record_reference)(self.resource)}

    @override
    def get_operation(
        self,
        path: str,
        path_regex: str,
        path_prefix: str,
        method: str,
        registry: ComponentRegistry,
    ) -> JsonSchema | None:
        operation: JsonSchema | None = super().get_operation(
            path, path_regex, path_prefix, method, registry
        )
        if operation is not None and self.verb in ("list", "view"):
            operation["responses"]["200"]["headers"] = READ_HEADERS
            operation["responses"]["304"] = NOT_MODIFIED
        return operation


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

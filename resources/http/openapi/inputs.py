"""What may be sent for a record, as a document and as a form with files in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from drf_spectacular.extensions import OpenApiSerializerExtension

from resources import registry
from resources.http.openapi.components import ID, name_of, nullable, value_schema
from resources.writing.inputs import DocumentInput, inputs_of
from resources.writing.list_inputs import UploadListInput
from resources.writing.uploads import UploadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drf_spectacular.utils import Direction

    from resources.declaration import Resource
    from resources.http.openapi.components import JsonSchema

WRITES = ("create", "update")
BYTES: JsonSchema = {"type": "string", "format": "binary"}
LISTED_IDS: JsonSchema = {
    "type": "array",
    "items": ID,
    "description": "What is appended, prepended or removed.",
}


class RecordInputScheme(OpenApiSerializerExtension):
    """How what may be sent for a record is described: by the columns, with the edits of lists."""

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
        resource = registry.resource_of(serializer.Meta.model)
        properties = described["properties"]
        for name, field in serializer.fields.items():
            properties[name] = _field_schema(resource, field, properties[name])
        if serializer.partial:
            described.pop("required", None)
        edits = [name for field in _lists(serializer.fields) for name in field.names[1:]]
        if edits:
            pattern = "|".join(name.replace("+", r"\+") for name in edits)
            described["patternProperties"] = {f"^({pattern})$": LISTED_IDS}
        return described | {"additionalProperties": False}


def _lists(fields: Mapping[str, object]) -> list[UploadListInput]:
    return [field for field in fields.values() if isinstance(field, UploadListInput)]


def _field_schema(resource: Resource, field: Any, mapped: JsonSchema) -> JsonSchema:
    """Describe a field by its column where that says more than the serializer's field."""
    if isinstance(field, UploadListInput):
        return mapped | {"maxItems": field.most_files}
    column = resource.column(field.field_name)
    if not (isinstance(field, DocumentInput) or column.choices):
        return mapped
    described = value_schema(resource, column)
    if field.allow_null:
        described = nullable(described)
    words = str(column.help_text)
    return described | {"description": words} if words else described


def form_name(resource: Resource, verb: str) -> str:
    """Return the name of the form's schema of a write; empty where it takes no files."""
    takes_files = any(isinstance(each, UploadInput) for each in inputs_of(resource, verb).values())
    return name_of(resource, f"{verb.capitalize()}Form") if takes_files else ""


def form_schemas(named: Mapping[str, JsonSchema]) -> JsonSchema:
    """Return the schemas of all forms, made of those of the documents that may be sent instead."""
    return {
        form: _form_schema(named[form.removesuffix("Form")], inputs_of(resource, verb))
        for resource in registry.all_resources()
        for verb in WRITES
        if (form := form_name(resource, verb)) and form.removesuffix("Form") in named
    }


def _form_schema(document: JsonSchema, fields: Mapping[str, object]) -> JsonSchema:
    """Describe a form: its files as bytes, and nothing that is null, which a form can't say."""
    properties = {
        name: _part_schema(fields[name], described)
        for name, described in document["properties"].items()
    }
    kept: JsonSchema = {
        name: document[name] for name in ("description", "required") if name in document
    }
    return {"type": "object", **kept, "properties": properties, "additionalProperties": False}


def _part_schema(field: object, described: JsonSchema) -> JsonSchema:
    if isinstance(field, UploadListInput):
        return {"type": "array", "maxItems": field.most_files, "items": BYTES}
    if isinstance(field, UploadInput):
        return dict(BYTES)
    return _without_null(described)


def _without_null(described: JsonSchema) -> JsonSchema:
    if isinstance(described.get("type"), list):
        return described | {"type": described["type"][0]}
    choices = [each for each in described.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        rest = {name: value for name, value in described.items() if name != "anyOf"}
        return {**choices[0], **rest}
    return described

"""Serializers that validate what clients send, made from declarations."""

from __future__ import annotations

from copy import copy
from functools import cache, cached_property
from threading import local
from typing import TYPE_CHECKING, Any, ClassVar, cast, override

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import FileField, ForeignKey, Model
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from resources import registry
from resources.documents.validation import as_json, errors_by
from resources.execution.reader import is_visible
from resources.fields import DocumentField, RelationListField
from resources.json_text import JsonError, read_json
from resources.visible_text import require_visible_line, require_visible_text
from resources.writing.fast_validation import NeedsFullValidation, fast_validators
from resources.writing.list_inputs import UploadListInput
from resources.writing.uploads import UploadInput, misplaced_uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence, Set

    from django_stubs_ext import StrOrPromise
    from rest_framework.utils.model_meta import RelationInfo

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.json_text import JsonObject
    from resources.models import Record
    from resources.types import ModelField
    from resources.writing.fast_validation import Validator

    type InputField = serializers.Field[Any, Any, Any, Any]
    type ErrorTree = serializers.ErrorDetail | list[ErrorTree] | dict[str, ErrorTree]
    type FieldOptions = tuple[type[InputField], dict[str, Any]]

_relation_inputs: dict[type[Model], type[UploadInput]] = {}


def accept_as(model: type[Model], field: type[UploadInput]) -> None:
    """Let relations to `model`, and lists of them, be sent in a form of their own.

    The field is made with the `column` that it is for.
    """
    _relation_inputs[model] = field


@extend_schema_field({"type": "string", "format": "uuid"})
class RelationInput(serializers.Field[Model, object, object, Model]):
    """The id of a record that the actor may view."""

    default_error_messages: ClassVar[dict[str, StrOrPromise]] = {
        "invalid": gettext_lazy("This must be the id of a record."),
        "does_not_exist": gettext_lazy("There is no such record for you."),
    }

    def __init__(self, *, target: type[Model], **options: Any) -> None:
        self.target = target
        super().__init__(**options)

    @override
    def to_internal_value(self, data: object) -> Model:
        try:
            identifier = self.target._meta.pk.to_python(data)
        except ModelValidationError:
            self.fail("invalid")
        actor: Actor = self.context["actor"]
        resource = registry.resource_of(self.target)
        if identifier is None or not is_visible(resource, actor, identifier):
            self.fail("does_not_exist")
        return self.target._default_manager.get(pk=identifier)

    @override
    def to_representation(self, value: Model) -> object:
        return value.pk


class DocumentInput(serializers.JSONField):
    """A JSON document that matches its column's schema."""

    def __init__(self, *, schema: JsonObject, **options: Any) -> None:
        self.schema = schema
        self.written_schema = as_json(schema)
        super().__init__(**options)

    @override
    def get_value(self, dictionary: Mapping[str, object]) -> object:
        """Take the repeated parts of a form as a list of texts: `tags=fire`, `tags=water`."""
        if self.takes_several and isinstance(dictionary, QueryDict):
            parts = dictionary.getlist(str(self.field_name))
            if parts and not (len(parts) == 1 and parts[0].lstrip().startswith("[")):
                return [part for part in parts if part]
        return super().get_value(dictionary)

    @property
    def takes_several(self) -> bool:
        """Return whether a form may have several parts for it: it is a list of texts."""
        items = self.schema.get("items", {})
        return self.schema.get("type") == "array" and items.get("type") == "string"

    @override
    def to_internal_value(self, data: Any) -> Any:
        value = _parsed(data)
        errors = errors_by(self.written_schema, value)
        if errors:
            raise serializers.ValidationError(
                {error.path: [_detail(error.message, error.code)] for error in errors}
            )
        return value


def _parsed(value: object) -> object:
    """Multipart forms carry documents as text."""
    if not isinstance(value, str):
        return value
    try:
        return read_json(value)
    except JsonError:
        raise serializers.ValidationError(_("Value must be valid JSON."), "invalid") from None


def _detail(message: str, code: str) -> serializers.ErrorDetail:
    return serializers.ErrorDetail(message, code=code)


class RecordInput(serializers.ModelSerializer[Model]):
    """What may be sent to create or update a record; unknown names are errors, not ignored."""

    @override
    def build_relational_field(self, field_name: str, relation_info: RelationInfo) -> FieldOptions:
        _class, given = super().build_relational_field(field_name, relation_info)
        options = {name: given[name] for name in KEPT_OPTIONS if name in given}
        target = relation_info.related_model
        if target in _relation_inputs:
            return _relation_inputs[target], options | {"column": relation_info.model_field}
        return RelationInput, options | {"target": target}

    @override
    def build_standard_field(self, field_name: str, model_field: ModelField) -> FieldOptions:
        field_class, options = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, RelationListField):
            kept = {name: options[name] for name in KEPT_OPTIONS if name in options}
            child = _relation_inputs[model_field.listed_model](column=model_field)
            return UploadListInput, kept | {"child": child, "most": model_field.most}
        if isinstance(model_field, DocumentField):
            kept = {name: options[name] for name in KEPT_OPTIONS if name in options}
            return DocumentInput, kept | {"schema": model_field.schema}
        if rules := _visible_rules(model_field):
            options["validators"] = [*options.get("validators", ()), *rules]
        return field_class, options

    @override
    def get_validators(self) -> list[Any]:
        """Leave uniqueness to the database: asking first costs a query and proves nothing."""
        return []

    _sent: object = None

    @property
    @override
    def _writable_fields(self) -> list[InputField]:
        """Pass over fields that JSON leaves out, as they would do by themselves, one by one."""
        fields = list(super()._writable_fields)
        if type(self._sent) is not dict:
            return fields
        sent = self._sent.keys()
        return [
            field for field in fields if not sent.isdisjoint(_names(field)) or self._needs(field)
        ]

    def _needs(self, field: InputField) -> bool:
        """Return whether it matters that a field was not sent."""
        return not self.partial and (field.required or field.default is not serializers.empty)

    @override
    def run_validators(self, value: object) -> None:
        """Collect what validators would look at only if there are any."""
        if self.validators:
            super().run_validators(value)

    @cached_property
    def _fast_validators(self) -> Mapping[str, Validator]:
        return fast_validators({str(field.field_name): field for field in super()._writable_fields})

    @cached_property
    def _needed(self) -> Set[str]:
        return {str(field.field_name) for field in super()._writable_fields if self._needs(field)}

    @cached_property
    def _known_names(self) -> Set[str]:
        return {name for field in self.fields.values() for name in _names(field)}

    def taken(self, data: Any) -> dict[str, object] | None:
        """Take what is plainly right field by field; None if something may not be."""
        is_fitting = (
            type(data) is dict and self._needed <= data.keys() <= self._fast_validators.keys()
        )
        if not is_fitting:
            return None
        try:
            return {
                name: validate(data[name])
                for name, validate in self._fast_validators.items()
                if name in data
            }
        except (NeedsFullValidation, serializers.ValidationError, serializers.SkipField):
            return None

    @override
    def to_internal_value(self, data: object) -> object:
        self._sent = data
        unknown = sorted(set(data) - self._known_names) if isinstance(data, dict) else []
        misplaced = misplaced_uploads(data, self._known_names)
        errors = _unknown_errors(unknown) | _misplaced_errors(misplaced)
        if errors:
            rest = _without(data, misplaced)
            raise serializers.ValidationError(errors | self._known_errors(rest) | errors)
        return super().to_internal_value(data)

    def _known_errors(self, data: object) -> dict[str, ErrorTree]:
        """Return what is wrong with the fields that there are, so that all is told at once."""
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as error:
            return cast("dict[str, ErrorTree]", error.detail)
        return {}


def _names(field: Any) -> Sequence[str]:
    """Return the names under which something may be sent for a field."""
    return field.names if isinstance(field, UploadListInput) else (field.field_name,)


def _unknown_errors(names: Sequence[str]) -> dict[str, ErrorTree]:
    detail = _detail(_("There is no such field to write here."), "unknown_field")
    return {name: [detail] for name in names}


def _misplaced_errors(names: Iterable[str]) -> dict[str, ErrorTree]:
    detail = _detail(_("This field takes no file."), "no_file")
    return {name: [detail] for name in sorted(names)}


def _without(data: Any, names: Set[str]) -> object:
    """Return what was sent without some of its parts."""
    if not names:
        return data
    rest = copy(data)
    for name in names:
        rest.pop(name)
    return rest


VISIBLE_KINDS = {"CharField": require_visible_line, "TextField": require_visible_text}
KEPT_OPTIONS = ("required", "allow_null", "default", "label", "help_text")


_ready = local()


def validated(
    resource: Resource, verb: str, actor: Actor, sent: object, row: Record | None = None
) -> dict[str, object]:
    """Check what a client sent to `create`, or to `update` a row. Return the values of columns.

    Building a serializer costs more than using it, so each thread keeps its own. Raises DRF's
    ValidationError.
    """
    serializer, context = _serializer(resource, verb)
    context["actor"], context["row"] = actor, row
    taken = serializer.taken(sent)
    if taken is None:
        taken = serializer.run_validation(sent)
    return taken


def inputs_of(resource: Resource, verb: str) -> Mapping[str, InputField]:
    """Return the fields of what may be sent to `create` or `update`, by their names."""
    serializer, _context = _serializer(resource, verb)
    return serializer.fields


def _serializer(resource: Resource, verb: str) -> tuple[RecordInput, dict[str, object]]:
    """Return this thread's serializer and its context."""
    key = f"{verb} {resource}"
    kept: tuple[RecordInput, dict[str, object]] | None = getattr(_ready, key, None)
    if kept is None or not isinstance(kept[0], input_class(resource, verb)):
        context: dict[str, object] = {}
        serializer = input_class(resource, verb)(partial=verb == "update", context=context)
        kept = serializer, context
        setattr(_ready, key, kept)
    return kept


@cache
def input_class(resource: Resource, verb: str) -> type[RecordInput]:
    """Return the serializer class of `create` or `update` of a resource."""
    names = list(resource.writable if verb == "create" else resource.editable)
    meta = type(
        "Meta",
        (),
        {"model": resource.model, "fields": names, "extra_kwargs": _unasked(resource, names)},
    )
    name = f"{resource.model.__name__}{verb.capitalize()}"
    return type(name, (RecordInput,), {"Meta": meta, "__doc__": None})


def _visible_rules(column: ModelField) -> list[Callable[[str], None]]:
    """Return what a text is held to so that people can see it, if the column is a text."""
    rule = VISIBLE_KINDS.get(column.get_internal_type())
    return [rule] if rule and not column.choices else []


def _unasked(resource: Resource, names: Sequence[str]) -> dict[str, object]:
    """Switch off per-field uniqueness queries; the database decides."""
    columns: list[ModelField] = [resource.column(name) for name in names]
    return {
        column.name: {"validators": [*column.validators, *_visible_rules(column)]}
        for column in columns
        if column.unique and not isinstance(column, ForeignKey | FileField)
    }

"""Model fields that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast, override
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from resources.dialects import dialect
from resources.documents.sentences import explain_pattern
from resources.documents.validation import document_errors
from resources.text import id_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from resources.types import ModelField


type Deconstructed = tuple[str, str, Sequence[object], dict[str, object]]
"""How migrations write a field: its name, the path of its class, and its arguments."""
TAG = explain_pattern(
    r"^[\p{L}\p{M}\p{N}_-]{1,40}$",
    _("A tag is made of 1 to 40 letters, digits, dashes and underscores."),
)
"""Letters of any script; the expression is ECMA's, as JSON Schema has it."""


def column_of(model: models.Model | type[models.Model], name: str) -> ModelField:
    """Return the field of a column of a model, or of a row's; raises FieldDoesNotExist."""
    return cast("ModelField", model._meta.get_field(name))


class RecordIdField[Sent, Read](models.UUIDField[Sent, Read]):
    """A UUID that SQLite stores in its usual dashed text.

    Django stores 32 hex digits there; the dashed form is what the API answers, so reading it
    costs nothing.
    """

    @override
    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "uuid" if connection.features.has_native_uuid_field else "char(36)"

    @override
    def get_db_prep_value(
        self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> object:
        if value is None:
            return None
        identifier = value if isinstance(value, UUID) else self.to_python(value)
        return identifier if connection.features.has_native_uuid_field else id_text(identifier)


class SortedCharField(models.CharField[Any, str]):
    """A short text that lists can be sorted by: by code points, on every database alike.

    SQLite compares bytes. PostgreSQL would sort by the collation that the database was made with;
    this one is built in, the same everywhere, and lets indexes serve the order. Upper and lower
    case are Unicode's, as in filters.
    """

    @override
    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        parameters = super().db_parameters(connection)
        is_postgresql = connection.vendor == "postgresql"
        return parameters | {"collation": "pg_unicode_fast"} if is_postgresql else parameters


class JsonField(models.JSONField):
    """JSON, of which SQLite is given the shortest form."""

    @override
    def get_db_prep_value(
        self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> object:
        if isinstance(value, dict | list):
            written = dialect().json_document(value)
            if written is not None:
                return written
        return super().get_db_prep_value(value, connection, prepared)


class DocumentField(JsonField):
    """A JSON document that must match a JSON Schema (draft 2020-12).

    The same schema validates writes, appears in OpenAPI and explains each error by its path.
    """

    def __init__(self, *, schema: Mapping[str, object] | None = None, **options: Any) -> None:
        self.schema = schema or {}
        super().__init__(**options)

    @override
    def deconstruct(self) -> Deconstructed:
        """Leave the schema out of migrations: it never changes the column."""
        return super().deconstruct()

    @override
    def validate(self, value: object, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        # Forms mark a text that was JSON by a class of its own.
        plain = str(value) if isinstance(value, str) else value
        errors = document_errors(self.schema, plain)
        if errors:
            raise ValidationError([error.as_validation_error() for error in errors])


class RowImageField(JsonField):
    """The columns of a row by name, as the log keeps them."""

    @override
    def deconstruct(self) -> Deconstructed:
        """Appear in migrations as what it is to the database."""
        name, _path, positional, options = super().deconstruct()
        return name, "django.db.models.JSONField", positional, options


class ListField(DocumentField):
    """A list of texts, each of which a filter can ask for."""

    @override
    def deconstruct(self) -> Deconstructed:
        name, path, positional, options = super().deconstruct()
        options.pop("schema", None)
        return name, path, positional, options


class TagsField(ListField):
    """A short list of words of any script."""

    def __init__(self, *, most: int = 10, **options: Any) -> None:
        self.most = most
        options.setdefault("default", list)
        options.setdefault("blank", True)
        options["schema"] = {
            "type": "array",
            "maxItems": most,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": TAG},
        }
        super().__init__(**options)


class RelationListField(ListField):
    """An ordered list of rows of another model, each once, as their ids.

    `through` is the model that indexes it, as of a ManyToManyField: it has a row for each entry,
    with its `position`, a relation to the record and one to the listed row, which so can't be
    deleted. The list is the truth; the write door keeps its index (`resources.relation_lists`).
    """

    def __init__(self, *, through: str = "", most: int = 0, **options: Any) -> None:
        self.through = through
        self.most = most
        options.setdefault("default", list)
        options.setdefault("blank", True)
        options["schema"] = {
            "type": "array",
            "maxItems": most,
            "uniqueItems": True,
            "items": {"type": "string", "format": "uuid"},
        }
        super().__init__(**options)

    @override
    def deconstruct(self) -> Deconstructed:
        """Appear in migrations as what it is to the database."""
        name, _path, positional, options = super().deconstruct()
        return name, "resources.fields.JsonField", positional, options

    @cached_property
    def index_model(self) -> type[models.Model]:
        """Return the model of the index."""
        return apps.get_model(self.through)

    @cached_property
    def record_relation(self) -> models.ForeignKey[object, object]:
        """Return the relation of the index that leads to the record."""
        return next(each for each in self._relations if each.related_model is self.model)

    @cached_property
    def listed_relation(self) -> models.ForeignKey[object, object]:
        """Return the relation of the index that leads to the listed row."""
        return next(each for each in self._relations if each.related_model is not self.model)

    @property
    def listed_model(self) -> type[models.Model]:
        """Return the model of the listed rows."""
        return self.listed_relation.related_model

    @property
    def _relations(self) -> Sequence[models.ForeignKey[object, object]]:
        fields = self.index_model._meta.concrete_fields
        return [field for field in fields if isinstance(field, models.ForeignKey)]

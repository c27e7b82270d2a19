"""Checks of JSON documents against JSON Schema, with errors that name the path."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jsonschema_rs
import orjson
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from resources.byte_cache import byte_cached
from resources.documents.sentences import sentence_of
from resources.json_text import has_null_characters, is_deep

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ERRORS = 10
VALIDATOR_BYTES = 8 * 1024 * 1024
"""Memory for schemas that documents were checked by."""


@dataclass(frozen=True, slots=True)
class DocumentError:
    """One thing wrong in a document: a dotted path, a lower_snake code and a sentence."""

    path: str
    code: str
    message: str

    def as_validation_error(self) -> ValidationError:
        """Return the error in Django's form; the path travels in `params`."""
        params = {"reason": self.message, "path": self.path}
        return ValidationError("%(reason)s", code=self.code, params=params)


def document_errors(schema: Mapping[str, object], value: object) -> list[DocumentError]:
    """List what keeps `value` from being stored, or matching `schema` (JSON Schema 2020-12)."""
    return errors_by(as_json(schema), value)


def errors_by(schema: bytes, value: object) -> list[DocumentError]:
    """List the same by a schema that is written already (`as_json`)."""
    if is_deep(value):
        return [DocumentError("", "too_deep", _("This has too many levels."))]
    if has_null_characters(value):
        return [DocumentError("", "null_characters", _("Null characters are not allowed."))]
    return explained_errors(_validator(schema), value)


def explained_errors(
    validator: jsonschema_rs.Draft202012Validator, value: object
) -> list[DocumentError]:
    """List what a validator finds wrong with `value`, the first few."""
    if validator.is_valid(value):
        return []
    return [_explained(error) for error in validator.iter_errors(value)][:MOST_ERRORS]


def first_error(
    validator: jsonschema_rs.Draft202012Validator, value: object
) -> list[DocumentError]:
    """List only the first thing wrong; the validator makes all others before any can be read."""
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        return [_explained(error)]
    return []


def as_json(document: object) -> bytes:
    """Write a document so that the same is written alike: schemas are looked up by it."""
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # whole numbers of more than 64 bits, for one
        return json.dumps(document, sort_keys=True).encode()


@byte_cached(VALIDATOR_BYTES, lambda schema: 50 * len(schema))
def _validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema))


def _explained(error: jsonschema_rs.ValidationError) -> DocumentError:
    path = ".".join(str(step) for step in error.instance_path)
    return DocumentError(path, _snake(type(error.kind).__name__), sentence_of(error.kind))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]

"""JSON Schemas that members write, within bounds that make checking a document by one cheap.

To check a document by a stranger's schema must neither take long nor fetch anything. Patterns are
matched in linear time (no look-around, no back-references). References lead to definitions of the
schema's own and never in circles, and a definition counts as often as it applies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import jsonschema_rs
from django.utils.translation import gettext as _

from resources.byte_cache import byte_cached
from resources.documents.validation import (
    DocumentError,
    as_json,
    document_errors,
    explained_errors,
    first_error,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_SCHEMA_BYTES = 16 * 1024
MOST_DOCUMENT_BYTES = 8 * 1024
MOST_SUBSCHEMAS = 200
MOST_LEVELS = 16
MOST_PATTERNS = 16
MOST_ERRORS = 5_000
"""Errors that a document may have before only the first is looked for: each takes memory."""
PATTERN_BYTES = 256 * 1024
"""Memory that one compiled pattern may take."""
CACHE_BYTES = 16 * 1024 * 1024

DEFINITION = "#/$defs/"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BARRED = frozenset(
    {"$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary", "patternProperties"}
)
"""Keywords by which references could lead elsewhere than they seem to, or names be patterns."""
ONE = (
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("dependentSchemas", "properties")


class _Checker(NamedTuple):
    """What checks documents by a schema, and how many schemas apply in it."""

    validator: jsonschema_rs.Draft202012Validator
    subschemas: int

    def errors(self, value: object, text: bytes) -> list[DocumentError]:
        """List what is wrong with a value, which is also given as JSON."""
        values = text.count(b",") + text.count(b"[") + text.count(b"{")
        is_small = self.subschemas * values <= MOST_ERRORS
        return (explained_errors if is_small else first_error)(self.validator, value)


class _Unacceptable(ValueError):
    """A schema beyond the bounds; the message is for its author."""


@dataclass(frozen=True, slots=True)
class _Extent:
    """How many schemas apply where one does, itself among them, and how deep they are nested."""

    count: int = 1
    levels: int = 1


@dataclass(slots=True)
class _Survey:
    """Measures a schema; raises _Unacceptable where it is beyond the bounds."""

    definitions: Mapping[str, object]
    patterns: int = 0
    _known: dict[str, _Extent] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def measured(self, schema: object, level: int = 1) -> _Extent:
        """Return the extent of a schema; what is no schema is for the validator to say."""
        if level > MOST_LEVELS:
            raise _Unacceptable(_("It has more than %(most)d levels.") % {"most": MOST_LEVELS})
        if not isinstance(schema, dict):
            return _Extent()
        _require_no_escape(schema)
        self.patterns += "pattern" in schema
        if self.patterns > MOST_PATTERNS:
            message = _("It has more than %(most)d patterns.")
            raise _Unacceptable(message % {"most": MOST_PATTERNS})
        inner = [self.measured(each, level + 1) for each in _subschemas(schema)]
        if "$ref" in schema:
            inner.append(self.referenced(schema["$ref"], level + 1))
        extent = _Extent(
            1 + sum(each.count for each in inner),
            1 + max((each.levels for each in inner), default=0),
        )
        if extent.count > MOST_SUBSCHEMAS or extent.levels > MOST_LEVELS:
            raise _Unacceptable(_("It asks for too much to be checked."))
        return extent

    def referenced(self, reference: object, level: int) -> _Extent:
        """Return the extent of a definition."""
        name = str(reference).removeprefix(DEFINITION)
        if not str(reference).startswith(DEFINITION) or name not in self.definitions:
            example = {"example": f"{DEFINITION}name"}
            raise _Unacceptable(_("A reference leads to a definition: %(example)s.") % example)
        if name in self._open:
            raise _Unacceptable(_("A reference leads back to itself."))
        if name not in self._known:
            self._open.add(name)
            self._known[name] = self.measured(self.definitions[name], level)
            self._open.remove(name)
        return self._known[name]


def schema_error(schema: object) -> str | None:
    """Say why members can't be asked for documents by `schema`, or nothing when they can."""
    if not isinstance(schema, dict):
        return _("This is no JSON Schema.")
    try:
        _checker(as_json(schema))
    except _Unacceptable as problem:
        return str(problem)
    return None


def member_document_errors(schema: Mapping[str, object], value: object) -> list[DocumentError]:
    """List what keeps `value` from matching a schema that a member wrote."""
    errors = document_errors({}, value)
    if errors:
        return errors
    text = as_json(value)
    if len(text) > MOST_DOCUMENT_BYTES:
        message = _("This takes more than %(most)d bytes.") % {"most": MOST_DOCUMENT_BYTES}
        return [DocumentError("", "too_large", message)]
    try:
        return _checker(as_json(schema)).errors(value, text)
    except _Unacceptable as problem:
        return [DocumentError("", "not_a_schema", str(problem))]


def _weight(schema: bytes) -> int:
    """Return about how many bytes a validator takes."""
    return 50 * len(schema) + schema.count(b'"pattern"') * PATTERN_BYTES


@byte_cached(CACHE_BYTES, _weight)
def _checker(text: bytes) -> _Checker:
    """Return what checks documents by a schema; raises _Unacceptable."""
    if len(text) > MOST_SCHEMA_BYTES:
        message = _("It takes more than %(most)d bytes.") % {"most": MOST_SCHEMA_BYTES}
        raise _Unacceptable(message)
    schema = json.loads(text)
    definitions = schema.get("$defs")
    survey = _Survey(definitions if isinstance(definitions, dict) else {})
    extent = survey.measured(schema)
    for name in survey.definitions:
        survey.referenced(f"{DEFINITION}{name}", 1)
    options = jsonschema_rs.RegexOptions(size_limit=PATTERN_BYTES, dfa_size_limit=PATTERN_BYTES)
    try:
        validator = jsonschema_rs.Draft202012Validator(
            schema, pattern_options=options, retriever=_refuse
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as problem:
        raise _Unacceptable(str(problem).splitlines()[0]) from None
    return _Checker(validator, extent.count)


def _refuse(address: str) -> NoReturn:
    raise ValueError(address)


def _require_no_escape(schema: Mapping[str, object]) -> None:
    barred = sorted(BARRED & schema.keys())
    if schema.get("$schema", DIALECT) != DIALECT:
        barred.append("$schema")
    if barred:
        raise _Unacceptable(_("This keyword can't be used: %(name)s.") % {"name": barred[0]})


def _subschemas(schema: Mapping[str, object]) -> Iterator[object]:
    """Return the schemas that apply together with one, to its value or parts of it."""
    yield from (schema[name] for name in ONE if name in schema)
    for name in SEVERAL:
        several = schema.get(name)
        yield from several if isinstance(several, list) else ()
    for name in NAMED:
        named = schema.get(name)
        yield from named.values() if isinstance(named, dict) else ()

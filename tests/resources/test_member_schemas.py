"""Schemas that members write can neither reach out nor make checking a document costly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.documents.member_schemas import member_document_errors, schema_error

if TYPE_CHECKING:
    from resources.json_text import JsonObject

WORD = {"type": "string"}


def of(slot: object, **more: object) -> JsonObject:
    return {"type": "object", "properties": {"name": slot}, **more}


def nested(levels: int) -> JsonObject:
    schema: JsonObject = {}
    for _level in range(levels):
        schema = {"items": schema}
    return schema


def doubling(steps: int) -> JsonObject:
    """Return a schema each of whose definitions asks twice for the next."""
    both = {f"d{step}": {"allOf": [{"$ref": f"#/$defs/d{step + 1}"}] * 2} for step in range(steps)}
    return of({"$ref": "#/$defs/d0"}, **{"$defs": both | {f"d{steps}": WORD}})


@pytest.mark.parametrize(
    "schema",
    [
        of({"$ref": "https://example.com/schema.json"}),
        of({"$ref": "file:///etc/hostname"}),
        of({"$ref": "#"}),
        of({"$ref": "#/properties/name"}),
        of({"$ref": "#/$defs/nowhere"}),
        of({"$dynamicRef": "#node"}),
        of({"$id": "https://example.com/", "$anchor": "a"}),
        of({}) | {"$schema": "https://example.com/dialect"},
        of({"$ref": "#/$defs/a"}, **{"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}),
        of({}, **{"$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}}}),
        doubling(8),
        of(nested(20)),
        of({"allOf": [WORD] * 250}),
        of({"allOf": [{"pattern": "a"}] * 17}),
        of({"patternProperties": {"a": WORD}}),
        of({"pattern": "((a{50}){50}){50}"}),
        of({"pattern": "(?=a)b"}),
        of({"pattern": r"(a)\1"}),
        of({"enum": ["x" * 20_000]}),
        "object",
        True,
    ],
)
def test_schemas_beyond_the_bounds_are_refused(schema: object) -> None:
    assert schema_error(schema)
    if isinstance(schema, dict):
        [error] = member_document_errors(schema, {"name": "x"})
        assert error.code == "not_a_schema"


@pytest.mark.parametrize(
    "schema",
    [
        doubling(4),
        of(nested(10)),
        of({"pattern": r"^\p{L}+$"}),
        of({"pattern": "(a*)*b", "title": "Name", "x-widget": "line"}),
        of({}) | {"$schema": "https://json-schema.org/draft/2020-12/schema"},
        {"type": "object", "properties": {"pattern": WORD, "$ref": WORD, "$id": WORD}},
        {"type": "object", "properties": {f"slot{number}": WORD for number in range(150)}},
    ],
)
def test_what_templates_need_is_taken(schema: JsonObject) -> None:
    assert schema_error(schema) is None


def test_a_document_with_countless_errors_is_told_one() -> None:
    schema = of({"allOf": [{"items": WORD}] * 90})
    few, many = (member_document_errors(schema, {"name": [1] * count}) for count in (5, 3_000))
    assert (len(few), [error.path for error in many]) == (10, ["name.0"])


def test_a_long_list_of_choices_is_told_in_part() -> None:
    [error] = member_document_errors(of({"enum": list(range(1_000))}), {"name": "x"})
    assert error.message.endswith("48, 49, ….")

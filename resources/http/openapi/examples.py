"""An example of each schema, which documentation shows and generators put into their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.http.openapi.components import JsonSchema

ID = "019ab1c2-7d3e-7a10-8f4b-5c6d7e8f9a0b"
BY_NAME: Mapping[str, object] = {
    "title": "Ember Dragon",
    "name": "Ember",
    "username": "hana",
    "display_name": "Hana",
    "identity": "hana@example.org",
    "email": "hana@example.org",
    "text": "What a shine!",
    "description": "A dragon of glowing coal.",
    "locale": "en",
    "tags": ["dragon", "fire"],
    "colours": ["#ffb347"],
    "effects": {"preset": "holo", "intensity": 0.7},
    "default_effects": {"preset": "holo", "intensity": 0.7},
    "slots": {"hp": 120},
    "content_type": "image/webp",
    "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    "code": "482913",
    "emoji": "🔥",
    "scopes": ["cards:read"],
    "options": ["Fire", "Frost"],
    "condition": {"texts": ["free gems"]},
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
}
TELLING = frozenset({"title", "description", "tags", "effects", "text"})
"""What is shown though it may be left out."""
BY_FORMAT: Mapping[str, object] = {
    "uuid": ID,
    "date-time": "2026-11-21T09:30:00Z",
    "email": "hana@example.org",
    "uri": "https://cards.example/x",
    "uri-reference": "/files/ember.webp",
    "binary": "(bytes)",
}
BY_TYPE: Mapping[str, object] = {"string": "text", "boolean": True, "object": {}, "array": []}


def example_of(schema: JsonSchema, named: Mapping[str, JsonSchema], name: str = "") -> object:
    """Return a value that a schema takes; `named` are the schemas that references lead to.

    What may be left out of an object is, unless nothing else is in it, so that what refers to
    itself comes to an end.
    """
    if "$ref" in schema:
        return example_of(named[schema["$ref"].rpartition("/")[2]], named, name)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema or "const" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        return example_of(choices[0], named, name)
    return _of_type(schema, named, name)


def _of_type(schema: JsonSchema, named: Mapping[str, JsonSchema], name: str) -> object:
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    known = BY_NAME.get(name)
    if kind == "object" and schema.get("properties"):
        return _object(schema, named)
    if kind == "array":
        fitting = isinstance(known, list)
        return known if fitting else [example_of(schema.get("items", {}), named, name)]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1) if schema.get("maximum", 1) >= 1 else 0
    if kind == "string":
        return _text(schema, known)
    return known if isinstance(known, dict) and kind == "object" else BY_TYPE.get(kind)


def _text(schema: JsonSchema, known: object) -> str:
    if schema.get("format") in BY_FORMAT:
        return str(BY_FORMAT[schema["format"]])
    text = known if isinstance(known, str) else "text"
    return text[: schema.get("maxLength", len(text))]


def _object(schema: JsonSchema, named: Mapping[str, JsonSchema]) -> JsonSchema:
    properties = schema["properties"]
    needed = schema.get("required", ())
    shown = [each for each in properties if each in needed or each in TELLING]
    shown = shown or list(properties)[:1]
    return {each: example_of(properties.get(each, {}), named, each) for each in shown}

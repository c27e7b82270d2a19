"""Every operation of the OpenAPI document, so that what is added is tried without being told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.contract.document import openapi_document

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """A method at a path, the names of its query parameters and of its body's members."""

    method: str
    path: str
    parameters: tuple[str, ...]
    members: tuple[str, ...]
    takes_body: bool


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations."""
    document = openapi_document()
    return tuple(
        _operation(document, method, path, described[method])
        for path, described in document["paths"].items()
        for method in METHODS
        if method in described
    )


def _operation(document: object, method: str, path: str, described: Any) -> Operation:
    asked = [one["name"] for one in described.get("parameters", ()) if one["in"] == "query"]
    content = described.get("requestBody", {}).get("content", {})
    members = {
        name
        for kind in content.values()
        for name in _resolved(document, kind["schema"]).get("properties", {})
    }
    return Operation(method.upper(), path, tuple(asked), tuple(sorted(members)), bool(content))


def _resolved(document: Any, schema: Any) -> Any:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema

"""A Postman collection made from the OpenAPI document, so that both always say the same.

The form is https://schema.postman.com/json/collection/v2.1.0: a folder for each tag, a request for
each operation, with variables for the server and the token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.json_text import JsonObject

type Document = JsonObject
"""An OpenAPI document, or a part of one."""

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
DEEPEST = 4
"""How far examples follow objects within objects."""
SAMPLES = {"integer": 0, "number": 0.0, "boolean": False, "string": "", "null": None}


def collection(document: Document) -> JsonObject:
    """Return the collection of an OpenAPI 3.1 document."""
    folders: dict[str, list[dict[str, object]]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                tag = (operations[method].get("tags") or ["other"])[0]
                folders.setdefault(tag, []).append(
                    _request(document, path, method, operations[method])
                )
    return {
        "info": {"name": document["info"]["title"], "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
        "variable": [
            {"key": "server", "value": document["servers"][0]["url"]},
            {"key": "token", "value": ""},
        ],
        "item": [{"name": name, "item": folders[name]} for name in sorted(folders)],
    }


def _request(document: Document, path: str, method: str, operation: Document) -> JsonObject:
    parameters = list(operation.get("parameters", ()))
    parts = [
        f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/")
    ]
    request: JsonObject = {
        "method": method.upper(),
        "description": operation.get("description", ""),
        "header": list(_parameters(parameters, "header", disabled=True)),
        "url": {
            "raw": "{{server}}/" + "/".join(parts),
            "host": ["{{server}}"],
            "path": parts,
            "query": list(_parameters(parameters, "query", disabled=True)),
            "variable": list(_parameters(parameters, "path")),
        },
    }
    content = operation.get("requestBody", {}).get("content", {})
    if JSON in content:
        example = _example(document, content[JSON].get("schema", {}))
        raw = orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return {"name": operation.get("summary") or operation["operationId"], "request": request}


def _parameters(
    parameters: Iterable[Document], place: str, **more: object
) -> Iterator[dict[str, object]]:
    for each in parameters:
        if each.get("in") == place:
            described = {"description": each["description"]} if each.get("description") else {}
            yield {"key": each["name"], "value": "", **described, **more}


def _example(document: Document, schema: Document, depth: int = 0) -> object:
    """Return a value of the form that a schema asks for, with what it requires and no more."""
    schema = _resolved(document, schema)
    for name in ("example", "default", "const"):
        if name in schema:
            return schema[name]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array" or depth > DEEPEST:
        return []
    if kind != "object":
        return SAMPLES.get(kind)
    properties = schema.get("properties", {})
    wanted = schema.get("required") or list(properties)
    return {
        name: _example(document, properties[name], depth + 1)
        for name in wanted
        if name in properties and not properties[name].get("readOnly")
    }


def _resolved(document: Document, schema: Document) -> Document:
    """Return what a schema refers to, or the first of its alternatives."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif choices := schema.get("allOf") or schema.get("oneOf") or schema.get("anyOf"):
            schema = choices[0]
        else:
            return schema

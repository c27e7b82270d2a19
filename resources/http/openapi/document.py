"""What is done to the whole OpenAPI document once its operations are described."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources import registry
from resources.http.openapi.components import SCHEMAS, resource_schemas
from resources.http.openapi.examples import example_of
from resources.http.openapi.inputs import form_schemas
from resources.http.openapi.operations import first_sentence, name_in_group, operation_id
from resources.http.openapi.problems import SCHEMAS as PROBLEM_SCHEMAS
from resources.http.openapi.problems import add_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.http.openapi.components import JsonSchema

JSON = "application/json"
FORM = "multipart/form-data"
GROUPS = {
    "auth": "Accounts, signing in and staying signed in",
    "batch": "Several writes at once",
    "realtime": "Changes as they are made, and rooms",
    "search": "One question to several resources",
    "uploads": "Large files, which can be resumed (tus 1.0), or straight to the bucket",
}
"""What groups of operations are that belong to no resource."""
ANSWER = "Output"
"""What the names of answers end in; whatever is in one is always there."""
NOISE = "x-spec-enum-id"
ANYTHING_OR_NULL: tuple[JsonSchema, ...] = ({}, {"type": "null"})


def completed(result: JsonSchema, **_context: object) -> JsonSchema:
    """Name, complete and tidy the document (a drf-spectacular hook)."""
    named = result["components"].setdefault("schemas", {})
    for resource in registry.all_resources():
        named |= resource_schemas(resource)
    named |= form_schemas(named) | PROBLEM_SCHEMAS
    for name in [name for name in named if name.endswith(ANSWER)]:
        named[name]["required"] = list(named[name]["properties"])
    for operation in _operations(result):
        _name(operation)
        _leave_out_plain_form(operation)
    add_problems(result)
    _remove_noise(result)
    result["components"]["schemas"] = _used(result, named)
    _add_examples(result)
    result["tags"] = list(_tags(result))
    return result


def _operations(result: JsonSchema) -> Iterator[JsonSchema]:
    for path in result["paths"].values():
        yield from path.values()


def _name(operation: JsonSchema) -> None:
    """Complete an operation: its id with the group's name, a summary, and `security`."""
    name = operation["operationId"]
    if "." not in name:
        group = operation["tags"][0]
        operation["operationId"] = operation_id(group, name_in_group(group, name))
    operation.setdefault("security", [])
    if "summary" not in operation:
        operation["summary"] = first_sentence(str(operation.get("description", name)))


def _leave_out_plain_form(operation: JsonSchema) -> None:
    """Leave out a form that says nothing that the document beside it doesn't.

    Forms are taken everywhere; generators make two functions, or unions, of what is offered twice.
    """
    content = operation.get("requestBody", {}).get("content", {})
    if JSON not in content:
        return
    for kind in [kind for kind in content if kind != JSON]:
        if content[kind] == content[JSON]:
            del content[kind]


def _remove_noise(node: object) -> None:
    if isinstance(node, dict):
        if node.pop(NOISE, None) and str(node.get("description", "")).startswith("* `"):
            del node["description"]
        if tuple(node.get("oneOf", ())) == ANYTHING_OR_NULL:
            del node["oneOf"]
        for value in node.values():
            _remove_noise(value)
    elif isinstance(node, list):
        for value in node:
            _remove_noise(value)


def _used(result: JsonSchema, named: Mapping[str, JsonSchema]) -> JsonSchema:
    """Return the schemas that operations refer to, by whatever way, in alphabetical order."""
    found: set[str] = set()
    waiting = set(_references([result["paths"], result["components"].get("responses", {})]))
    while waiting:
        found |= waiting
        waiting = set(_references([named[name] for name in waiting])) - found
    return {name: named[name] for name in sorted(found)}


def _references(node: object) -> Iterator[str]:
    """Yield the names of all schemas that are referred to."""
    if isinstance(node, dict):
        target = node.get("$ref", "")
        if isinstance(target, str) and target.startswith(SCHEMAS):
            yield target.removeprefix(SCHEMAS)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _add_examples(result: JsonSchema) -> None:
    """Show an example of each body that is sent, and of what is answered to it."""
    named = result["components"]["schemas"]
    examples: JsonSchema = {}
    for operation in _operations(result):
        sent = operation.get("requestBody", {}).get("content", {})
        answered = [each for status, each in operation["responses"].items() if status[0] == "2"]
        for content in (sent, *(each.get("content", {}) for each in answered)):
            if JSON in content:
                content[JSON]["examples"] = _examples(content[JSON]["schema"], named, examples)
    result["components"]["examples"] = dict(sorted(examples.items()))


def _examples(schema: JsonSchema, named: Mapping[str, JsonSchema], known: JsonSchema) -> JsonSchema:
    """Return the example of a body: that of a named schema stands beside it, once."""
    target = schema.get("$ref", "").removeprefix(SCHEMAS)
    if not target:
        return {"example": {"value": example_of(schema, named)}}
    known.setdefault(target, {"value": example_of(schema, named)})
    return {"example": {"$ref": f"#/components/examples/{target}"}}


def _tags(result: JsonSchema) -> Iterator[JsonSchema]:
    """Yield the groups of operations, those of resources with what they are."""
    resources = registry.all_resources()
    words = GROUPS | {each.name: first_sentence(each.description) for each in resources}
    used = {tag for operation in _operations(result) for tag in operation["tags"]}
    for name in sorted(used):
        described = {"description": f"{words[name]}."} if name in words else {}
        yield {"name": name, **described}

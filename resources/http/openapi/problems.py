"""The answers that every operation can give when it does not do what was asked (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from resources.http.openapi.components import reference

if TYPE_CHECKING:
    from resources.http.openapi.components import JsonSchema

PROBLEM_TYPE = "application/problem+json"
SAFE_STATUSES = (400, 401, 403, 404, 405, 406, 414, 429, 503)
WRITE_STATUSES = (*SAFE_STATUSES, 408, 409, 412, 413, 415, 422)
SECONDS: JsonSchema = {"type": "integer", "minimum": 0}
RETRY_AFTER: JsonSchema = {"description": "Seconds to wait before asking again.", "schema": SECONDS}
FIELD_ERROR: JsonSchema = {
    "type": "object",
    "description": "What is wrong with one field or parameter; nested names are dotted.",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "position": {
            "type": "integer",
            "minimum": 1,
            "description": "The character in a filter expression.",
        },
    },
}
PROBLEM: JsonSchema = {
    "type": "object",
    "description": "A problem document (RFC 9457); programs go by `code`, people read `detail`.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": reference("FieldError")},
    },
}
SCHEMAS: JsonSchema = {"Problem": PROBLEM, "FieldError": FIELD_ERROR}
CONTENT: JsonSchema = {PROBLEM_TYPE: {"schema": reference("Problem")}}


def add_problems(result: JsonSchema) -> None:
    """Let every operation answer the problems of its method, each of which is described once."""
    responses = result["components"].setdefault("responses", {})
    for path in result["paths"].values():
        for method, operation in path.items():
            for status in SAFE_STATUSES if method == "get" else WRITE_STATUSES:
                phrase = HTTPStatus(status).phrase
                name = phrase.title().replace(" ", "").replace("-", "")
                responses.setdefault(name, _response(status, phrase))
                _add(operation["responses"], str(status), name)


def _add(answers: JsonSchema, status: str, name: str) -> None:
    """Add a problem; where the operation says more of the status, beside that."""
    if status in answers:
        answers[status]["content"] = {**answers[status].get("content", {}), **CONTENT}
    else:
        answers[status] = {"$ref": f"#/components/responses/{name}"}


def _response(status: int, phrase: str) -> JsonSchema:
    described: JsonSchema = {"description": f"{phrase}: a problem document.", "content": CONTENT}
    return described | ({"headers": {"Retry-After": RETRY_AFTER}} if status in (429, 503) else {})

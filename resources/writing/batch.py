"""Several writes in one transaction, all or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from resources import search
from resources.connections import databases, one_piece
from resources.errors import FieldError, Problem, as_problem, beyond_scope
from resources.execution.reader import record_by_id
from resources.query.parsing import view_selection
from resources.writing.batch_locks import lock_all, target_of_write
from resources.writing.operations import create_record, delete_record, run_action, update_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.json_text import JsonObject
    from resources.targets import Target

MOST_WRITES = 50
METHODS = ("POST", "PATCH", "PUT", "DELETE")
PLAIN_MEMBERS = frozenset({"method", "path", "body"})
PLAIN_PATH = re.compile(r"[\w/-]+", re.ASCII)


class BatchWrite(serializers.Serializer[object]):
    """One write of a batch."""

    method = serializers.ChoiceField(choices=METHODS)
    path = serializers.CharField(help_text="Such as `cards` or `cards/{id}`, below `/api/v1/`.")
    body = serializers.JSONField(required=False)
    if_match = serializers.CharField(required=False)


class BatchInput(serializers.Serializer[object]):
    """What `POST /api/v1/batch` takes."""

    requests = serializers.ListField(child=BatchWrite(), allow_empty=False, max_length=MOST_WRITES)


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """How one write of a batch went: a status and the record, if there is one."""

    status: int
    body: bytes = b"null"

    def text(self) -> bytes:
        """Return the answer as JSON."""
        return b'{"status":%d,"body":%s}' % (self.status, self.body)


def batch_writes(sent: object) -> Sequence[JsonObject]:
    """Return the writes of a batch as a client sent it; raises DRF's ValidationError."""
    writes = sent.get("requests") if isinstance(sent, dict) else None
    if (
        isinstance(writes, list)
        and 0 < len(writes) <= MOST_WRITES
        and all(map(_is_plainly_right, writes))
    ):
        return writes
    checked = BatchInput(data=sent)
    checked.is_valid(raise_exception=True)
    found: Sequence[JsonObject] = checked.validated_data["requests"]
    return found


def _is_plainly_right(write: object) -> bool:
    """Return whether nothing about one of the writes needs a second look."""
    if type(write) is not dict or not write.keys() <= PLAIN_MEMBERS:
        return False
    path = write.get("path")
    is_path = type(path) is str and PLAIN_PATH.fullmatch(path) is not None
    is_method = type(write.get("method")) is str and write["method"] in METHODS
    return is_path and is_method and write.get("body", True) is not None


def run_batch(actor: Actor, writes: Sequence[JsonObject]) -> bytes:
    """Run all writes in one transaction and return their answers in order.

    Raises the Problem of the first write that fails, its errors under `requests.N`; none of the
    writes then happened.
    """
    try:
        with transaction.atomic(), one_piece():
            return _answers(actor, writes)
    except transaction.TransactionManagementError:
        # One of them takes back a part of what it does, and goes on: that takes savepoints.
        with transaction.atomic():
            return _answers(actor, writes)


def _answers(actor: Actor, writes: Sequence[JsonObject]) -> bytes:
    """Run writes in the transaction that there is."""
    with search.gathered():
        lock_all(actor, writes)
        answers = [_numbered(number, actor, write) for number, write in enumerate(writes)]
    return b'{"results":[' + b",".join(answer.text() for answer in answers) + b"]}"


def _numbered(number: int, actor: Actor, write: JsonObject) -> BatchAnswer:
    try:
        answer = _run(actor, write)
        databases[DEFAULT_DB_ALIAS].send_deferred()  # whose errors are this write's
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            raise
        raise _within(problem, number) from error
    return answer


def _within(problem: Problem, number: int) -> Problem:
    """Say of which write a problem is."""
    prefix = f"requests.{number}"
    errors = [
        FieldError(f"{prefix}.body.{error.field}".strip("."), error.code, error.message)
        for error in problem.errors
    ] or [FieldError(prefix, problem.code, problem.detail)]
    return replace(problem, errors=errors)


def _run(actor: Actor, write: JsonObject) -> BatchAnswer:
    target = target_of_write(write)
    if target is None:
        raise Problem(404, "not_found", _("There is no such resource."))
    resource, record_id = target.resource, target.record_id
    if not actor.has_scope(resource.name, "write"):
        raise beyond_scope(resource.name, "write")
    method, body = write["method"], write.get("body")
    if target.action_name:
        return _acted(target, actor, write)
    if method == "POST" and not record_id:
        return _shown(201, resource, actor, create_record(resource, actor, body).pk)
    if method == "PATCH" and record_id:
        row = update_record(resource, actor, record_id, body, write.get("if_match", ""))
        return _shown(200, resource, actor, row.pk)
    if method == "DELETE" and record_id:
        delete_record(resource, actor, record_id, write.get("if_match", ""))
        return BatchAnswer(204)
    raise Problem(405, "method_not_allowed", _("This path does not take this method."))


def _acted(target: Target, actor: Actor, write: JsonObject) -> BatchAnswer:
    action = target.action(write["method"])
    if action is None:
        raise Problem(404, "not_found", _("There is no such action."))
    sent = write.get("body") or {}
    if_match = write.get("if_match", "")
    row = run_action(target.resource, action, actor, target.record_id, sent, if_match)
    return _shown(200, target.resource, actor, row.pk)


def _shown(status: int, resource: Resource, actor: Actor, record_id: UUID) -> BatchAnswer:
    try:
        shown = view_selection(resource, "")
        return BatchAnswer(status, record_by_id(resource, actor, record_id, shown).body)
    except Problem:
        return BatchAnswer(status, orjson.dumps({"id": str(record_id)}))

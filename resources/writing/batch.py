"""Several writes in one transaction, all or nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import orjson
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from resources import search
from resources.connections import databases, one_piece
from resources.errors import FieldError, Problem, as_problem, beyond_scope
from resources.execution.reader import record_uuid, records_by_ids
from resources.query.parsing import view_selection
from resources.targets import API_PREFIX, target_of
from resources.writing.batch_locks import lock_all
from resources.writing.operations import create_record, delete_record, run_action, update_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.execution.reader import Answer
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


class BatchOutcome(NamedTuple):
    """How one write of a batch went: a status, and which record it wrote."""

    status: int
    resource: Resource
    record_id: UUID


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
        targets = [_target(write) for write in writes]
        lock_all(actor, targets, writes)
        outcomes = (
            _numbered(number, actor, target, write)
            for number, (target, write) in enumerate(zip(targets, writes, strict=True))
        )
        if all(map(_is_creation, targets, writes)):
            answers = _shown_together(actor, list(outcomes))
        else:
            answers = [_shown(actor, outcome) for outcome in outcomes]
    return b'{"results":[' + b",".join(answers) + b"]}"


def _target(write: JsonObject) -> Target | None:
    return target_of(str(write["path"]).removeprefix(API_PREFIX).strip("/"))


def _is_creation(target: Target | None, write: JsonObject) -> bool:
    return write["method"] == "POST" and target is not None and not target.record_id


def _numbered(number: int, actor: Actor, target: Target | None, write: JsonObject) -> BatchOutcome:
    try:
        outcome = _run(actor, target, write)
        databases[DEFAULT_DB_ALIAS].send_deferred()  # whose errors are this write's
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            raise
        raise _within(problem, number) from error
    return outcome


def _within(problem: Problem, number: int) -> Problem:
    """Say of which write a problem is."""
    prefix = f"requests.{number}"
    errors = [
        FieldError(f"{prefix}.body.{error.field}".strip("."), error.code, error.message)
        for error in problem.errors
    ] or [FieldError(prefix, problem.code, problem.detail)]
    return replace(problem, errors=errors)


def _run(actor: Actor, target: Target | None, write: JsonObject) -> BatchOutcome:
    if target is None:
        raise Problem(404, "not_found", _("There is no such resource."))
    resource, record_id = target.resource, target.record_id
    if not actor.has_scope(resource.name, "write"):
        raise beyond_scope(resource.name, "write")
    method, body = write["method"], write.get("body")
    if target.action_name:
        return _acted(target, actor, write)
    if method == "POST" and not record_id:
        return BatchOutcome(201, resource, create_record(resource, actor, body).pk)
    if method == "PATCH" and record_id:
        row = update_record(resource, actor, record_id, body, write.get("if_match", ""))
        return BatchOutcome(200, resource, row.pk)
    if method == "DELETE" and record_id:
        delete_record(resource, actor, record_id, write.get("if_match", ""))
        return BatchOutcome(204, resource, record_uuid(record_id))
    raise Problem(405, "method_not_allowed", _("This path does not take this method."))


def _acted(target: Target, actor: Actor, write: JsonObject) -> BatchOutcome:
    action = target.action(write["method"])
    if action is None:
        raise Problem(404, "not_found", _("There is no such action."))
    sent = write.get("body") or {}
    if_match = write.get("if_match", "")
    row = run_action(target.resource, action, actor, target.record_id, sent, if_match)
    return BatchOutcome(200, target.resource, row.pk)


def _shown_together(actor: Actor, creations: Sequence[BatchOutcome]) -> Sequence[bytes]:
    """Return the answers to creations, whose records are read one after the other in the end."""
    by_resource: dict[Resource, list[UUID]] = defaultdict(list)
    for creation in creations:
        by_resource[creation.resource].append(creation.record_id)
    shown: dict[UUID, Answer | None] = {}
    for resource, ids in by_resource.items():
        records = records_by_ids(resource, actor, ids, view_selection(resource, ""))
        shown.update(zip(ids, records, strict=True))
    return [_answer(creation, shown[creation.record_id]) for creation in creations]


def _shown(actor: Actor, outcome: BatchOutcome) -> bytes:
    """Return the answer to a write, with its record as this write left it."""
    if outcome.status == 204:
        return b'{"status":204,"body":null}'
    selection = view_selection(outcome.resource, "")
    (shown,) = records_by_ids(outcome.resource, actor, [outcome.record_id], selection)
    return _answer(outcome, shown)


def _answer(outcome: BatchOutcome, shown: Answer | None) -> bytes:
    """Return the answer to a write as JSON, with the id of a record that is not to be seen."""
    body = shown.body if shown else orjson.dumps({"id": str(outcome.record_id)})
    return b'{"status":%d,"body":%s}' % (outcome.status, body)

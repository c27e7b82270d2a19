"""A write from request to answer, whether it came by the fast path or through Django."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from resources.answers import JSON, HttpAnswer, answered
from resources.errors import Problem, precondition_failed, refused
from resources.execution.reader import Answer, view_record
from resources.http.authentication import require_scope, require_scopes
from resources.http.conditions import is_known
from resources.http.throttles import asking, require_room
from resources.query.parsing import view_selection
from resources.query.reach import reached_by_record
from resources.writing.idempotency import kept_answer, once
from resources.writing.inputs import inputs_of
from resources.writing.operations import (
    create_record,
    delete_record,
    require_creator,
    run_action,
    update_record,
)
from resources.writing.uploads import has_uploads, uploads_stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.declaration import RecordAction, Resource
    from resources.models import Record

LIMITS = "holobase.limits"
"""Where an ASGI scope has the headers of a write that is counted already."""
VERBS = {"POST": "create", "PATCH": "update", "DELETE": "delete"}


@dataclass(frozen=True)
class Write:
    """What a client asks to change, its body parsed.

    `fingerprint` stands for the whole body, to recognise a repeated request; `address` is the
    network address that anonymous writes are counted by; `limits` are the `RateLimit-*` headers of
    a write that is counted already.
    """

    resource: Resource
    method: str
    path: str
    record_id: str
    actor: Actor
    sent: Any
    query_string: str = ""
    fingerprint: bytes = b""
    idempotency_key: str | None = None
    if_match: str = ""
    if_none_match: str = ""
    address: str = ""
    action: RecordAction | None = None
    limits: Mapping[str, str] | None = None

    @cached_property
    def room(self) -> Mapping[str, str]:
        """Count the write, once however often it is tried; gives the `RateLimit-*` headers.

        Raises Problem 429 when there is no room left.
        """
        if self.limits is not None:
            return self.limits
        return counted(self.resource, self.method, self.action, self.actor, self.address)


def counted(
    resource: Resource, method: str, action: RecordAction | None, actor: Actor, address: str
) -> Mapping[str, str]:
    """Count a write and give the `RateLimit-*` headers.

    Raises Problem 429 when there is no room left, MustRunInThread where counting would keep an
    event loop waiting.
    """
    who = asking(actor, address)
    headers = require_room("write", *who, trust=actor.trust_level)
    verb = action.name if action else VERBS[method]
    rate = resource.throttle.get(verb)
    if rate:
        headers |= require_room(f"{resource}.{verb}", *who, rate=rate)
    return headers


def admitted(
    resource: Resource, method: str, action: RecordAction | None, actor: Actor, address: str
) -> Mapping[str, str]:
    """Count a write and refuse what no body could make right; gives the `RateLimit-*` headers.

    Raises Problem 401, 403 and 429, MustRunInThread where counting would keep an event loop
    waiting.
    """
    headers = counted(resource, method, action, actor, address)
    try:
        require_scope(actor, resource, "write")
        is_creation = method == "POST" and not action
        if is_creation and resource.create.scope(actor, resource.model) is False:
            raise refused(is_known=actor.is_known)
    except Problem as problem:
        problem.headers = {**problem.headers, **headers}
        raise
    return headers


def answer_write(write: Write) -> HttpAnswer:
    """Answer a write within the limits of its actor."""
    return answered(lambda: _limited(write))


def _limited(write: Write) -> HttpAnswer:
    headers = write.room
    return answered(lambda: _answer(write)).with_headers(headers)


def _answer(write: Write) -> HttpAnswer:
    require_scope(write.actor, write.resource, "write")
    if write.action or write.method != "DELETE":
        # What can't be answered must not be written either.
        shown = view_selection(write.resource, write.query_string)
        require_scopes(write.actor, reached_by_record(write.resource, shown))
    if write.action:
        row = run_action(write.resource, write.action, write.actor, write.record_id, write.sent)
        return _with_secrets(_shown(write, row, 200), write.resource, row)
    if write.method == "POST":
        return _created(write)
    _require_unknown(write)
    if write.method == "PATCH":
        row = update_record(
            write.resource, write.actor, write.record_id, write.sent, write.if_match
        )
        return _shown(write, row, 200)
    delete_record(write.resource, write.actor, write.record_id, write.if_match)
    return HttpAnswer(204)


def _require_unknown(write: Write) -> None:
    """Raise Problem 412 if the record is as `If-None-Match` says (RFC 9110, 13.1.2)."""
    if write.if_none_match:
        answer = view_record(write.resource, write.actor, write.record_id, write.query_string)
        if is_known(write.if_none_match, answer.etag):
            raise precondition_failed()


def _created(write: Write) -> HttpAnswer:
    # An answer that is shown once is not kept to be given again.
    if write.idempotency_key is None or write.resource.shown_once:
        return _newly_created(write, write.sent)
    key, request = write.idempotency_key, (write.path, write.fingerprint)
    if not has_uploads(write.sent):
        return once(key, write.actor, request, lambda: _newly_created(write, write.sent))
    require_creator(write.resource, write.actor)
    repeated = kept_answer(key, write.actor, request)
    if repeated:
        return repeated
    # Pictures are read and stored before the transaction that keeps the answer.
    with uploads_stored(inputs_of(write.resource, "create"), write.actor, write.sent) as stored:
        return once(key, write.actor, request, lambda: _newly_created(write, stored))


def _newly_created(write: Write, sent: Any) -> HttpAnswer:
    row = create_record(write.resource, write.actor, sent)
    answer = _shown(write, row, 201).with_headers({"Location": f"{write.path}/{row.pk}"})
    return _with_secrets(answer, write.resource, row)


def _with_secrets(answer: HttpAnswer, resource: Resource, row: Record) -> HttpAnswer:
    secrets = {name: value for name in resource.shown_once if (value := getattr(row, name))}
    if not secrets:
        return answer
    body = orjson.dumps({**orjson.loads(answer.body), **secrets})
    headers = {"Cache-Control": "no-store"}
    return replace(answer.with_headers(headers), body=body)


def _shown(write: Write, row: Record, status: int) -> HttpAnswer:
    """Answer a record as it now is, or just its id when its writer may not view it."""
    try:
        answer = view_record(write.resource, write.actor, str(row.pk), write.query_string)
    except Problem as problem:
        if problem.status != 404:
            raise
        answer = Answer(b'{"id":"%s"}' % str(row.pk).encode())
    headers = {"Content-Type": JSON}
    if answer.etag:
        headers["ETag"] = answer.etag
    return HttpAnswer(status, answer.body, headers)

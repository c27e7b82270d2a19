"""The steps of a write (`resources.http.pipeline`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from resources.answers import JSON, HttpAnswer
from resources.errors import Problem, precondition_failed
from resources.execution.reader import Answer, record_later, view_record
from resources.http.authentication import require_scope, require_scopes
from resources.http.conditions import is_known
from resources.http.throttles import consume_quota, rate_limit_keys
from resources.query.parsing import view_selection
from resources.query.reach import reached_by_record
from resources.writing.deadlocks import again_after_deadlock
from resources.writing.idempotency import kept_answer, once
from resources.writing.inputs import inputs_of
from resources.writing.operations import (
    create_record,
    delete_record,
    require_creator,
    run_action,
    update_record,
)
from resources.writing.screening import with_aftermath
from resources.writing.uploads import has_uploads, uploads_stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.declaration import Resource
    from resources.http.exchange import Exchange
    from resources.models import Record

LIMITS = "holobase.limits"
"""Where an ASGI scope has the `RateLimit-*` headers of a write that is counted already."""


def count_write(exchange: Exchange) -> None:
    """Count the write, once however often it is tried; raises Problem 429 when nothing is left.

    Raises MustRunInThread where counting would keep an event loop waiting.
    """
    if exchange.limits is not None:
        return
    request, actor = exchange.request, exchange.actor
    who = rate_limit_keys(actor, request.address)
    headers = consume_quota("write", *who, trust=actor.trust_level)
    rate = request.resource.throttle.get(request.verb)
    if rate:
        headers |= consume_quota(f"{request.resource}.{request.verb}", *who, rate=rate)
    exchange.limits = headers


def require_scope_of_write(exchange: Exchange) -> None:
    """Raise Problem 403 unless the actor's key may write the resource."""
    require_scope(exchange.actor, exchange.request.resource, "write")


def require_possible_creator(exchange: Exchange) -> None:
    """Raise Problem 401 or 403 for a creation that no body could make right."""
    request = exchange.request
    if request.method == "POST" and not request.action:
        require_creator(request.resource, exchange.actor)


def require_scopes_of_answer(exchange: Exchange) -> None:
    """Raise Problem 400 or 403 for an answer that can't be given: nothing is written then."""
    request = exchange.request
    if request.action or request.method != "DELETE":
        shown = view_selection(request.resource, request.query_string)
        require_scopes(exchange.actor, reached_by_record(request.resource, shown))


def parse_body(exchange: Exchange) -> None:
    """Parse the body; raises Problem 400."""
    exchange.data = exchange.request.data()


def require_unknown(exchange: Exchange) -> None:
    """Raise Problem 412 if the record is as `If-None-Match` says (RFC 9110, 13.1.2)."""
    request = exchange.request
    if not request.if_none_match or request.action or request.method == "POST":
        return
    answer = view_record(request.resource, exchange.actor, request.record_id, request.query_string)
    if is_known(request.if_none_match, answer.etag):
        raise precondition_failed()


def run_write(exchange: Exchange) -> HttpAnswer | None:
    """Run the operation; raises Problem 400 to 422.

    The record, as it then is, is answered by the next step: it may come with the commit.
    """
    exchange.written = None
    return with_aftermath(lambda: again_after_deadlock(lambda: _run(exchange)))


def answer_write(exchange: Exchange) -> HttpAnswer | None:
    """Return the answer to an operation whose transaction has ended."""
    return exchange.written.answer() if exchange.written else None


def _run(exchange: Exchange) -> HttpAnswer | None:
    request, actor, data = exchange.request, exchange.actor, exchange.data
    resource, record_id = request.resource, request.record_id
    if request.method == "POST" and not request.action:
        return _created(exchange)
    if request.method == "DELETE" and not request.action:
        delete_record(resource, actor, record_id, request.if_match)
        return HttpAnswer(204)
    written = WrittenRecord(exchange, 200)
    if request.action:
        row = run_action(resource, request.action, actor, record_id, data, request.if_match)
        written.read(row)
    else:
        update_record(resource, actor, record_id, data, request.if_match, written.read)
    exchange.written = written
    return None


def add_limits(exchange: Exchange) -> HttpAnswer | None:
    """Return the answer with its `RateLimit-*` headers, if the request was counted."""
    if exchange.limits and exchange.answer:
        return exchange.answer.with_headers(exchange.limits)
    return None


def _created(exchange: Exchange) -> HttpAnswer | None:
    request, actor, data = exchange.request, exchange.actor, exchange.data
    # An answer that is shown once is not kept to be given again.
    if request.idempotency_key is None or request.resource.shown_once:
        exchange.written = _newly_created(exchange, data)
        return None
    key, identity = request.idempotency_key, (request.path, request.fingerprint)
    if not has_uploads(data):
        return once(key, actor, identity, lambda: _newly_created(exchange, data).answer())
    require_creator(request.resource, actor)
    repeated = kept_answer(key, actor, identity)
    if repeated:
        return repeated
    # Pictures are read and stored before the transaction that keeps the answer.
    with uploads_stored(inputs_of(request.resource, "create"), actor, data) as stored:
        return once(key, actor, identity, lambda: _newly_created(exchange, stored).answer())


def _newly_created(exchange: Exchange, data: object) -> WrittenRecord:
    written = WrittenRecord(exchange, 201)
    create_record(exchange.request.resource, exchange.actor, data, written.read)
    return written


class WrittenRecord:
    """The answer to a write: the record as it then is, read at the end of the transaction.

    Just its id when its writer may not view it.
    """

    def __init__(self, exchange: Exchange, status: int) -> None:
        self.exchange = exchange
        self.status = status
        self.row: Record
        self.record: Callable[[], Answer]

    def read(self, row: Record) -> None:
        """Read the record with the commit, or else after it."""
        request = self.exchange.request
        selection = view_selection(request.resource, request.query_string)
        self.row = row
        self.record = record_later(request.resource, self.exchange.actor, row.pk, selection)

    def answer(self) -> HttpAnswer:
        """Return the answer, once the transaction has ended."""
        try:
            shown = self.record()
        except Problem as problem:
            if problem.status != 404:
                raise
            shown = Answer(b'{"id":"%s"}' % str(self.row.pk).encode())
        headers = {"Content-Type": JSON}
        if shown.etag:
            headers["ETag"] = shown.etag
        if self.status == 201:
            headers["Location"] = f"{self.exchange.request.path}/{self.row.pk}"
        answer = HttpAnswer(self.status, shown.body, headers)
        return _with_secrets(answer, self.exchange.request.resource, self.row)


def _with_secrets(answer: HttpAnswer, resource: Resource, row: Record) -> HttpAnswer:
    secrets = {name: value for name in resource.shown_once if (value := getattr(row, name))}
    if not secrets:
        return answer
    body = orjson.dumps({**orjson.loads(answer.body), **secrets})
    headers = {"Cache-Control": "no-store"}
    return replace(answer.with_headers(headers), body=body)

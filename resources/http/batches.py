"""The steps of a batch (`resources.http.pipeline`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.answers import JSON, HttpAnswer
from resources.event_loop import MustRunInThread, is_in_event_loop
from resources.http.bodies import fingerprint_of
from resources.http.throttles import consume_quota, rate_limit_keys
from resources.writing.batch import batch_writes, run_batch
from resources.writing.deadlocks import again_after_deadlock
from resources.writing.idempotency import once
from resources.writing.screening import with_aftermath

if TYPE_CHECKING:
    from resources.http.exchange import Exchange

MOST_INLINE = 64 * 1024
"""Bytes of a batch that an event loop reads itself."""


def read_batch(exchange: Exchange) -> None:
    """Parse and check the body; raises Problem 400, MustRunInThread in an event loop if long."""
    if len(exchange.request.body) > MOST_INLINE and is_in_event_loop():
        raise MustRunInThread
    exchange.data = exchange.request.data()
    exchange.writes = batch_writes(exchange.data)


def count_batch(exchange: Exchange) -> None:
    """Count the writes, once however often they are tried; raises as `count_write`."""
    if exchange.limits is None:
        who = rate_limit_keys(exchange.actor, exchange.request.address)
        exchange.limits = consume_quota("write", *who, cost=len(exchange.writes))


def run_writes(exchange: Exchange) -> HttpAnswer:
    """Run all writes in one transaction and return their answers; raises Problem 400 to 422."""
    request, actor = exchange.request, exchange.actor
    key, identity = request.idempotency_key, (request.path, fingerprint_of(exchange.data))

    def answer() -> HttpAnswer:
        return HttpAnswer(200, run_batch(actor, exchange.writes), {"Content-Type": JSON})

    def write() -> HttpAnswer:
        return answer() if key is None else once(key, actor, identity, answer)

    return with_aftermath(lambda: again_after_deadlock(write))

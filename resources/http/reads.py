"""The steps of a read (`resources.http.pipeline`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from resources import feed
from resources.answers import JSON, VARY, HttpAnswer
from resources.errors import Problem
from resources.execution.epochs import epochs
from resources.execution.reader import (
    MovedError,
    chosen_record,
    page_of,
    permitted_query,
)
from resources.http import futile_queries
from resources.http.authentication import require_scopes
from resources.http.client_networks import limited_network
from resources.http.conditions import is_known
from resources.http.throttles import consume_points
from resources.query.cost import cost_of_selection
from resources.query.list_query import ListQuery
from resources.query.parsing import is_query_known, list_query, view_selection
from resources.query.reach import reached_by_list, reached_by_record

if TYPE_CHECKING:
    from resources.declaration import Resource
    from resources.execution.reader import Answer
    from resources.http.exchange import Exchange
    from resources.http.request import Request
    from resources.query.selection import Selection

CHANGE_CURSOR = "Change-Cursor"
"""The header that says where in the change log an answer was read, to subscribe from there."""


def authenticate(exchange: Exchange) -> None:
    """Find out who asks; raises Problem 401 for a bad token, 403 for a barred member."""
    exchange.actor = exchange.actor_of(exchange.request.authorization)


def require_scopes_of_read(exchange: Exchange) -> None:
    """Raise Problem 403 unless the actor's key goes as far as the read does, 400 for a bad query.

    Raises MustRunInThread in an event loop for a key with a long query.
    """
    if exchange.actor.scopes is not None:
        request = exchange.request
        require_scopes(exchange.actor, {request.resource, *_reached(request)})


def find_cached(exchange: Exchange) -> HttpAnswer | None:
    """Return the cached response, unless it was looked for already.

    Whoever has the same id and is of the same kind sees the same.
    """
    responses = exchange.responses
    if responses is None:
        return None
    request, actor = exchange.request, exchange.actor
    key = (request.path, request.query_string, actor.id, actor.kind)
    if key == exchange.cache_key:
        return None
    exchange.since, exchange.cache_key = responses.epochs.current, key
    answer = responses.find(exchange.cache_key)
    exchange.is_cached = answer is not None
    return answer


def check_query(exchange: Exchange) -> None:
    """Read the query string and count what it costs; raises Problem 400, 401, 403 or 429.

    Raises MustRunInThread where that would keep an event loop waiting.
    """
    request = exchange.request
    letters = len(request.query_string)
    if letters <= futile_queries.SHORT:
        _check_query(exchange)
        return
    network = limited_network(request.address)
    if not is_query_known(request.resource, request.query_string):
        futile_queries.require_letters(network)
    try:
        _check_query(exchange)
    except Problem:
        futile_queries.spend(network, letters)
        raise


def _check_query(exchange: Exchange) -> None:
    request = exchange.request
    if request.record_id:
        selection = view_selection(request.resource, request.query_string)
        exchange.query, exchange.cost = selection, cost_of_selection(selection)
    else:
        query = permitted_query(request.resource, exchange.actor, request.query_string)
        exchange.query, exchange.cost = query, query.cost
    if not exchange.cost.is_cheap:
        points = exchange.cost.points
        exchange.limits = consume_points(exchange.actor, request.address, points)


def run_query(exchange: Exchange) -> HttpAnswer:
    """Run the read. The result depends only on the actor's id and kind; raises Problem 404."""
    request, query = exchange.request, exchange.query
    # Known before the query runs: what is committed meanwhile is heard by who listens from there.
    position = _position()
    if isinstance(query, ListQuery):
        answer = page_of(request.resource, exchange.actor, query, request.url)
    else:
        answer = _record(exchange, query)
    headers = {
        "Content-Type": JSON,
        "Vary": VARY,
        "ETag": answer.etag,
        CHANGE_CURSOR: str(position),
    }
    return HttpAnswer(200, answer.body, headers, answer.sources)


def _position() -> int:
    """Return a position of the log; raises SynchronousOnlyOperation in a loop that must read it."""
    known = epochs.position()
    if known is None:
        known = feed.last_position()
        epochs.note_position(known)
    return known


def _record(exchange: Exchange, selection: Selection) -> Answer:
    """Read one record; raises Problem 308 when it is found by another natural key now.

    The redirect is for now alone: some day the former key may be somebody else's.
    """
    request = exchange.request
    try:
        return chosen_record(request.resource, exchange.actor, request.record_id, selection)
    except MovedError as moved:
        parent = request.path.rpartition("/")[0]
        query = f"?{request.query_string}" if request.query_string else ""
        headers = {"Location": f"{parent}/{moved}{query}", "Cache-Control": "no-store"}
        raise Problem(308, "moved", _("This is found by another name now."), (), headers) from None


def store(exchange: Exchange) -> None:
    """Cache the response unless it came from the cache."""
    if exchange.responses is not None and exchange.answer and not exchange.is_cached:
        text_bytes = exchange.request.text_bytes
        exchange.responses.keep(exchange.cache_key, exchange.answer, exchange.since, text_bytes)


def leave_out_known(exchange: Exchange) -> HttpAnswer | None:
    """Return 304 if the client has the entity tag already (RFC 9110, 13.1.2)."""
    if_none_match, answer = exchange.request.if_none_match, exchange.answer
    if not if_none_match or answer is None:
        return None
    etag = answer.headers.get("ETag", "")
    if etag and is_known(if_none_match, etag):
        headers = {"ETag": etag, "Vary": VARY, CHANGE_CURSOR: answer.headers[CHANGE_CURSOR]}
        return HttpAnswer(304, b"", headers)
    return None


def _reached(request: Request) -> frozenset[Resource]:
    if request.record_id:
        return reached_by_record(
            request.resource, view_selection(request.resource, request.query_string)
        )
    return reached_by_list(request.resource, list_query(request.resource, request.query_string))

"""A read from request to answer, whether it came by the fast path or through Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from resources.answers import JSON, VARY, HttpAnswer, answered
from resources.errors import Problem
from resources.execution.reader import chosen_record, page_of, permitted_query
from resources.http import futile_queries
from resources.http.authentication import actor_of_header, require_scopes
from resources.http.client_networks import limited_network
from resources.http.conditions import is_known
from resources.http.throttles import require_points
from resources.query.cost import cost_of_selection
from resources.query.list_query import ListQuery
from resources.query.parsing import is_query_known, list_query, view_selection
from resources.query.reach import reached_by_list, reached_by_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.query.selection import Selection


@dataclass(frozen=True, slots=True)
class Read:
    """What a client asks to read; `record_id` is None for a list, `url` has no query."""

    resource: Resource
    record_id: str | None
    query_string: str
    url: str
    authorization: str = ""
    if_none_match: str = ""
    address: str = ""

    @property
    def texts(self) -> int:
        """Return how many bytes the client's words take."""
        return len(self.query_string) + len(self.url) + len(self.record_id or "")


class CheckedRead(NamedTuple):
    """A read that its actor may ask, with the `RateLimit-*` headers if it is costly."""

    read: Read
    actor: Actor
    query: ListQuery | Selection
    is_cheap: bool
    limits: Mapping[str, str]

    def answer(self) -> HttpAnswer:
        """Answer what there is, the same for all whom the actor stands for; raises Problem."""
        read, query = self.read, self.query
        if isinstance(query, ListQuery):
            answer = page_of(read.resource, self.actor, query, read.url)
        else:
            answer = chosen_record(read.resource, self.actor, read.record_id or "", query)
        headers = {"Content-Type": JSON, "Vary": VARY, "ETag": answer.etag}
        return HttpAnswer(200, answer.body, headers, answer.sources)


def answer_read(read: Read) -> HttpAnswer:
    """Answer a read; every expected error becomes a problem document."""
    return answered(lambda: _answer(read))


def checked(read: Read, actor: Actor) -> CheckedRead:
    """Check what is asked for, and count it if it is costly; raises Problem 400, 401, 403, 429.

    Raises MustRunInThread where that would keep an event loop waiting.
    """
    letters = len(read.query_string)
    if letters <= futile_queries.SHORT:
        return _checked(read, actor)
    network = limited_network(read.address)
    if not is_query_known(read.resource, read.query_string):
        futile_queries.require_letters(network)
    try:
        return _checked(read, actor)
    except Problem:
        futile_queries.spend(network, letters)
        raise


def _checked(read: Read, actor: Actor) -> CheckedRead:
    query: ListQuery | Selection
    if read.record_id is None:
        query = permitted_query(read.resource, actor, read.query_string)
        cost = query.cost
    else:
        query = view_selection(read.resource, read.query_string)
        cost = cost_of_selection(query)
    limits = {} if cost.is_cheap else require_points(actor, read.address, cost.points)
    return CheckedRead(read, actor, query, cost.is_cheap, limits)


def admitted(read: Read, actor: Actor) -> Actor:
    """Return the actor, whose key goes as far as the read does; raises Problem 403 or 400.

    Raises MustRunInThread in an event loop for a key with a long query.
    """
    if actor.scopes is not None:
        require_scopes(actor, {read.resource, *_reached(read)})
    return actor


def _reached(read: Read) -> frozenset[Resource]:
    if read.record_id is None:
        return reached_by_list(read.resource, list_query(read.resource, read.query_string))
    return reached_by_record(read.resource, view_selection(read.resource, read.query_string))


def _answer(read: Read) -> HttpAnswer:
    asked = checked(read, admitted(read, actor_of_header(read.authorization)))
    return fitted(asked.answer(), read, asked.limits)


NO_LIMITS: Mapping[str, str] = {}


def fitted(answer: HttpAnswer, read: Read, limits: Mapping[str, str] = NO_LIMITS) -> HttpAnswer:
    """Leave out what the client has already (RFC 9110, 13.1.2), and tell how much room is left."""
    etag = answer.headers.get("ETag", "")
    if read.if_none_match and etag and is_known(read.if_none_match, etag):
        answer = HttpAnswer(304, b"", {"ETag": etag, "Vary": VARY})
    return answer.with_headers(limits) if limits else answer

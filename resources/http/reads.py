"""A read from request to answer, for whichever road it comes by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.answers import JSON, VARY, HttpAnswer, answered
from resources.http.authentication import actor_of_header, require_scopes
from resources.http.conditions import is_known
from resources.http.throttles import asking, require_room
from resources.reading.reach import reached_by_list, reached_by_record
from resources.reading.reader import list_query, list_records, view_record, view_selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.declaration import Resource

# What searches or counts counts as several requests where reads are limited.
COSTLY = 5
COSTLY_PARAMETERS = re.compile(r"(?:^|&)(?:search|count)=")


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


def answer_read(read: Read) -> HttpAnswer:
    """Answer a read; every expected error becomes a problem document."""
    return answered(lambda: _answer(read))


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who turned out to be asking, and the `RateLimit-*` headers of the answer."""

    actor: Actor
    limits: Mapping[str, str]


def admitted(read: Read, actor: Actor) -> Admitted:
    """Count the request of an actor; raises Problem 403 and 429."""
    if actor.scopes is not None:
        require_scopes(actor, {read.resource, *_reached(read)})
    cost = COSTLY if COSTLY_PARAMETERS.search(read.query_string) else 1
    return Admitted(actor, require_room("read", *asking(actor, read.address), cost=cost))


def _reached(read: Read) -> frozenset[Resource]:
    if read.record_id is None:
        return reached_by_list(read.resource, list_query(read.resource, read.query_string))
    return reached_by_record(read.resource, view_selection(read.resource, read.query_string))


def _answer(read: Read) -> HttpAnswer:
    caller = admitted(read, actor_of_header(read.authorization))
    return fitted(found(read, caller.actor), read, caller)


def found(read: Read, actor: Actor) -> HttpAnswer:
    """Answer what there is, the same for all whom the actor stands for; raises Problem."""
    if read.record_id is None:
        answer = list_records(read.resource, actor, read.query_string, read.url)
    else:
        answer = view_record(read.resource, actor, read.record_id, read.query_string)
    headers = {"Content-Type": JSON, "Vary": VARY, "ETag": answer.etag}
    return HttpAnswer(200, answer.body, headers, answer.sources)


def fitted(answer: HttpAnswer, read: Read, caller: Admitted) -> HttpAnswer:
    """Leave out what the client has already (RFC 9110, 13.1.2), and tell how much room is left."""
    etag = answer.headers.get("ETag", "")
    if read.if_none_match and etag and is_known(read.if_none_match, etag):
        answer = HttpAnswer(304, b"", {"ETag": etag, "Vary": VARY})
    return answer.with_headers(caller.limits) if caller.limits else answer

"""A read from request to answer, for whichever road it comes by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.answers import JSON, VARY, HttpAnswer, answered
from resources.http.authentication import actor_of_header, require_scope
from resources.http.throttles import asking, require_room
from resources.reading.reader import list_records, view_record

if TYPE_CHECKING:
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


def _answer(read: Read) -> HttpAnswer:
    actor = actor_of_header(read.authorization)
    require_scope(actor, read.resource, "read")
    cost = COSTLY if COSTLY_PARAMETERS.search(read.query_string) else 1
    limits = require_room("read", *asking(actor, read.address), cost=cost)
    return _found(read, actor).with_headers(limits) if limits else _found(read, actor)


def _found(read: Read, actor: Actor) -> HttpAnswer:
    if read.record_id is None:
        answer = list_records(read.resource, actor, read.query_string, read.url)
        return HttpAnswer(200, answer.body, {"Content-Type": JSON, "Vary": VARY})
    answer = view_record(read.resource, actor, read.record_id, read.query_string)
    if answer.etag in read.if_none_match.replace("W/", ""):
        # RFC 9110, 13.1.2: the client has this already.
        return HttpAnswer(304, b"", {"ETag": answer.etag, "Vary": VARY})
    headers = {"Content-Type": JSON, "Vary": VARY, "ETag": answer.etag}
    return HttpAnswer(200, answer.body, headers)

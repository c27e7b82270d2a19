"""A read from request to answer, for whichever road it comes by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from resources import context
from resources.actors import ANONYMOUS
from resources.errors import CONTENT_TYPE, as_problem
from resources.http.authentication import actor_of_header
from resources.reading.reader import list_records, view_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.declaration import Resource

JSON = "application/json"
# Who asks decides what is shown, and in which language errors speak.
VARY = "Authorization, Accept-Language"


@dataclass(frozen=True, slots=True)
class Read:
    """What a client asks to read; `record_id` is None for a list, `url` has no query."""

    resource: Resource
    record_id: str | None
    query_string: str
    url: str
    authorization: str = ""
    if_none_match: str = ""


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """What it is answered: a finished HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_read(read: Read) -> ReadAnswer:
    """Answer a read; every expected error becomes a problem document."""
    try:
        return _answered(read, _actor(read.authorization))
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            raise
        headers = {"Content-Type": CONTENT_TYPE, "Vary": VARY, **problem.headers}
        return ReadAnswer(problem.status, orjson.dumps(problem.as_json()), headers)


def _actor(authorization: str) -> Actor:
    if not authorization:
        return ANONYMOUS
    actor = actor_of_header(authorization)
    context.note_user(actor.id)
    return actor


def _answered(read: Read, actor: Actor) -> ReadAnswer:
    if read.record_id is None:
        answer = list_records(read.resource, actor, read.query_string, read.url)
        return ReadAnswer(200, answer.body, {"Content-Type": JSON, "Vary": VARY})
    answer = view_record(read.resource, actor, read.record_id, read.query_string)
    headers = {"Content-Type": JSON, "Vary": VARY, "ETag": answer.etag}
    if answer.etag in read.if_none_match.replace("W/", ""):
        # RFC 9110, 13.1.2: the client has this already.
        return ReadAnswer(304, b"", {"ETag": answer.etag, "Vary": VARY})
    return ReadAnswer(200, answer.body, headers)

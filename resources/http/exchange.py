"""A request on its way through a pipeline, and what its steps have found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.actors import ANONYMOUS, Actor
from resources.http.authentication import actor_of_header

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from resources.answers import HttpAnswer
    from resources.execution.response_cache import ResponseCache
    from resources.http.request import Request
    from resources.http.writes import WrittenRecord
    from resources.json_text import JsonObject
    from resources.query.cost import Cost
    from resources.query.list_query import ListQuery
    from resources.query.selection import Selection


class Exchange:
    """One request and its answer, which is None until a step gives one.

    `actor_of` finds the actor of an `Authorization` header; `responses` is None where nothing is
    cached; `limits` are the `RateLimit-*` headers, None until the request is counted; `written` is
    what is to be answered once the transaction has ended.
    """

    __slots__ = (
        "actor",
        "actor_of",
        "answer",
        "cache_key",
        "cost",
        "data",
        "is_cached",
        "limits",
        "query",
        "request",
        "responses",
        "since",
        "writes",
        "written",
    )

    def __init__(
        self,
        request: Request,
        actor_of: Callable[[str], Actor] = actor_of_header,
        responses: ResponseCache | None = None,
    ) -> None:
        self.request = request
        self.actor_of = actor_of
        self.responses = responses
        self.actor = ANONYMOUS
        self.limits: Mapping[str, str] | None = None
        self.query: ListQuery | Selection
        self.cost: Cost
        self.cache_key: Hashable = None
        self.since = 0
        self.is_cached = False
        self.data: object = None
        self.writes: Sequence[JsonObject] = ()
        self.written: WrittenRecord | None = None
        self.answer: HttpAnswer | None = None

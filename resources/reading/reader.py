"""Answers to reads: finished JSON for a record or a page of a list."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID
from zlib import crc32

from django.utils.translation import gettext as _

from resources.actors import UnboundActor
from resources.byte_cache import kept
from resources.errors import bad_parameter, not_permitted, not_signed_in, not_visible
from resources.event_loop import MustRunInThread, is_in_event_loop
from resources.execution.run import run_plan
from resources.filters.nodes import FilterSyntaxError, FilterValueError
from resources.reading.cursors import Cursor
from resources.reading.plans import count_plan, exists_plan, key_plan, list_plan, view_plan
from resources.reading.query import ListQuery, read_list_query, read_view_query
from resources.sealing import unsealed_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resources.actors import Actor, ActorKind
    from resources.declaration import Resource
    from resources.reading.plans import Plan
    from resources.reading.selection import Selection

QUERY_BYTES = 8 * 1024 * 1024
"""Memory for queries that were read."""
BYTES_OF_LETTER = 40
"""Bytes that a letter of a query becomes when it is read, at most."""
MOST_PARAMETERS = 50
LONGEST_INLINE_QUERY = 500
"""Letters of a query that an event loop reads itself."""
PLAIN_QUERY = re.compile(r"[\w.~%=&+,-]+", re.ASCII)
"""A query that stands in a link, and in JSON, as the client wrote it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Finished JSON with its entity tag (RFC 9110, 8.8.3).

    `sources` names what it is made of; None when it may differ the next time even so.
    """

    body: bytes
    etag: str = ""
    sources: frozenset[str] | None = None


def view_record(resource: Resource, actor: Actor, record_id: str, query_string: str = "") -> Answer:
    """Answer one record by its id, or by its natural key where the resource has one.

    Raises Problem 404 when the actor may not view it.
    """
    return chosen_record(resource, actor, record_id, view_selection(resource, query_string))


def chosen_record(resource: Resource, actor: Actor, record_id: str, selection: Selection) -> Answer:
    """Answer what was chosen of one record; raises Problem 404 as above."""
    plan, rows = _rows_of(resource, actor, selection, record_id)
    if not rows:
        raise not_visible()
    document, revision = rows[0]
    body = unsealed_document(document).encode()
    return Answer(body, entity_tag(revision, body), plan.sources)


def _rows_of(
    resource: Resource, actor: Actor, selection: Selection, record_id: str
) -> tuple[Plan, Sequence[Sequence[Any]]]:
    """Read a record by its id or natural key, with the plan that did."""
    try:
        identifier = UUID(record_id)
    except ValueError:
        if not resource.natural_key or "\x00" in record_id:
            raise not_visible() from None
        by_key = key_plan(resource, actor.kind, selection)
        return by_key, run_plan(by_key, actor, {"key": record_id.lower()})
    by_id = view_plan(resource, actor.kind, selection)
    return by_id, run_plan(by_id, actor, {"id": identifier})


def is_visible(resource: Resource, actor: Actor, record_id: UUID) -> bool:
    """Tell whether the actor may view a record."""
    return bool(run_plan(exists_plan(resource, actor.kind), actor, {"id": record_id}))


def list_records(resource: Resource, actor: Actor, query_string: str, url: str) -> Answer:
    """Answer a page of a list; raises Problem 400, 401 and 403 as the two below."""
    return page_of(resource, actor, permitted_query(resource, actor, query_string), url)


def permitted_query(resource: Resource, actor: Actor, query_string: str) -> ListQuery:
    """Read what a list is asked for.

    Raises Problem 401 or 403 when nothing of the resource is ever listed to this kind of actor, 400
    for a parameter that can't be used, and MustRunInThread in an event loop for a long query.
    """
    if _lists_nothing(resource, actor.kind):
        raise not_permitted() if actor.is_known else not_signed_in()
    return list_query(resource, query_string)


def page_of(resource: Resource, actor: Actor, query: ListQuery, url: str) -> Answer:
    """Answer a page; `url` (no query) is what `next` and `previous` are built on.

    Raises Problem 400 for a filter that can't be asked.
    """
    values = query.values()
    with filter_errors():
        plan = list_plan(resource, actor.kind, query)
        rows = run_plan(plan, actor, values)
        count = _count(resource, actor, query)
    has_more = len(rows) > query.limit
    page = rows[: query.limit]
    if query.is_backward:
        page = page[::-1]
    links = _links(query, page, has_more=has_more)
    documents = unsealed_document(",".join([row[0] for row in page]))
    parts = [f'{{"results":[{documents}]']
    around = f"{url}?{query.rest}cursor="
    parts += [f',"{name}":{_link(around, resource, link)}' for name, link in links.items()]
    parts += [f',"count":{count}'] if count is not None else []
    parts += _numbers(query, count)
    body = "".join([*parts, "}"]).encode()
    return Answer(body, list_tag(body), None if query.is_of_its_time else plan.sources)


def _numbers(query: ListQuery, count: int | None) -> list[str]:
    """Return which page this is of how many, if it was asked for by number."""
    if query.page is None or count is None:
        return []
    return [f',"page":{query.page},"page_count":{-(-count // query.limit)}']


def record_uuid(text: str) -> UUID:
    """Read a record's id from a path; raises Problem 404, as no such record can exist."""
    try:
        return UUID(text)
    except ValueError:
        raise not_visible() from None


def entity_tag(revision: int, body: bytes) -> str:
    """Return a record's entity tag: the revision of its content and a checksum of what is shown.

    `If-None-Match` compares it whole, as counters and what is embedded change what is shown;
    `If-Match` compares the revision alone, which only an edit changes.
    """
    return f'"{revision}-{crc32(body):08x}"'


def list_tag(body: bytes) -> str:
    """Write a page's entity tag: its length and a checksum."""
    return f'"{len(body):x}-{crc32(body):08x}"'


def parameters(query_string: str) -> dict[str, list[str]]:
    """Split a query string; raises Problem 400 when it is out of bounds or not UTF-8."""
    try:
        return parse_qs(
            query_string,
            keep_blank_values=True,
            max_num_fields=MOST_PARAMETERS,
            errors="strict",
        )
    except ValueError:
        raise bad_parameter("query", "malformed", _("The query can't be read.")) from None


@cache
def _lists_nothing(resource: Resource, kind: ActorKind) -> bool:
    return resource.list.scope(UnboundActor(kind), resource.model) is False


def _size(_resource: Resource, query_string: str) -> int:
    return BYTES_OF_LETTER * len(query_string)


@kept(QUERY_BYTES, _size)
def list_query(resource: Resource, query_string: str) -> ListQuery:
    """Read what a list is asked for; raises Problem 400 naming a wrong parameter."""
    _require_short(query_string)
    return read_list_query(resource, parameters(query_string), without_cursor(query_string))


@kept(QUERY_BYTES, _size)
def view_selection(resource: Resource, query_string: str) -> Selection:
    """Read what of a single record is asked for; raises Problem 400 naming a wrong parameter."""
    _require_short(query_string)
    return read_view_query(resource, parameters(query_string))


def _require_short(query_string: str) -> None:
    if len(query_string) > LONGEST_INLINE_QUERY and is_in_event_loop():
        raise MustRunInThread


@contextmanager
def filter_errors() -> Iterator[None]:
    """Turn what is wrong with a filter into a Problem 400 that names the parameter."""
    try:
        yield
    except FilterSyntaxError as error:
        raise bad_parameter("filter", error.code, error.message, error.position) from None
    except FilterValueError as error:
        name = error.parameter or "filter"
        raise bad_parameter(name, error.code, error.message, error.position) from None


def _count(resource: Resource, actor: Actor, query: ListQuery) -> int | None:
    if query.count is None:
        return None
    rows = run_plan(count_plan(resource, actor.kind, query), actor, query.values())
    return int(rows[0][0]) if rows else 0


def _links(
    query: ListQuery, page: Sequence[Sequence[Any]], *, has_more: bool
) -> dict[str, Cursor | None]:
    """Find where the pages around this one begin; a page of chance has none."""
    if query.is_by_chance:
        return {"next": None, "previous": None}
    first = Cursor(query.sort, True, tuple(page[0][1:])) if page else None
    last = Cursor(query.sort, False, tuple(page[-1][1:])) if page else None
    if query.is_backward:
        return {"next": last, "previous": first if has_more else None}
    has_fewer = query.cursor or (query.page or 1) > 1
    return {"next": last if has_more else None, "previous": first if has_fewer else None}


def _link(around: str, resource: Resource, cursor: Cursor | None) -> str:
    return "null" if cursor is None else f'"{around}{cursor.text(resource)}"'


def without_cursor(query_string: str) -> str:
    """Return all of a query but where its page is, ready to be followed by a cursor."""
    is_placed = "cursor" in query_string or "page" in query_string
    if not is_placed and PLAIN_QUERY.fullmatch(query_string):
        return f"{query_string}&"
    places = ("cursor", "page")
    others = {name: value for name, value in parameters(query_string).items() if name not in places}
    return f"{urlencode(_pairs(others))}&" if others else ""


def _pairs(parameters: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in parameters.items() for value in values]

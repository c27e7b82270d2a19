"""Answers to reads: finished JSON for a record or a page of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID
from zlib import crc32

from resources.documents.completion import completed_list
from resources.errors import Problem, not_permitted, not_signed_in, not_visible
from resources.execution.run import bind_plan, rows_later, run_plan, run_together
from resources.query.closed import is_closed
from resources.query.cursors import PageCursor
from resources.query.parsing import filter_errors, list_query, view_selection
from resources.query.plans import (
    count_plan,
    exists_plan,
    former_key_plan,
    key_plan,
    list_plan,
    view_plan,
)
from resources.query.showing import SHOWN, showing_fields, showing_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Model

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.execution.run import BoundPlan
    from resources.query.list_query import ListQuery
    from resources.query.plans import Plan
    from resources.query.selection import Selection
    from resources.types import Rows


class SearchedPart(NamedTuple):
    """What a search asks one resource for, whichever words it is about.

    `rest` is its query without them: `limit=5&rarity=epic`.
    """

    resource: Resource
    query: ListQuery
    plan: Plan
    rest: str


class MovedError(Exception):
    """A record has another natural key by now, which is the error's argument."""


class Answer(NamedTuple):
    """Finished JSON with its entity tag (RFC 9110, 8.8.3).

    `sources` names what it is made of; None when it may differ the next time even so.
    """

    body: bytes
    etag: str = ""
    sources: frozenset[str] | None = None


def view_record(resource: Resource, actor: Actor, record_id: str, query_string: str = "") -> Answer:
    """Answer one record by its id, or by its natural key where the resource has one.

    Raises Problem 404 when the actor may not view it, MovedError for a natural key of former times.
    """
    return chosen_record(resource, actor, record_id, view_selection(resource, query_string))


def chosen_record(resource: Resource, actor: Actor, record_id: str, selection: Selection) -> Answer:
    """Answer what was chosen of one record; raises Problem 404 as above."""
    try:
        identifier = UUID(record_id)
    except ValueError:
        if not resource.natural_key or "\x00" in record_id:
            raise not_visible() from None
        return _record_answer(*_rows_by_key(resource, actor, selection, record_id.lower()))
    return record_by_id(resource, actor, identifier, selection)


def record_by_id(resource: Resource, actor: Actor, record_id: UUID, selection: Selection) -> Answer:
    """Answer what was chosen of the record of an id; raises Problem 404 as above."""
    plan = view_plan(resource, actor.kind, selection)
    return _record_answer(plan, run_plan(plan, actor, {"id": record_id}))


def records_by_ids(
    resource: Resource, actor: Actor, ids: Sequence[UUID], selection: Selection
) -> Sequence[Answer | None]:
    """Answer what was chosen of each of several records, None for what the actor may not view."""
    plan = view_plan(resource, actor.kind, selection)
    found = run_together([bind_plan(plan, actor, {"id": each}) for each in ids])
    return [_record_answer(plan, rows) if rows else None for rows in found]


def record_later(
    resource: Resource, actor: Actor, record_id: UUID, selection: Selection
) -> Callable[[], Answer]:
    """Return what answers the above once the transaction has ended, and as it then was."""
    plan = view_plan(resource, actor.kind, selection)
    rows = rows_later(plan, actor, {"id": record_id})
    return lambda: _record_answer(plan, rows())


def _record_answer(plan: Plan, rows: Rows) -> Answer:
    if not rows:
        raise not_visible()
    document, revision = rows[0]
    body = completed_list([document])
    return Answer(body, entity_tag(revision, body), plan.sources)


def _rows_by_key(
    resource: Resource, actor: Actor, selection: Selection, key: str
) -> tuple[Plan, Sequence[Sequence[object]]]:
    """Read a record by its natural key; raises MovedError for one that it had before."""
    by_key = key_plan(resource, actor.kind, selection)
    rows = run_plan(by_key, actor, {"key": key})
    if not rows:
        moved = run_plan(former_key_plan(resource, actor.kind), actor, {"key": key})
        if moved:
            raise MovedError(moved[0][0])
    return by_key, rows


def is_visible(resource: Resource, actor: Actor, record_id: UUID) -> bool:
    """Return whether the actor may view a record."""
    return bool(run_plan(exists_plan(resource, actor.kind), actor, {"id": record_id}))


def is_shown(model: type[Model], actor: Actor, record_id: UUID) -> bool:
    """Return whether the actor may see a record that shows a row of a model without rules."""
    return bool(run_plan(shown_plan(model, actor), actor, {SHOWN: record_id}))


def shown_plan(model: type[Model], actor: Actor) -> Plan:
    """Return the plan of the question above, about the resources that the actor's key opens."""
    names = {resource.name for resource, _column in showing_fields(model)}
    readable = frozenset(name for name in names if actor.has_scope(name, "read"))
    return showing_plan(model, actor.kind, readable)


def list_records(resource: Resource, actor: Actor, query_string: str, url: str) -> Answer:
    """Answer a page of a list; raises Problem 400, 401 and 403 as the two below."""
    return page_of(resource, actor, permitted_query(resource, actor, query_string), url)


def permitted_query(resource: Resource, actor: Actor, query_string: str) -> ListQuery:
    """Read what a list is asked for.

    Raises Problem 401 or 403 when nothing of it is ever listed to this kind of actor, 400
    for a parameter that can't be used, and MustRunInThread in an event loop for a long query.
    """
    if is_closed(resource, "list", actor.kind):
        raise _refused(actor)
    query = list_query(resource, query_string)
    if query.options and is_closed(resource, "list", actor.kind, query.options):
        raise _refused(actor)
    return query


def _refused(actor: Actor) -> Problem:
    return not_permitted() if actor.is_known else not_signed_in()


def page_of(resource: Resource, actor: Actor, query: ListQuery, url: str) -> Answer:
    """Answer a page; `url` (no query) is what `next` and `previous` are built on.

    Raises Problem 400 for a filter that can't be asked.
    """
    values = query.values()
    with filter_errors():
        plan = list_plan(resource, actor.kind, query)
        rows = run_plan(plan, actor, values)
        count = _count(resource, actor, query)
    body = _page_body(resource, query, rows, f"{url}?{query.rest}", count)
    return Answer(body, list_tag(body), None if query.is_of_its_time else plan.sources)


def bind_words(part: SearchedPart, actor: Actor, words: str) -> BoundPlan:
    """Bind a search for other words than those that its query was read with.

    Raises Problem 400 as above.
    """
    with filter_errors():
        return bind_plan(part.plan, actor, part.query.values() | {"search": words})


def page_of_words(part: SearchedPart, rows: Rows, url: str) -> bytes:
    """Return the first page of a search; `url` (with a query) is what its links are built on."""
    return _page_body(part.resource, part.query, rows, f"{url}&", None)


def _page_body(
    resource: Resource, query: ListQuery, rows: Rows, around: str, count: int | None
) -> bytes:
    """Return the JSON of a page, of one row more than it has if another page follows."""
    has_more = len(rows) > query.limit
    page = rows[: query.limit]
    if query.is_backward:
        page = page[::-1]
    links = _links(query, page, has_more=has_more)
    rest = [f',"{name}":{_link(around, resource, link)}' for name, link in links.items()]
    rest += [f',"count":{count}'] if count is not None else []
    rest += _numbers(query, count)
    documents = completed_list([row[0] for row in page])
    return b"".join([b'{"results":[', documents, b"]", "".join(rest).encode(), b"}"])


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
    """Return a page's entity tag: its length and a checksum."""
    return f'"{len(body):x}-{crc32(body):08x}"'


def _count(resource: Resource, actor: Actor, query: ListQuery) -> int | None:
    if query.count is None:
        return None
    rows = run_plan(count_plan(resource, actor.kind, query), actor, query.values())
    return int(rows[0][0]) if rows else 0


def _links(
    query: ListQuery, page: Sequence[Sequence[object]], *, has_more: bool
) -> dict[str, PageCursor | None]:
    """Find where the pages around this one begin; a page of chance has none."""
    if query.is_by_chance:
        return {"next": None, "previous": None}
    first = PageCursor(query.sort, True, tuple(page[0][1:])) if page else None
    last = PageCursor(query.sort, False, tuple(page[-1][1:])) if page else None
    if query.is_backward:
        return {"next": last, "previous": first if has_more else None}
    has_fewer = query.cursor or (query.page or 1) > 1
    return {"next": last if has_more else None, "previous": first if has_fewer else None}


def _link(around: str, resource: Resource, cursor: PageCursor | None) -> str:
    return "null" if cursor is None else f'"{around}cursor={cursor.text(resource)}"'

"""Who hears what of a batch: the same question for all who would get the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from resources.fields import RecordIdField
from resources.reading.plans import stream_plan
from resources.sealing import unsealed_document
from resources.streaming.past import over_the_past

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.reading.plans import Plan
    from resources.reading.query import ListQuery
    from resources.streaming.batches import Batch


class Verb(StrEnum):
    """What an event says of a record, as the subscriber sees it."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ENTER = "enter"
    LEAVE = "leave"


class Event(NamedTuple):
    """One record's event; `document` is its JSON, empty when there is none to see."""

    place: int
    verb: Verb
    record_id: UUID
    document: str


@dataclass(frozen=True)
class Audience:
    """All subscribers who ask the same of one resource and are shown the same.

    `verb` is the rule they hear by: `list`, or `view` for one record, which is then `only`. Equal
    audiences get equal answers, so each is asked about once.
    """

    resource: Resource
    actor: Actor
    verb: str
    query: ListQuery
    only: UUID | None = None


def events_for(audience: Audience, batch: Batch) -> Iterator[Event]:
    """Give what an audience hears of a batch, in order.

    It hears of a record that is there for it now, or was before, and of no other.
    """
    if audience.only and audience.only not in batch.records:
        return
    plan = stream_plan(audience.resource, audience.actor.kind, audience.verb, audience.query)
    is_there = dict(_rows(plan, audience, batch.records))
    was_there: set[UUID] = set()
    if batch.past:
        past = over_the_past(plan, batch.resource, list(batch.past.values()))
        was_there = {record_id for record_id, _document in _rows(past, audience, batch.past)}
    for record_id, place in batch.records.items():
        if audience.only not in (None, record_id):
            continue
        document = is_there.get(record_id)
        verb = _verb(batch, record_id, was_there=record_id in was_there, is_there=bool(document))
        if verb:
            yield Event(place, verb, record_id, unsealed_document(document or ""))


def _rows(plan: Plan, audience: Audience, ids: Iterable[UUID]) -> Iterator[tuple[UUID, str]]:
    values = audience.query.values() | {"ids": ids}
    for record_id, document in plan.rows(audience.actor, values):
        yield RecordIdField().to_python(record_id), document


def _verb(batch: Batch, record_id: UUID, *, was_there: bool, is_there: bool) -> Verb | None:
    if is_there and was_there:
        return Verb.UPDATE
    if is_there:
        return Verb.CREATE if record_id in batch.created else Verb.ENTER
    if was_there:
        return Verb.DELETE if record_id in batch.deleted else Verb.LEAVE
    return None

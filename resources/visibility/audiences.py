"""Audiences: all subscribers who hear the same, and the events of a batch for each of them.

An audience is (resource, kind of actor, rule, query). All anonymous visitors who subscribe to
`cards?rarity=epic` are one audience, all verified members with that topic another:

    Audience(cards, ActorKind(is_known=True, is_verified=True, …), "list", rarity = "epic")

One visibility query per batch answers for the whole audience, whatever its size.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, override
from uuid import UUID

from resources.byte_cache import byte_cached
from resources.documents.completion import completed
from resources.visibility.dependents import (
    changed_rows,
    dependents_of,
    table_versions,
    unsettled_by,
)
from resources.visibility.disclosure import deciding_columns, shown_columns
from resources.visibility.feed_cursor import UNREADABLE, FeedCursor
from resources.visibility.queries import SUBSCRIBERS_BYTES, documents_query, visible_ids_query

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from resources.actors import Actor, ActorKind
    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.query.plans import Table
    from resources.visibility.change_batch import ChangeBatch
    from resources.visibility.dependents import Dependents
    from resources.visibility.disclosure import ShownColumns
    from resources.visibility.queries import SubscriberId, VisibilityQuery

type Visible = Mapping[UUID, Mapping[SubscriberId, str]]
"""Visible records: to whom, and the document where it depends on whom (else empty)."""
type EverVisible = Mapping[UUID, Mapping[SubscriberId, Collection[str]]]
"""Records that were visible at some time, with every document that there was."""


class Verb(StrEnum):
    """What an event says of a record, as the subscriber sees it."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ENTER = "enter"
    LEAVE = "leave"


class Event(NamedTuple):
    """One record's event; `document` is its JSON, empty when there is none to see.

    `position` is that of the record's last change, `first_position` that of the first change that
    the event covers; `cursor` is where to go on from after the event.
    """

    position: int
    verb: Verb
    record_id: UUID
    document: str
    first_position: int
    cursor: FeedCursor = UNREADABLE


type HeardBySubscriber = Mapping[SubscriberId, Sequence[Event] | None]
"""The events of each subscriber, none for one who hears nothing; None is for one to fetch anew."""


@dataclass(frozen=True)
class Audience:
    """All subscribers of one kind with the same query on one resource.

    `verb` is the rule they hear by: `list`, or `view` for one record, which is then `only`. `owner`
    is a column, as the log names it, and the value that all records have there.
    """

    resource: Resource
    kind: ActorKind
    verb: str
    query: ListQuery
    only: UUID | None = None
    owner: tuple[str, str] | None = None

    @cached_property
    def _hash(self) -> int:
        return hash((self.resource.name, self.kind, self.verb, self.query, self.only, self.owner))

    @override
    def __hash__(self) -> int:
        """Hash a query once, however deep: a hub looks its audiences up with every change."""
        return self._hash

    def subscriber_id(self, actor: Actor) -> SubscriberId:
        """Return the actor's id if it makes a difference to what is heard, else None."""
        return actor.id if self.visible_ids.is_personal else None

    @cached_property
    def visible_ids(self) -> VisibilityQuery:
        """Return the query for which records are visible."""
        return visible_ids_query(self.resource, self.kind, self.verb, self.query)

    @cached_property
    def shown(self) -> ShownColumns:
        """Return the columns whose edits make an event; `certain` includes rule and filter."""
        shown = shown_columns(self.resource, self.kind, self.query.selection)
        deciding = deciding_columns(self.resource, self.kind, self.verb, self.query)
        return shown._replace(certain=shown.certain | deciding)


def events_for(
    audience: Audience, subscribers: tuple[SubscriberId, ...], batch: ChangeBatch
) -> HeardBySubscriber:
    """Return the events of a batch for each subscriber of an audience, in order.

    For example `{alice.id: [Event(7, Verb.UPDATE, card.id, '{"id": …}', 5)]}`. A subscriber hears
    of a record only if it is visible to them now, or was before; of an edit only if it was of
    something that they may read. None stands for a subscriber who has to fetch anew, having
    blocked somebody, say. Raises TooManyError when too many records appear or disappear.
    """
    unsettled = unsettled_by(audience, batch)
    settled = tuple(each for each in subscribers if each not in unsettled)
    if len(settled) == len(subscribers):
        return _events_of(audience, subscribers, batch)
    heard: dict[SubscriberId, Sequence[Event] | None] = dict.fromkeys(subscribers)
    if settled:
        heard |= {**dict.fromkeys(settled, ()), **_events_of(audience, settled, batch)}
    return heard


def _events_of(
    audience: Audience, subscribers: tuple[SubscriberId, ...], batch: ChangeBatch
) -> Mapping[SubscriberId, Sequence[Event]]:
    positions, dependents = batch.positions(audience.resource), dependents_of(audience, batch)
    if dependents:
        positions = _with_dependents(positions, dependents)
    elif audience.owner and audience.owner[1] not in batch.values(
        audience.resource, audience.owner[0]
    ):
        return {}
    if audience.only:
        positions = {audience.only: positions[audience.only]} if audience.only in positions else {}
    if not positions:
        return {}
    now = _visible_now(audience, subscribers, positions)
    before, ever = _visible_before(audience, subscribers, positions, batch)
    return _Transitions(audience, batch, now, before, ever).events(positions)


@dataclass(frozen=True)
class _Transitions:
    """What is visible now, was visible before the batch, and ever since then; as events."""

    audience: Audience
    batch: ChangeBatch
    now: Visible
    before: Visible
    ever: EverVisible

    def events(self, positions: Mapping[UUID, int]) -> Mapping[SubscriberId, Sequence[Event]]:
        firsts = self.batch.first_positions(self.audience.resource)
        created = self.batch.created(self.audience.resource)
        deleted = self.batch.deleted(self.audience.resource)
        documents = self._documents()
        heard: dict[SubscriberId, list[Event]] = defaultdict(list)
        for key, position in positions.items():
            first = firsts.get(key, position)
            now, before = self.now.get(key, {}), self.before.get(key, {})
            appears = Verb.CREATE if key in created else Verb.ENTER
            shown = {
                verb: Event(position, verb, key, documents.get(key, ""), first)
                for verb in (appears, Verb.UPDATE)
            }
            gone = Event(position, Verb.DELETE if key in deleted else Verb.LEAVE, key, "", first)
            updated = self._sees_edit(key)
            for subscriber, own in now.items():
                verb = Verb.UPDATE if subscriber in before else appears
                if verb is appears or subscriber in updated:
                    event = shown[verb]
                    heard[subscriber].append(event._replace(document=own) if own else event)
            # Whoever read in between may have seen what was not there before and is not now.
            for subscriber in self.ever.get(key, {}).keys() - now.keys():
                heard[subscriber].append(gone)
        return _shared(heard)

    def _sees_edit(self, key: UUID) -> Collection[SubscriberId]:
        """Return which of those who could see the record before can see that it was edited."""
        now, ever, shown = self.now.get(key, {}), self.ever.get(key, {}), self.audience.shown
        edited = self.batch.edited(self.audience.resource).get(key, frozenset())
        if not edited.isdisjoint(shown.certain):
            return now.keys()
        if edited.isdisjoint(shown.possible):
            return ()
        return {each for each in now if shown.differ(ever.get(each, ()), now[each])}

    def _documents(self) -> Mapping[UUID, str]:
        chosen = self.audience.query.selection
        query = documents_query(self.audience.resource, self.audience.kind, chosen)
        if query.is_personal or not self.now:
            return {}
        rows = query.rows({"ids": self.now.keys()})
        return {_uuid(key): completed(document) for key, document in rows}


def _with_dependents(positions: Mapping[UUID, int], dependents: Dependents) -> Mapping[UUID, int]:
    everything = dict.fromkeys(dependents.ids, dependents.positions[1])
    everything.update(positions)
    return dict(sorted(everything.items(), key=lambda item: item[1]))


def _visible_before(
    audience: Audience,
    subscribers: tuple[SubscriberId, ...],
    ids: Iterable[UUID],
    batch: ChangeBatch,
) -> tuple[Visible, EverVisible]:
    """Return what was visible before the batch, and what was before any of its changes."""
    ever: dict[UUID, dict[SubscriberId, set[str]]] = {}
    before: dict[UUID, dict[SubscriberId, str]] = {}
    for number, tables in enumerate(_earlier_tables(audience, batch)):
        found = _visible(audience, subscribers, ids, tables) if tables else ()
        for key, subscriber, document in found:
            ever.setdefault(key, {}).setdefault(subscriber, set()).add(document)
            if not number:
                before.setdefault(key, {})[subscriber] = document
    return before, ever


def _earlier_tables(audience: Audience, batch: ChangeBatch) -> Sequence[Sequence[Table]]:
    """Return the tables to run the query over instead of the present ones, earliest first."""
    dependents, resource = dependents_of(audience, batch), audience.resource
    if dependents:
        return dependents.versions
    if batch.before_images(resource).earliest and audience.visible_ids.reads_other_rows:
        return table_versions({resource: changed_rows(resource, batch)})
    return batch.before_images(resource).tables


def _visible_now(
    audience: Audience, subscribers: tuple[SubscriberId, ...], ids: Iterable[UUID]
) -> Visible:
    visible: dict[UUID, dict[SubscriberId, str]] = defaultdict(dict)
    for key, subscriber, document in _visible(audience, subscribers, ids):
        visible[key][subscriber] = document
    return visible


def _visible(
    audience: Audience,
    subscribers: tuple[SubscriberId, ...],
    ids: Iterable[UUID],
    tables: Sequence[Table] = (),
) -> Iterator[tuple[UUID, SubscriberId, str]]:
    """Yield each visible record, to whom, and the document where it depends on whom."""
    query = audience.visible_ids
    values = audience.query.values() | {"ids": ids}
    by_text = _by_text(subscribers)
    for row in query.rows(values, subscribers, tables):
        subscriber, key, *document = row if query.is_personal else (None, *row)
        shown = completed(document[0]) if document else ""
        yield _uuid(key), by_text.get(subscriber, subscriber), shown


@byte_cached(SUBSCRIBERS_BYTES, lambda subscribers: 200 * len(subscribers))
def _by_text(subscribers: tuple[SubscriberId, ...]) -> Mapping[object, SubscriberId]:
    """Return subscribers by the text of their ids, which is what SQLite answers."""
    return {str(subscriber): subscriber for subscriber in subscribers}


def _shared(
    heard: Mapping[SubscriberId, Sequence[Event]],
) -> Mapping[SubscriberId, Sequence[Event]]:
    """Return the very same list for all who hear the same, so that it is serialised once."""
    alike: dict[tuple[int, ...], Sequence[Event]] = {}
    for events in heard.values():
        same = tuple(map(id, events))
        if same not in alike:
            alike[same] = _resumable(events)
    return {subscriber: alike[tuple(map(id, events))] for subscriber, events in heard.items()}


def _resumable(events: Sequence[Event]) -> Sequence[Event]:
    """Return each event with a cursor that loses and repeats nothing if the next is cut off.

    What is still to be sent begins at the first change of its record; the log has to be read again
    from there, of which everything up to `told` was sent already.
    """
    resumable: list[Event] = []
    begins = following = events[-1].position + 1
    for event in reversed(events):
        told = event.position if following > event.position else event.position - 1
        resumable.append(event._replace(cursor=FeedCursor(min(told, begins - 1), told)))
        begins = min(begins, event.first_position)
        following = event.position
    resumable.reverse()
    return resumable


def _uuid(key: UUID | str) -> UUID:
    """Parse an id, which SQLite returns as text."""
    return key if isinstance(key, UUID) else UUID(key)

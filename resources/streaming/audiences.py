"""Who hears what of changes: one question for all who listen alike."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, override
from uuid import UUID

from resources.byte_cache import kept
from resources.sealing import unsealed_document
from resources.streaming.disclosure import deciding_columns, shown_columns
from resources.streaming.hanging import hung, past_of, tables_at
from resources.streaming.questions import ASKERS_BYTES, looks, sight

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from resources.actors import Actor, ActorKind
    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.streaming.disclosure import ShownColumns
    from resources.streaming.hanging import Hung
    from resources.streaming.questions import Asker, Question, Table
    from resources.streaming.stretches import Stretch

LONGEST_CURSOR = 40

type Seen = Mapping[UUID, Mapping[Asker, str]]
"""The records that can be seen: by whom, and the document where that depends on whom."""
type SeenEver = Mapping[UUID, Mapping[Asker, Collection[str]]]
"""The same of several moments, with all documents there were."""


class Cursor(NamedTuple):
    """Where to go on from: read after `place`, and tell only what is after `told`.

    The two differ between events of records that were changed several times. On the wire it is one
    number, or both as `4~6`; clients take it as it is.
    """

    place: int
    told: int

    @override
    def __str__(self) -> str:
        """Write the cursor for a client."""
        return str(self.place) if self.place == self.told else f"{self.place}~{self.told}"


NOWHERE = Cursor(-1, -1)


def read_cursor(text: str) -> Cursor | None:
    """Read a client's cursor; None where there is none, `NOWHERE` for text that is no cursor.

    The log has nothing at `NOWHERE`: whoever wants to go on from there has to fetch anew.
    """
    if not text:
        return None
    place, tilde, told = text.partition("~")
    told = told if tilde else place
    if len(text) > LONGEST_CURSOR or not (text.isascii() and place.isdigit() and told.isdigit()):
        return NOWHERE
    return Cursor(int(place), int(told))


class Verb(StrEnum):
    """What an event says of a record, as the subscriber sees it."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ENTER = "enter"
    LEAVE = "leave"


class Event(NamedTuple):
    """One record's event; `document` is its JSON, empty when there is none to see.

    `place` is that of the record's last change, `cursor` where to go on from after the event;
    `first` is the place of the first change that it tells of.
    """

    place: int
    verb: Verb
    record_id: UUID
    document: str
    first: int
    cursor: Cursor = NOWHERE


@dataclass(frozen=True)
class Audience:
    """All subscribers of one kind who ask the same of one resource.

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

    def asker(self, actor: Actor) -> Asker:
        """Give the actor's id if it makes a difference to what is heard, else None."""
        return actor.id if self.sight.is_personal else None

    @cached_property
    def sight(self) -> Question:
        """Give the question which records can be seen."""
        return sight(self.resource, self.kind, self.verb, self.query)

    @cached_property
    def shown(self) -> ShownColumns:
        """Return the columns whose edits are told; `certain` has those of rule and filter, too."""
        shown = shown_columns(self.resource, self.kind, self.query.selection)
        deciding = deciding_columns(self.resource, self.kind, self.verb, self.query)
        return shown._replace(certain=shown.certain | deciding)


def events_for(
    audience: Audience, askers: tuple[Asker, ...], stretch: Stretch
) -> Mapping[Asker, Sequence[Event]]:
    """Give what those of an audience hear of a stretch of the feed, in order.

    Each hears of a record that is there for them now, or was before, and of no other; of an edit
    only if it was of something that they may read. Raises TooManyError when too many records come
    or go at once.
    """
    places, hanging = stretch.places(audience.resource), hung(audience, stretch)
    if hanging:
        places = _with_hung(places, hanging)
    elif audience.owner and audience.owner[1] not in stretch.values(
        audience.resource, audience.owner[0]
    ):
        return {}
    if audience.only:
        places = {audience.only: places[audience.only]} if audience.only in places else {}
    if not places:
        return {}
    now = _seen(audience, askers, places)
    then, ever = _seen_before(audience, askers, places, stretch)
    return _Told(audience, stretch, now, then, ever).events(places)


@dataclass(frozen=True)
class _Told:
    """What is seen now, was seen before the stretch, and was seen ever since, as events."""

    audience: Audience
    stretch: Stretch
    now: Seen
    then: Seen
    ever: SeenEver

    def events(self, places: Mapping[UUID, int]) -> Mapping[Asker, Sequence[Event]]:
        firsts = self.stretch.firsts(self.audience.resource)
        created = self.stretch.created(self.audience.resource)
        deleted = self.stretch.deleted(self.audience.resource)
        documents = self._documents()
        heard: dict[Asker, list[Event]] = defaultdict(list)
        for key, place in places.items():
            first = firsts.get(key, place)
            now, then = self.now.get(key, {}), self.then.get(key, {})
            fresh = Verb.CREATE if key in created else Verb.ENTER
            shown = {
                verb: Event(place, verb, key, documents.get(key, ""), first)
                for verb in (fresh, Verb.UPDATE)
            }
            gone = Event(place, Verb.DELETE if key in deleted else Verb.LEAVE, key, "", first)
            updated = self._updated(key)
            for asker, own in now.items():
                verb = Verb.UPDATE if asker in then else fresh
                if verb is fresh or asker in updated:
                    event = shown[verb]
                    heard[asker].append(event._replace(document=own) if own else event)
            # Whoever looked in between may have seen what was not there before and is not now.
            for asker in self.ever.get(key, {}).keys() - now.keys():
                heard[asker].append(gone)
        return _shared(heard)

    def _updated(self, key: UUID) -> Collection[Asker]:
        """Return who can see, of those who could see the record before, that it was edited."""
        now, ever, shown = self.now.get(key, {}), self.ever.get(key, {}), self.audience.shown
        edited = self.stretch.edited(self.audience.resource).get(key, frozenset())
        if not edited.isdisjoint(shown.certain):
            return now.keys()
        if edited.isdisjoint(shown.possible):
            return ()
        return {asker for asker in now if shown.differ(ever.get(asker, ()), now[asker])}

    def _documents(self) -> Mapping[UUID, str]:
        chosen = self.audience.query.selection
        question = looks(self.audience.resource, self.audience.kind, chosen)
        if question.is_personal or not self.now:
            return {}
        rows = question.answers({"ids": self.now.keys()})
        return {_uuid(key): unsealed_document(document) for key, document in rows}


def _with_hung(places: Mapping[UUID, int], hanging: Hung) -> Mapping[UUID, int]:
    everything = dict.fromkeys(hanging.ids, hanging.places[1])
    everything.update(places)
    return dict(sorted(everything.items(), key=lambda item: item[1]))


def _seen_before(
    audience: Audience, askers: tuple[Asker, ...], ids: Iterable[UUID], stretch: Stretch
) -> tuple[Seen, SeenEver]:
    """Give what could be seen before the stretch, and before any of its changes."""
    ever: dict[UUID, dict[Asker, set[str]]] = {}
    then: dict[UUID, dict[Asker, str]] = {}
    for moment, tables in enumerate(_moments(audience, stretch)):
        for key, asker, document in _sightings(audience, askers, ids, tables) if tables else ():
            ever.setdefault(key, {}).setdefault(asker, set()).add(document)
            if not moment:
                then.setdefault(key, {})[asker] = document
    return then, ever


def _moments(audience: Audience, stretch: Stretch) -> Sequence[Sequence[Table]]:
    """Give the tables that the question has to be asked about instead of the present ones."""
    hanging, resource = hung(audience, stretch), audience.resource
    if hanging:
        return hanging.moments
    if stretch.past(resource).first and audience.sight.looks_around:
        return tables_at({resource: past_of(resource, stretch)})
    return stretch.past(resource).tables


def _seen(audience: Audience, askers: tuple[Asker, ...], ids: Iterable[UUID]) -> Seen:
    seen: dict[UUID, dict[Asker, str]] = defaultdict(dict)
    for key, asker, document in _sightings(audience, askers, ids):
        seen[key][asker] = document
    return seen


def _sightings(
    audience: Audience,
    askers: tuple[Asker, ...],
    ids: Iterable[UUID],
    tables: Sequence[Table] = (),
) -> Iterator[tuple[UUID, Asker, str]]:
    """Yield each record that can be seen, by whom, and the document where it depends on whom."""
    question = audience.sight
    values = audience.query.values() | {"ids": ids}
    named = _named(askers)
    for row in question.answers(values, askers, tables):
        asker, key, *document = row if question.is_personal else (None, *row)
        shown = unsealed_document(document[0]) if document else ""
        yield _uuid(key), named.get(asker, asker), shown


@kept(ASKERS_BYTES, lambda askers: 200 * len(askers))
def _named(askers: tuple[Asker, ...]) -> Mapping[Any, Asker]:
    """Give askers by the text of their ids, which is what SQLite answers."""
    return {str(asker): asker for asker in askers}


def _shared(heard: Mapping[Asker, Sequence[Event]]) -> Mapping[Asker, Sequence[Event]]:
    """Give those who hear the same the very same events, so that they are written once."""
    alike: dict[tuple[int, ...], Sequence[Event]] = {}
    for events in heard.values():
        same = tuple(map(id, events))
        if same not in alike:
            alike[same] = _resumable(events)
    return {asker: alike[tuple(map(id, events))] for asker, events in heard.items()}


def _resumable(events: Sequence[Event]) -> Sequence[Event]:
    """Give each event the cursor with which nothing is lost or told twice if the next is cut off.

    What is still to be told begins at the first change of its record; until then all has to be
    read again, of which this much was told already.
    """
    resumable: list[Event] = []
    begins = following = events[-1].place + 1
    for event in reversed(events):
        told = event.place if following > event.place else event.place - 1
        resumable.append(event._replace(cursor=Cursor(min(told, begins - 1), told)))
        begins = min(begins, event.first)
        following = event.place
    resumable.reverse()
    return resumable


def _uuid(key: Any) -> UUID:
    """Read an id, of which SQLite gives the text."""
    return key if isinstance(key, UUID) else UUID(key)

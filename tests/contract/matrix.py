"""Everything that everyone could try to see, by every access path, and what the oracle says."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson

from realtime.topics import audience_of
from resources import registry
from resources.errors import Problem
from resources.http.exchange import Exchange
from resources.http.pipeline import READ, answer_of
from resources.http.request import Request
from resources.query.back_relations import back_relation, back_relations
from resources.visibility.audiences import Verb, events_for
from resources.visibility.change_batch import ChangeBatch
from tests.cells import shared
from tests.contract.oracle import (
    cards,
    collections,
    community,
    conversation,
    moderation,
    notifications,
    users,
)
from tests.contract.world import WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.json_text import JsonObject
    from resources.query.back_relations import BackRelation
    from resources.visibility.audiences import Audience
    from tests.contract.oracle.words import Oracle, Says, Who
    from tests.contract.world import World

ORACLES: Mapping[str, Oracle] = {
    **cards.ORACLES,
    **collections.ORACLES,
    **community.ORACLES,
    **conversation.ORACLES,
    **moderation.ORACLES,
    **notifications.ORACLES,
    **users.ORACLES,
}
HISTORIES = ("card-versions", "template-versions")
GONE = (Verb.LEAVE, Verb.DELETE)

type Answers = tuple[int, Any]


class Try(NamedTuple):
    """One thing that somebody could see, or not: what the oracle says, and what came."""

    access: str
    resource: str
    who: str
    what: str
    may: bool
    saw: bool

    @property
    def holds(self) -> bool:
        """Tell whether they agree."""
        return self.may is self.saw


@dataclass(frozen=True)
class Matrix:
    """The tries of one resource."""

    world: World
    resource: Resource

    @property
    def name(self) -> str:
        """Return the resource's name."""
        return self.resource.name

    @property
    def oracle(self) -> Oracle:
        """Return what is to be said of the resource."""
        return ORACLES[self.name]

    def tries(self, everyone: Iterable[tuple[Who, Actor]]) -> Iterator[Try]:
        """Try every access path as everyone who is named."""
        rows = list(self.world.rows[self.name])
        for who, actor in everyone:
            for access in ACCESS_PATHS:
                yield from access(self, rows, who, actor)

    def seen(
        self, access: str, who: Who, what: str, may: Iterable[Any], saw: set[str], rows: list[Any]
    ) -> Iterator[Try]:
        """Compare which rows may be seen with those that were."""
        allowed = {str(row.pk) for row in may}
        for key in {str(row.pk) for row in rows} | saw:
            yield Try(access, self.name, who.name, f"{what} {key}", key in allowed, key in saw)

    def listed(self, who: Who, rows: list[object]) -> list[Any]:
        """Return the rows that a list which names nothing may show."""
        return [row for row in rows if self.oracle.listed(who, row)]

    def read_list(self, actor: Actor, **asked: str) -> JsonObject:
        """Return the answer to a list, empty where nothing at all is answered."""
        status, answer = read(self.resource, actor, None, {"limit": "100", **asked})
        assert status in (200, 401, 403), answer
        return answer if status == 200 else {"results": [], "count": 0, "next": None}

    def relations(self) -> Iterator[tuple[str, Resource]]:
        """Yield the relations that can be filtered by, with their targets."""
        for name in (*self.resource.filters, *self.resource.scans):
            if self.resource.column(name).is_relation:
                yield name, registry.resource_of(self.resource.target(name))


def read(
    resource: Resource, actor: Actor, record_id: str | None, asked: Mapping[str, str]
) -> Answers:
    """Read as whoever has signed in does, by either path; returns status and JSON."""
    request = Request(resource, "GET", "/api/v1/x", record_id or "", query_string=urlencode(asked))
    answer = answer_of(READ, Exchange(request, lambda _header: actor))
    return answer.status, orjson.loads(answer.body)


def ids(answer: Any) -> set[str]:
    """Return the ids of a list's records."""
    return {record["id"] for record in answer["results"]}


def views(matrix: Matrix, rows: list[Any], who: Who, actor: Actor) -> Iterator[Try]:
    """View each record with all that can be expanded, and look for fields that are not for all."""
    back = [f"{one.name}:limit(100)" for one in back_relations(matrix.resource)]
    named = [*matrix.resource.expand, *back]
    expand = {"expand": ",".join(named)} if named else {}
    for row in rows:
        status, record = read(matrix.resource, actor, str(row.pk), expand)
        may = matrix.oracle.viewed(who, row)
        yield Try("view", matrix.name, who.name, str(row.pk), may, status == 200)
        if may and status == 200:
            for name in matrix.oracle.readable.keys() & vars_of(row).keys():
                reads = matrix.oracle.readable[name](who, row)
                yield Try("fields", matrix.name, who.name, name, reads, record[name] is not None)
            yield from _expanded(matrix, row, who, record.get("expand", {}))


def vars_of(row: Any) -> JsonObject:
    """Return the fields of a row that hold something."""
    return {
        field.name: value
        for field in row._meta.concrete_fields
        if (value := field.value_from_object(row)) is not None
    }


def _expanded(matrix: Matrix, row: Any, who: Who, expanded: Mapping[str, object]) -> Iterator[Try]:
    for name, shown in expanded.items():
        back = back_relation(name)
        if back:
            yield from _looked_back(matrix, row, who, back, shown)
            continue
        target = getattr(row, name)
        oracle = ORACLES[registry.resource_of(matrix.resource.target(name)).name]
        reads = matrix.oracle.readable.get(name, always)(who, row)
        may = target is not None and reads and oracle.viewed(who, target)
        yield Try("expand", matrix.name, who.name, f"{row.pk} {name}", may, shown is not None)


def _looked_back(
    matrix: Matrix, row: Any, who: Who, back: BackRelation, shown: Any
) -> Iterator[Try]:
    """Compare the records that point at a row with those of a list that names the row."""
    oracle, column = ORACLES[back.source.name], back.column.attname
    says: Says = oracle.named.get(back.relation, oracle.listed)
    readable = oracle.readable.get(back.relation, always)
    pointing = [each for each in matrix.world.rows[back.source.name] if pointed(each, column, row)]
    may = [each for each in pointing if says(who, each) and readable(who, each)]
    assert shown["has_more"] is False, back.name
    what = f"{row.pk} {back.name}"
    yield from matrix.seen("expand back", who, what, may, ids(shown), pointing)


def pointed(other: Any, column: str, row: Any) -> bool:
    return bool(getattr(other, column) == row.pk)


def always(_who: Who, _row: object) -> bool:
    return True


def lists(matrix: Matrix, rows: list[object], who: Who, actor: Actor) -> Iterator[Try]:
    """List everything in every order, count it, and walk through it in small pages."""
    may = matrix.listed(who, rows)
    answer = matrix.read_list(actor, count="exact")
    yield from matrix.seen("list", who, "", may, ids(answer), rows)
    is_right = answer["count"] == len(may)
    yield Try("count", matrix.name, who.name, f"{answer['count']}", True, is_right)
    for sort in matrix.resource.ordering:
        shown = ids(matrix.read_list(actor, sort=sort))
        yield from matrix.seen("sort", who, sort, may, shown, rows)
    yield from matrix.seen("cursor", who, "", may, set(_walked(matrix, actor)), rows)


def _walked(matrix: Matrix, actor: Actor) -> Iterator[str]:
    asked = {"limit": "7"}
    while asked:
        page = matrix.read_list(actor, **asked)
        yield from ids(page)
        following = urlsplit(page["next"] or "").query
        cursor = following.rpartition("cursor=")[2]
        asked = {"limit": "7", "cursor": cursor} if following else {}


def searches(matrix: Matrix, rows: list[object], who: Who, actor: Actor) -> Iterator[Try]:
    """Search for what every text says."""
    if matrix.resource.search:
        shown = ids(matrix.read_list(actor, search=WORD))
        yield from matrix.seen("search", who, "", matrix.listed(who, rows), shown, rows)


def filters(matrix: Matrix, rows: list[object], who: Who, actor: Actor) -> Iterator[Try]:
    """Filter by what relations lead to, there and back."""
    for name, target in matrix.relations():
        oracle = ORACLES[target.name]
        may = [
            row
            for row in matrix.listed(who, rows)
            if (other := getattr(row, name)) is not None
            and oracle.viewed(who, other)
            and matrix.oracle.readable.get(name, always)(who, row)
        ]
        shown = ids(matrix.read_list(actor, filter=f'{name}.id!=""'))
        yield from matrix.seen("filter", who, f"{name}.id", may, shown, rows)
    for source, name in pointing_at(matrix.resource):
        oracle = ORACLES[source.name]
        column = source.column(name).attname
        pointed = {
            getattr(other, column)
            for other in matrix.world.rows[source.name]
            if oracle.listed(who, other) and oracle.readable.get(name, always)(who, other)
        }
        may = [row for row in matrix.listed(who, rows) if row.pk in pointed]
        head = f"{source.name.replace('-', '_')}_via_{name}"
        shown = ids(matrix.read_list(actor, filter=f'{head}.id?!=""'))
        yield from matrix.seen("back-relation", who, head, may, shown, rows)


def pointing_at(resource: Resource) -> Iterator[tuple[Resource, str]]:
    """Yield the relations that a filter can look back by."""
    for source in registry.all_resources():
        for name in (*source.filters, *source.scans):
            can_be_spelled = "/" not in source.name
            if can_be_spelled and source.column(name).related_model is resource.model:
                yield source, name


def names(matrix: Matrix, rows: list[object], who: Who, actor: Actor) -> Iterator[Try]:
    """List what belongs to one record, by naming it: on request and live."""
    for name, target in matrix.relations():
        column = matrix.resource.column(name).attname
        says: Says = matrix.oracle.named.get(name, matrix.oracle.listed)
        readable = matrix.oracle.readable.get(name, always)
        for key in {getattr(row, column) for row in rows} - {None}:
            mine = [row for row in rows if getattr(row, column) == key]
            may = [row for row in mine if says(who, row) and readable(who, row)]
            shown = ids(matrix.read_list(actor, **{name: str(key)}))
            access = "history" if matrix.name in HISTORIES else "named"
            yield from matrix.seen(access, who, name, may, shown, mine)
            topic, asked = matrix.name, {"filter": f'{name}="{key}"'}
            if name in matrix.resource.topics:
                topic, asked = f"{target.name}/{key}/{matrix.name}", {}
            heard = hears(actor, topic, asked, rows)
            yield from matrix.seen("live, named", who, topic, may, heard, mine)


def live(matrix: Matrix, rows: list[Any], who: Who, actor: Actor) -> Iterator[Try]:
    """Hear of everything that has happened, and listen to each record."""
    audience = _audience(actor, matrix.name, {})
    heard: set[str] = set()
    if audience is not None:
        subscriber, batch = audience.subscriber_id(actor), settled_batch(matrix.world, matrix.name)
        told = events_for(audience, (subscriber,), batch).get(subscriber)
        heard = {str(event.record_id) for event in told or () if event.verb not in GONE}
    yield from matrix.seen("live", who, "", matrix.listed(who, rows), heard, rows)
    may = [row for row in rows if matrix.oracle.viewed(who, row)]
    seen = hears(actor, f"{matrix.name}/{rows[0].pk}", {}, rows)
    yield from matrix.seen("live, one record", who, "", may, seen, rows)


def settled_batch(world: World, name: str = "") -> ChangeBatch:
    """Return all changes, those of blocks and mutes only if asked: they have lists start over."""
    left_out = {"blocks", "mutes"} - {name}
    return ChangeBatch([each for each in world.log if each.resource not in left_out])


def _audience(actor: Actor, topic: str, asked: Mapping[str, str]) -> Audience | None:
    try:
        return audience_of(topic, actor, asked)
    except Problem as problem:
        if problem.status not in (401, 403):
            raise
        return None


def hears(actor: Actor, topic: str, asked: Mapping[str, str], rows: list[Any]) -> set[str]:
    """Return the ids of the rows that a subscriber would hear of."""
    audience = _audience(actor, topic, asked)
    if audience is None:
        return set()
    values = audience.query.values() | {"ids": [row.pk for row in rows]}
    question = audience.visible_ids
    answers = question.rows(values, (audience.subscriber_id(actor),))
    return {str(answer[1] if question.is_personal else answer[0]) for answer in answers}


ACCESS_PATHS = (views, lists, searches, filters, names, live)


def all_tries(world: World) -> list[Try]:
    """Try everything; each resource as those whom this half of the suite tries it as."""
    return [
        each
        for turn, resource in enumerate(registry.all_resources())
        for each in Matrix(world, resource).tries(shared(world.everyone, turn, every=3))
    ]


def summary(tries: Iterable[Try]) -> str:
    """Return a line for each access: held / tried."""
    by_access: dict[str, Counter[bool]] = defaultdict(Counter)
    for each in tries:
        by_access[each.access][each.holds] += 1
    lines = [f"{access:18}{n[True]:6} / {n.total():6}" for access, n in sorted(by_access.items())]
    held = sum(n[True] for n in by_access.values())
    tried = sum(n.total() for n in by_access.values())
    return "\n".join([*lines, f"{'all':18}{held:6} / {tried:6}"])

"""Every file that everyone could try to fetch, by every road, and what the oracle says.

Which fields hold files is found in the models, not in the registry of what shows them, and who may
see a file is said by the oracle of the record that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import orjson
from django.test import RequestFactory

from cards.share.views import card_page, card_picture
from files.access.signatures import WINDOW_SECONDS, signed_address
from files.columns import AlbumColumn
from files.keys import key_of
from files.models import File
from files.views import stored_file
from realtime.topics import audience_of
from resources import changes, registry
from resources.actors import SYSTEM
from resources.errors import Problem
from resources.query.back_relations import back_relations
from resources.visibility.audiences import events_for
from tests.cells import shared
from tests.contract.matrix import ORACLES, Try, always, read, settled_batch
from tests.contract.oracle.words import Who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.types import ModelField
    from tests.client import Response
    from tests.contract.world import World

type Road = Callable[[Files], Iterator[Try]]

FILES = "/files/"
OMITTED = "carol"
"""Whom bob stands for: another member."""
FETCHED, HIDDEN = 304, 404
NOBODY = Who("anonymous", None)


class Shown(NamedTuple):
    """A file, and the one record and field that show it."""

    file: File
    resource: Resource
    row: Any
    field: str

    def may_see(self, who: Who) -> bool:
        """Return what the oracle says."""
        oracle = ORACLES[self.resource.name]
        return oracle.viewed(who, self.row) and oracle.readable.get(self.field, always)(
            who, self.row
        )


def file_fields(resource: Resource) -> Iterator[ModelField]:
    """Yield the fields of a resource that hold files."""
    for column in resource.model._meta.concrete_fields:
        if column.name in resource.fields and (
            column.related_model is File or isinstance(column, AlbumColumn)
        ):
            yield column


def new_file(owner: Any = None) -> File:
    """Make a file's row; nobody gets as far as to its bytes here."""
    file_id = uuid4()
    digest = (file_id.bytes * 2).hex()
    return File.objects.create(
        id=file_id,
        owner=owner,
        key=key_of("pictures", digest, file_id, "png"),
        digest=digest,
        content_type="image/png",
        size=1,
        width=40,
        height=30,
    )


def illustrated(world: World) -> list[Shown]:
    """Put a file of its own into every file field of every record of the world."""
    shown = []
    for resource in registry.all_resources():
        for column in file_fields(resource):
            for row in world.rows[resource.name]:
                file = new_file()
                value = [str(file.pk)] if isinstance(column, AlbumColumn) else file
                changes.update(row, by=SYSTEM, **{column.name: value})
                shown.append(Shown(file, resource, row, column.name))
    return shown


def fetch(address: str, authorization: str = "") -> bool:
    """Ask for an address, and return whether the file would be sent if it were not known."""
    headers = {"If-None-Match": "*", **({"Authorization": authorization} if authorization else {})}
    path, _question, query = address.partition("?")
    request = RequestFactory().get(path, query_params=None, headers=headers, QUERY_STRING=query)
    status = stored_file(request, path.removeprefix(FILES)).status_code
    assert status in (FETCHED, HIDDEN), (address, status)
    return status == FETCHED


@dataclass(frozen=True)
class Files:
    """The tries of one who asks."""

    world: World
    shown: Sequence[Shown]
    who: Who
    actor: Actor
    authorization: str

    def tries(self, roads: Sequence[Road]) -> Iterator[Try]:
        """Try some roads."""
        for road in roads:
            yield from road(self)

    def said(self, road: str, each: Shown, saw: bool, may: bool | None = None) -> Try:
        """Compare what the oracle says of a file with what came."""
        allowed = each.may_see(self.who) if may is None else may
        what = f"{each.row.pk} {each.field}"
        return Try(road, each.resource.name, self.who.name, what, allowed, saw)


def plain(files: Files) -> Iterator[Try]:
    """Fetch each file by its plain address, and as a variant.

    What is public is so to whoever has its address, without being asked who it is.
    """
    for each in files.shown:
        address, may = f"{FILES}{each.file.key}", each.may_see(files.who) or each.may_see(NOBODY)
        yield files.said("direct", each, fetch(address, files.authorization), may)
    for each in files.shown[::3]:
        as_variant = f"{FILES}{each.file.key}?w=1760&format=png"
        may = each.may_see(files.who) or each.may_see(NOBODY)
        yield files.said("transform", each, fetch(as_variant, files.authorization), may)


def guessed(files: Files) -> Iterator[Try]:
    """Guess the name of what is there, in part."""
    for each in files.shown[::7]:
        folder, _slash, name = each.file.key.partition("/")
        for key in (f"{folder}/{'A' * 43}{name[43:]}", f"{folder}/{name[:44]}{'0' * 12}.png"):
            saw = fetch(f"{FILES}{key}", files.authorization)
            yield files.said("guessed name", each, saw, may=False)


def signed(files: Files) -> Iterator[Try]:
    """Alter a signed address, or use it for another file; what is public needs none."""
    other = files.shown[0].file.key
    for each in files.shown[::7]:
        address = signed_address(each.file.key)
        expires = address.partition("expires=")[2].partition("&")[0]
        altered = (
            f"{address[:-1]}{'A' if address[-1] != 'A' else 'E'}",
            address.replace(expires, str(int(expires) + WINDOW_SECONDS)),
            address.replace(expires, str(int(expires) - 3 * WINDOW_SECONDS)),
            signed_address(other).replace(other, each.file.key) if each.file.key != other else "",
        )
        for forged in filter(None, altered):
            yield files.said("forged", each, fetch(forged, files.authorization))


def records(files: Files) -> Iterator[Try]:
    """Read each record that shows a file, with all that can be expanded; fetch what it answers."""
    yield from read_of(files, {(each.resource, each.row.pk) for each in files.shown})


def expansions(files: Files) -> Iterator[Try]:
    """Read some records of all that can be expanded, and fetch what is in the answer."""
    rows = {
        (resource, row.pk)
        for resource in registry.all_resources()
        if resource.expand
        for row in files.world.rows[resource.name][:2]
    }
    yield from read_of(files, rows - {(each.resource, each.row.pk) for each in files.shown})


def read_of(files: Files, rows: Iterable[tuple[Resource, object]]) -> Iterator[Try]:
    """Read records with all that can be expanded, and fetch what is in the answers."""
    for resource, key in sorted(rows, key=str):
        back = [f"{one.name}:limit(100)" for one in back_relations(resource)]
        named = [*resource.expand, *back]
        asked = {"expand": ",".join(named)} if named else {}
        status, record = read(resource, files.actor, str(key), asked)
        answer = record if status == 200 else {}
        expanded = answer.pop("expand", {})
        own = [each for each in files.shown if (each.resource, each.row.pk) == (resource, key)]
        yield from answered(files, "record", answer, own)
        yield from answered(files, "expand", expanded)


def lists(files: Files) -> Iterator[Try]:
    """List everything."""
    for resource in {each.resource for each in files.shown}:
        status, page = read(resource, files.actor, None, {"limit": "100"})
        yield from answered(files, "list", page if status == 200 else {})


def live(files: Files) -> Iterator[Try]:
    """Hear of everything that has happened, as whoever listens to all of a resource does."""
    batch = settled_batch(files.world)
    for resource in {each.resource for each in files.shown}:
        own = [each for each in files.shown if each.resource is resource]
        listed = [each for each in own if ORACLES[resource.name].listed(files.who, each.row)]
        try:
            audience = audience_of(resource.name, files.actor, {})
        except Problem as problem:
            if problem.status not in (401, 403):
                raise
            continue
        subscriber = audience.subscriber_id(files.actor)
        heard = events_for(audience, (subscriber,), batch).get(subscriber) or ()
        documents = [orjson.loads(event.document) for event in heard if event.document]
        yield from answered(files, "realtime", documents, listed)


def shared_pages(files: Files) -> Iterator[Try]:
    """Open the page that a card is shared by, and its picture: they show what everyone may see."""
    request = RequestFactory().get("/", headers={"Authorization": files.authorization})
    for each in files.shown:
        if (each.resource.name, each.field) != ("cards", "front"):
            continue
        may = each.may_see(NOBODY)
        page = card_page(request, each.row.pk).status_code
        # Of an old address: it leads on to the one of today, for which nothing has to be drawn.
        picture = card_picture(request, each.row.pk, "old").status_code
        assert {page, picture} <= {HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND}
        yield files.said("share page", each, page == HTTPStatus.OK, may)
        yield files.said("share picture", each, picture == HTTPStatus.FOUND, may)


def answered(files: Files, road: str, answer: Any, expected: Sequence[Shown] = ()) -> Iterator[Try]:
    """Compare the files in an answer: each address opens for whoever has it."""
    by_key = {each.file.key: each for each in files.shown}
    addresses = {key_in(address): address for address in addresses_in(answer)}
    # Where some files alone are tried, an answer may hold others.
    for key in (addresses.keys() | {each.file.key for each in expected}) & by_key.keys():
        saw = key in addresses and fetch(addresses[key])
        yield files.said(road, by_key[key], saw)


def key_in(address: str) -> str:
    """Return the key that an address leads to."""
    return address.partition("?")[0].removeprefix(FILES)


def addresses_in(answer: Response) -> Iterator[str]:
    """Yield the addresses of files in JSON, however deep."""
    if isinstance(answer, dict):
        if isinstance(answer.get("url"), str) and "content_type" in answer:
            yield answer["url"]
        for value in answer.values():
            yield from addresses_in(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from addresses_in(value)


TOLD = (plain, guessed, signed, records, lists, live, shared_pages)


def ones_tries(
    world: World, one: tuple[Who, Actor], shown: Sequence[Shown], roads: Sequence[Road]
) -> Iterator[Try]:
    """Try what is shown as one of the world."""
    who, actor = one
    if who.name != OMITTED:
        authorization = world.people[who.name].authorization
        yield from Files(world, shown, who, actor, authorization).tries(roads)


def everyones_tries(world: World, shown: Sequence[Shown], roads: Sequence[Road]) -> list[Try]:
    """Try what is shown as everyone."""
    return [each for one in world.everyone for each in ones_tries(world, one, shown, roads)]


def shared_tries(world: World, shown: Sequence[Shown]) -> Iterator[Try]:
    """Try everything; the files of a resource as those whom this half of the suite tries it as."""
    resources = sorted({each.resource for each in shown}, key=str)
    tried = {resource: shared(world.everyone, turn) for turn, resource in enumerate(resources)}
    for one in world.everyone:
        ones = [each for each in shown if one in tried[each.resource]]
        yield from ones_tries(world, one, ones, TOLD) if ones else ()
    for one in shared(world.everyone, turn=1):
        yield from ones_tries(world, one, shown, (expansions,))


def key_tries(world: World, shown: Sequence[Shown]) -> Iterator[Try]:
    """Fetch everything as alice's keys, each for reading one resource that shows files."""
    alice = world.people["alice"]
    herself = Who("alice", alice.actor.id)
    resources = sorted({each.resource for each in shown}, key=str)
    for turn, resource in enumerate(resources):
        scopes = [f"{resource}:read"]
        secret = alice.creates("auth/api-keys", name="Bot", scopes=scopes)["secret"]
        tried = shared(resources, turn)
        for each in (each for each in shown if each.resource in tried):
            opens = each.resource is resource and each.may_see(herself)
            may = opens or each.may_see(NOBODY)
            saw = fetch(f"{FILES}{each.file.key}", f"Bearer {secret}")
            yield Try("key", each.resource.name, "alice", f"{resource} {each.field}", may, saw)


def other_tries(world: World) -> Iterator[Try]:
    """Fetch a file that no record shows, which is alice's."""
    alice = world.people["alice"]
    file = new_file(alice.user)
    for who, _actor in world.everyone:
        saw = fetch(f"{FILES}{file.key}", world.people[who.name].authorization)
        yield Try("unused", "files", who.name, file.key, who.name == "alice", saw)


def all_file_tries(world: World, shown: Sequence[Shown]) -> list[Try]:
    """Try all of it."""
    return [*shared_tries(world, shown), *key_tries(world, shown), *other_tries(world)]

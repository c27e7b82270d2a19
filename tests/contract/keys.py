"""What a key for one resource could try to see of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtime.topics import audience_of
from resources import registry
from resources.errors import Problem
from resources.query.back_relations import back_relations
from tests.cells import spread
from tests.contract.matrix import Matrix, Try, ids, pointing_at, read
from tests.contract.oracle.words import Who
from users.tokens import actor_of_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.actors import Actor
    from resources.declaration import Resource
    from tests.contract.world import World


def key_tries(world: World) -> Iterator[Try]:
    """Ask as alice's keys, each for reading one resource."""
    alice = world.people["alice"]
    for turn, resource in enumerate(registry.all_resources()):
        scopes = [f"{resource}:read"]
        key = alice.creates("auth/api-keys", name="Bot", scopes=scopes)["secret"]
        actor = actor_of_token(key)
        yield from _own(world, resource, actor)
        yield from _others(resource, actor, turn)
        yield from _through(resource, actor)


def _own(world: World, resource: Resource, key: Actor) -> Iterator[Try]:
    """What the key is for it sees as its owner does."""
    matrix = Matrix(world, resource)
    known = {row.pk: row for row in world.rows[resource.name]}
    rows = [known.get(row.pk, row) for row in resource.model._default_manager.all()]
    who = Who("alice", key.id)
    status, answer = read(resource, key, None, {"limit": "100"})
    found = ids(answer) if status == 200 else set()
    yield from matrix.seen("key", who, "", matrix.listed(who, rows), found, rows)


def _others(resource: Resource, key: Actor, turn: int) -> Iterator[Try]:
    """Other resources it can neither list nor listen to."""
    for other in spread(registry.all_resources(), turn):
        if other is not resource:
            status, _answer = read(other, key, None, {})
            yield Try("key", resource.name, "alice", f"lists {other}", False, status == 200)
            saw = _listens(other.name, key, {})
            yield Try("key", resource.name, "alice", f"hears {other}", False, saw)


def _through(resource: Resource, key: Actor) -> Iterator[Try]:
    """Nor does it see them by what leads to them from its own."""
    relations = [name for name in resource.expand if resource.target(name) is not resource.model]
    filtered = {*relations} & {*resource.filters, *resource.scans}
    asked = [{"expand": name} for name in relations]
    asked += [
        {"fields": f"viewer.{name}"}
        for name, rule in resource.viewer.items()
        if rule.models_read(resource.model) - {resource.model}
    ]
    asked += [{"filter": f'{name}.id!=""'} for name in sorted(filtered)]
    asked += [
        {"filter": f'{source.name.replace("-", "_")}_via_{name}.id?!=""'}
        for source, name in pointing_at(resource)
        if source is not resource
    ]
    asked += [
        {"expand": back.name} for back in back_relations(resource) if back.source is not resource
    ]
    for narrowed in asked:
        status, _answer = read(resource, key, None, narrowed)
        what = str(narrowed)
        yield Try("key", resource.name, "alice", what, False, status == 200)
        yield Try(
            "key", resource.name, "alice", what, False, _listens(resource.name, key, narrowed)
        )


def _listens(topic: str, key: Actor, asked: dict[str, str]) -> bool:
    try:
        audience_of(topic, key, asked)
    except Problem:
        return False
    return True

"""Everyone sees exactly what the oracle says, by every access path; a rule that is too wide shows.

It prints how many tries of each access have held.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cards.models import Card, CardVersion
from cards.resources import KEEPERS, REACHABLE
from collections_app.models import Collection, CollectionItem
from community.models import Message
from resources import registry
from resources.rules import ANYONE, SIGNED_IN, has_role, own, visible
from tests.contract.keys import key_tries
from tests.contract.matrix import ORACLES, Matrix, Try, all_tries, summary
from tests.contract.world import World, new_world
from tests.contract.writes import all_write_tries, everyone_who_writes, write_tries
from tests.redeclared import redeclared
from users.models import User
from users.resources.members import UserResource

if TYPE_CHECKING:
    from django.db.models import Model

    from resources.json_text import JsonObject
    from resources.rules import Rule


TOO_WIDE: list[tuple[type[Model], JsonObject, set[str]]] = [
    (
        CardVersion,
        {"list": visible("card", verb="view") & (REACHABLE | KEEPERS)},
        {"list", "sort", "cursor", "live"},
    ),
    (
        User,
        {"readers": {name: rule for name, rule in UserResource.readers.items() if name != "email"}},
        {"fields"},
    ),
    (Collection, {"view": ANYONE}, {"view", "live, one record"}),
]

WRITES_TOO_WIDE: list[tuple[type[Model], str, Rule]] = [
    (CollectionItem, "create", visible("collection")),
    (Card, "update", own("creator") | has_role("moderator")),
    (Message, "delete", SIGNED_IN),
]


@pytest.fixture
def world(db: None) -> World:
    return new_world()


def test_every_resource_is_in_the_oracle() -> None:
    assert set(ORACLES) == {resource.name for resource in registry.all_resources()}


def test_the_oracle_asks_no_rule() -> None:
    for source in (Path(__file__).parent / "oracle").glob("*.py"):
        assert "resources" not in source.read_text(), source.name


def test_everyone_sees_exactly_what_the_oracle_says(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tries = [*all_tries(world), *key_tries(world)]
    with capsys.disabled():
        sys.stdout.write(f"\n{summary(tries)}\n")
    assert wrong(tries) == []
    accesses = {each.access for each in tries}
    assert {each.access for each in tries if each.may} == accesses, "each shows something"
    assert {each.access for each in tries if not each.may} == accesses - {"count"}, (
        "and hides something"
    )


def test_everyone_writes_exactly_what_the_oracle_says(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tries = all_write_tries(world, everyone_who_writes(world))
    with capsys.disabled():
        sys.stdout.write(f"\n{summary(tries)}\n")
    assert wrong(tries) == []
    accesses = {each.access for each in tries}
    assert {each.access for each in tries if each.may} == accesses, "each writes something"
    assert {each.access for each in tries if not each.may} == accesses, "and refuses something"


@pytest.mark.embedded
def test_three_write_rules_that_are_too_wide_are_found(world: World) -> None:
    everyone = everyone_who_writes(world)
    for model, verb, rule in WRITES_TOO_WIDE:
        resource = registry.resource_of(model)
        with redeclared(resource, **{verb: rule}):
            found = wrong(write_tries(world, everyone, resource))
        assert {each.access for each in found} == {verb, f"{verb} in a batch"}, resource
        assert all(each.saw and not each.may for each in found), resource


@pytest.mark.embedded
def test_three_rules_that_are_too_wide_are_found(world: World) -> None:
    for model, declared, accesses in TOO_WIDE:
        resource = registry.resource_of(model)
        with redeclared(resource, **declared):
            tries = list(Matrix(world, resource).tries(world.everyone))
        found = [each for each in wrong(tries) if each.access != "count"]
        assert accesses <= {each.access for each in found}, resource
        assert all(each.saw and not each.may for each in found), resource


def wrong(tries: list[Try]) -> list[Try]:
    return [each for each in tries if not each.holds]

"""A file answers if and only if the record that shows it does, to everyone and by every road.

It prints how many tries of each road have held.
"""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import orjson
import pytest

from cards.models import Card, CardVersion
from cards.resources import MINE, MODERATORS, PUBLISHED, REACHABLE
from files.access import fetching
from files.models import File
from resources import registry
from resources.actors import Actor
from resources.rules import ANYONE, visible
from templates_app.models import Template
from templates_app.resources import TemplateResource
from tests.contract.files import (
    all_file_tries,
    everyones_tries,
    illustrated,
    key_tries,
    new_file,
    plain,
    records,
    signed,
)
from tests.contract.matrix import Try, summary
from tests.contract.world import World, new_world
from tests.redeclared import redeclared
from users.services.archives import write_archive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from resources.json_text import JsonObject
    from tests.contract.files import Shown

TOO_WIDE: list[tuple[type[Model], JsonObject]] = [
    (Card, {"view": PUBLISHED | MINE | MODERATORS}),
    (CardVersion, {"view": ANYONE}),
    (
        Template,
        {
            "readers": {
                name: rule
                for name, rule in TemplateResource.readers.items()
                if name != "pending_preview"
            }
        },
    ),
]
TOO_NARROW: list[tuple[type[Model], JsonObject]] = [
    (CardVersion, {"view": visible("card") & REACHABLE}),
]


@pytest.fixture
def world(db: None) -> World:
    return new_world()


@pytest.fixture
def shown(world: World) -> Sequence[Shown]:
    return illustrated(world)


def wrong(tries: Sequence[Try]) -> list[Try]:
    return [each for each in tries if not each.holds]


def test_everyone_fetches_exactly_what_the_oracle_says(
    world: World, shown: Sequence[Shown], capsys: pytest.CaptureFixture[str]
) -> None:
    tries = all_file_tries(world, shown)
    with capsys.disabled():
        sys.stdout.write(f"\n{summary(tries)}\n")
    assert wrong(tries) == []
    roads = {each.access for each in tries}
    assert {each.access for each in tries if each.may} == roads - {"guessed name"}
    assert {each.access for each in tries if not each.may} >= roads - {"list", "expand", "realtime"}
    shown_by = {(each.resource.name, each.field) for each in shown}
    assert len(shown_by) >= 14, shown_by


@pytest.mark.embedded
def test_rules_that_are_wrong_are_found(world: World, shown: Sequence[Shown]) -> None:
    for model, declared in (*TOO_WIDE, *TOO_NARROW):
        resource = registry.resource_of(model)
        of_resource = [each for each in shown if each.resource is resource]
        with redeclared(resource, **declared):
            found = wrong(everyones_tries(world, of_resource, (plain, records)))
        assert {"direct", "record"} <= {each.access for each in found}, declared
        is_wider = (model, declared) in TOO_WIDE
        assert all(each.saw is is_wider for each in found if each.access == "direct"), declared


@pytest.mark.embedded
def test_checks_that_are_left_out_are_found(
    world: World, shown: Sequence[Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Some of each field: the records of a resource are not in the same order in each run.
    some = sorted(shown, key=lambda each: (each.resource.name, each.field, each.row.pk))[::3]
    for broken, name, replacement in (
        (fetching, "may_anyone_fetch", lambda _file: True),
        (fetching, "expiry", lambda _key, query, _transform: int(query.get("expires", 0)) or None),
        (Actor, "has_scope", lambda *_asked: True),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(broken, name, replacement)
            tries = [
                *everyones_tries(world, some, (plain,)),
                *everyones_tries(world, shown, (signed,)),
                *key_tries(world, some),
            ]
        assert any(each.saw and not each.may for each in tries), name


def test_an_archive_holds_the_files_that_a_member_has_sent_and_no_address(world: World) -> None:
    alice = world.people["alice"]
    assert alice.user is not None
    own, others = new_file(alice.user), new_file(world.people["bob"].user)
    target = BytesIO()
    write_archive(alice.user, target)
    with ZipFile(target) as archive:
        listed = orjson.loads(archive.read("files.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert {each["id"] for each in listed} == {
        str(key) for key in File.objects.filter(owner=alice.user).values_list("pk", flat=True)
    }
    assert str(own.pk).encode() in everything
    assert str(others.pk).encode() not in everything
    assert b"signature=" not in everything

"""How much a member may store: by every road, exact, and given back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from files.models import File, Upload
from files.uploads.ending import sweep_expired_uploads
from resources import changes
from resources.actors import SYSTEM
from tests.files.drawings import drawn
from tests.files.uploads.tus import CHUNK_TYPE, PATH, Answer, Tus

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

PICTURE = drawn("PNG")


def quota_of(persona: Persona) -> Any:
    return persona.api.get("users/me/quota").json()


def sends(persona: Persona) -> Any:
    picture = SimpleUploadedFile("a.png", PICTURE)
    return persona.api.upload("cards", {"title": "Dragon", "front": picture})


def test_alice_sees_what_she_uses(alice: Persona, settings: Settings) -> None:
    settings.QUOTA_LEVELS = [(10_000, 3)]
    front = sends(alice).json()["front"]
    assert quota_of(alice) == {
        "used": front["size"],
        "limit": 10_000,
        "remaining": 10_000 - front["size"],
        "files": {"used": 1, "limit": 3, "remaining": 2},
    }


def test_anonymous_has_no_quota(anonymous: Persona) -> None:
    assert anonymous.api.get("users/me/quota").status_code == 401


@pytest.mark.parametrize("quota", [(1, 100), (10**6, 0)], ids=["bytes", "files"])
def test_a_form_beyond_the_quota_is_refused_by_field(
    alice: Persona, settings: Settings, quota: tuple[int, int]
) -> None:
    settings.QUOTA_LEVELS = [quota]
    refused = sends(alice)
    assert refused.status_code == 400
    errors = refused.json()["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [("front", "quota_exceeded")]
    assert not File.objects.exists()


def test_trust_and_roles_give_more(alice: Persona, moderator: Persona, settings: Settings) -> None:
    settings.QUOTA_LEVELS = [(10, 1), (20, 2)]
    settings.QUOTA_ROLES = {"moderator": (15, 5), "admin": None}
    limits = [
        (quota_of(each)["limit"], quota_of(each)["files"]["limit"]) for each in (alice, moderator)
    ]
    assert limits == [(10, 1), (15, 5)]
    assert alice.user is not None
    changes.update(alice.user, by=SYSTEM, trust_level=3)
    assert quota_of(alice)["limit"] == 20


def test_admins_have_no_limit(admin: Persona) -> None:
    assert quota_of(admin)["limit"] is None
    assert sends(admin).status_code == 201


def test_room_is_reserved_when_an_upload_begins_and_given_back(
    dana: Tus, settings: Settings
) -> None:
    settings.QUOTA_LEVELS = [(1000, 10)]
    place = dana.begins(600)
    assert quota_of(dana.persona)["used"] == 600
    refused = dana.creates(401)
    assert (refused.status, refused.code) == (413, "quota_exceeded")
    assert dana.creates(400).status == 201
    assert quota_of(dana.persona)["remaining"] == 0
    dana.asks("DELETE", place)
    assert quota_of(dana.persona)["used"] == 400
    later = timezone.now() - timedelta(seconds=1)
    Upload.objects.update(expires_at=later)
    assert sweep_expired_uploads() == 1
    assert quota_of(dana.persona)["used"] == 0


def test_of_uploads_that_begin_at_once_no_more_than_fit(dana: Tus, settings: Settings) -> None:
    settings.QUOTA_LEVELS = [(1000, 100)]

    async def one() -> Answer:
        request = dana.request("POST", PATH, upload_length="100")
        await request.send(b"", is_last=True)
        return await request.answer()

    async def all_at_once() -> list[Answer]:
        return await asyncio.gather(*(one() for _number in range(16)))

    statuses = [answer.status for answer in asyncio.run(all_at_once())]
    assert statuses.count(201) == 10
    assert statuses.count(413) == 6


def test_an_upload_of_unknown_length_takes_room_as_it_grows(dana: Tus, settings: Settings) -> None:
    settings.QUOTA_LEVELS = [(1000, 10)]
    place = dana.begins(None)

    async def go() -> Answer:
        request = dana.request("PATCH", place, upload_offset="0", content_type=CHUNK_TYPE)
        await request.send(b"x" * 1001, is_last=True)
        return await request.answer()

    refused = asyncio.run(go())
    assert (refused.status, refused.code) == (413, "quota_exceeded")
    assert dana.patches(place, 0, b"x" * 1000).offset == 1000


def test_a_finished_upload_counts_once(dana: Tus, settings: Settings) -> None:
    settings.QUOTA_LEVELS = [(2 * len(PICTURE), 1)]
    created = dana.creates(len(PICTURE), PICTURE)
    assert created.status == 201
    assert quota_of(dana.persona)["files"]["used"] == 1
    assert quota_of(dana.persona)["used"] == File.objects.get().size

"""Changing one's username: the old one leads on, and nobody else gets it for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone

from resources import changes
from resources.actors import ANONYMOUS, SYSTEM
from resources.errors import Problem
from tests.client import Api
from users.models import FormerUsername
from users.services.accounts import register_member

if TYPE_CHECKING:
    from tests.personas import Persona


def renames(who: Persona, name: str) -> Any:
    return who.api.patch("users/me", {"username": name})


def test_a_former_name_leads_on_to_whoever_had_it(alice: Persona, bob: Persona) -> None:
    renamed = renames(alice, "Alicia")
    assert renamed.status_code == 200, renamed.content
    assert renamed.json()["username"] == "Alicia"
    assert Api().get("users/alicia").json()["id"] == alice.id
    moved = Api().get("users/ALICE", expand="x", fields="id")
    assert moved.status_code == 400, "what was asked for is checked first"
    moved = Api().get("users/ALICE", fields="id")
    assert moved.status_code == 308
    assert moved.headers["Location"] == "/api/v1/users/Alicia?fields=id"
    assert moved.headers["Cache-Control"] == "no-store", "some day it is somebody else's"
    assert moved.json()["code"] == "moved"
    alice.api.put(f"users/{bob.id}/block")
    assert bob.api.get("users/alice").status_code == 404, "a redirect would tell the new name"
    assert Api().get("users/nobody.at.all").status_code == 404


def test_nobody_else_takes_a_former_name_before_its_time(alice: Persona, bob: Persona) -> None:
    renames(alice, "Alicia")
    refused = renames(bob, "aLice")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "username")
    with pytest.raises(Problem, match="taken"), transaction.atomic():
        register_member(by=ANONYMOUS, email="new@example.com", username="alice")
    kept = FormerUsername.objects.get()
    changes.update(kept, by=SYSTEM, kept_until=timezone.now() - timedelta(seconds=1))
    assert Api().get("users/alice").status_code == 308, "as long as nobody has taken it"
    assert renames(bob, "aLice").json()["username"] == "aLice"
    assert Api().get("users/alice").json()["id"] == bob.id
    assert [name.username for name in FormerUsername.objects.all()] == ["bob"]


def test_one_can_go_back_but_not_change_all_the_time(alice: Persona) -> None:
    assert renames(alice, "ALICE").status_code == 200, "the same name in other letters"
    assert not FormerUsername.objects.exists()
    assert renames(alice, "alicia").status_code == 200
    too_soon = renames(alice, "lissy")
    assert (too_soon.status_code, too_soon.json()["errors"][0]["code"]) == (400, "too_soon")
    assert renames(alice, "alice").status_code == 200, "one's own"
    (former,) = alice.api.get("auth/former-usernames").json()["results"]
    assert former["username"] == "alicia"
    assert alice.api.delete(f"auth/former-usernames/{former['id']}").status_code == 204
    assert Api().get("users/alicia").status_code == 404


@pytest.mark.parametrize(("name", "status"), [("m0derator", 400), ("a b", 400), ("BOB", 409)])
def test_no_name_is_taken_that_could_not_be_registered(
    alice: Persona, bob: Persona, name: str, status: int
) -> None:
    refused = renames(alice, name)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, "username")
    assert Api().get(f"users/{alice.id}").json()["username"] == "alice"
    assert not FormerUsername.objects.exists()

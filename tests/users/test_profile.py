"""A member's profile: their own, and what others see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.actors import SYSTEM
from tests.client import Api
from users.models import User
from users.selectors import actor_of
from users.services.roles import assign_role

if TYPE_CHECKING:
    from tests.personas import Persona


def test_anonymous_has_no_profile(db: None) -> None:
    for answer in (Api().get("users/me"), Api().patch("users/me", {}), Api().delete("users/me")):
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_alice_can_change_her_profile(alice: Persona) -> None:
    changed = alice.api.patch("users/me", {"bio": "Foil.", "locale": "ko"})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["bio"], changed.json()["locale"]) == ("Foil.", "ko")
    stale = alice.api.patch("users/me", {"bio": "x"}, If_Match='"1"')
    assert stale.status_code == 412
    unknown = alice.api.get("users/me", fields="nothing")
    assert unknown.json()["errors"][0]["field"] == "fields"


@pytest.mark.parametrize("name", ["email", "trust_level", "is_verified", "card_count"])
def test_alice_cannot_change_her_standing(alice: Persona, name: str) -> None:
    refused = alice.api.patch("users/me", {name: "7"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0] == {
        "field": name,
        "code": "unknown_field",
        "message": "There is no such field to write here.",
    }


def test_bob_cannot_change_or_close_alices_account(alice: Persona, bob: Persona) -> None:
    assert bob.api.patch(f"users/{alice.id}", {"bio": "x"}).status_code == 403
    assert bob.api.delete(f"users/{alice.id}").status_code == 403
    assert bob.api.post("users", {"username": "x"}).status_code in (403, 405)


def test_bob_cannot_see_or_guess_alices_address(
    alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona
) -> None:
    path = f"users/{alice.id}"
    for stranger in (bob, anonymous):
        seen = stranger.api.get(path).json()
        assert (seen["email"], seen["locale"], seen["is_verified"]) == (None, None, None)
        guess = stranger.api.get("users", filter='email~"alice"')
        assert guess.status_code == 400 or not guess.json()["results"]
    card = alice.creates("cards", title="Dragon", status="published")
    expanded = bob.api.get(f"cards/{card['id']}", expand="creator").json()["expand"]["creator"]
    assert (expanded["username"], expanded.get("email")) == ("alice", None)
    assert alice.api.get(path).json()["email"] == "alice@example.com"
    assert moderator.api.get(path).json()["email"] == "alice@example.com"


def test_roles_come_from_groups(alice: Persona, moderator: Persona, admin: Persona) -> None:
    assert alice.user is not None
    assert alice.actor.roles == frozenset()
    assign_role(alice.user, role="creator", by=SYSTEM)
    assert alice.actor.roles == {"creator"}
    assert not alice.user.is_staff
    assert moderator.actor.roles == {"moderator"}
    assert admin.actor.roles == {"admin", "moderator"}
    assert moderator.user is not None
    assert moderator.user.is_staff


def test_an_operator_has_every_role(db: None) -> None:
    operator = User.objects.create_superuser(email="O@x.org", username="op", password="a horse 9")
    assert (operator.email, operator.check_password("a horse 9")) == ("o@x.org", True)
    actor = actor_of(operator.pk)
    assert actor is not None
    assert actor.roles == {"admin", "moderator"}

"""Roles: who has which, who may give them, and that losing one counts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from users.models import AccountEvent, User

if TYPE_CHECKING:
    from tests.personas import Persona


def test_an_admin_can_give_and_take_a_role_and_it_counts_at_once(
    admin: Persona, bob: Persona, alice: Persona
) -> None:
    draft = alice.creates("cards", title="Dragon")
    path = f"cards/{draft['id']}"
    assert bob.api.get(path).status_code == 404
    given = admin.api.post(f"users/{bob.id}/give-role", {"role": "moderator"})
    assert given.status_code == 200, given.content
    assert bob.api.get(path).status_code == 200, "the same token is a moderator's now"
    assert User.objects.get(pk=bob.id).is_staff
    admin.api.post(f"users/{bob.id}/take-role", {"role": "moderator"})
    assert bob.api.get(path).status_code == 404
    assert not User.objects.get(pk=bob.id).is_staff
    told = AccountEvent.objects.filter(user_id=bob.id, kind__startswith="role").order_by(
        "created_at"
    )
    assert [(event.kind, event.detail) for event in told] == [
        ("role_given", {"role": "moderator"}),
        ("role_taken", {"role": "moderator"}),
    ]


@pytest.mark.parametrize("name", ["alice", "moderator"])
def test_nobody_else_can_give_a_role(
    name: str, bob: Persona, request: pytest.FixtureRequest
) -> None:
    persona: Persona = request.getfixturevalue(name)
    for who in (bob, persona):
        sent = persona.api.post(f"users/{who.id}/give-role", {"role": "admin"})
        assert sent.status_code == 403
    assert not User.objects.filter(groups__name="admin").exists()


def test_a_role_must_be_one_there_is(admin: Persona, bob: Persona) -> None:
    sent = admin.api.post(f"users/{bob.id}/give-role", {"role": "emperor"})
    assert sent.json()["errors"][0]["field"] == "role"


def test_an_admin_can_sign_a_member_out(admin: Persona, bob: Persona) -> None:
    assert admin.api.post(f"users/{bob.id}/sign-out").status_code == 200
    assert bob.api.get("users/me").status_code == 401


@pytest.mark.parametrize(
    "field",
    ["is_staff", "is_superuser", "is_verified", "trust_level", "groups", "roles", "password"],
)
def test_alice_cannot_assign_herself_a_standing(alice: Persona, field: str) -> None:
    before = User.objects.values().get(pk=alice.id)
    for path in ("users/me", f"users/{alice.id}"):
        sent = alice.api.patch(path, {field: ["admin"] if field in ("groups", "roles") else 1})
        assert (sent.status_code, sent.json()["errors"][0]["code"]) == (400, "unknown_field")
    assert User.objects.values().get(pk=alice.id) == before
    assert not User.objects.get(pk=alice.id).groups.exists()

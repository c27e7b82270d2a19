"""Consents: one's own, added to and never changed; and addresses nobody can search by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.personas import Persona

TERMS = {"document": "terms", "version": "2026-11", "is_given": True}


def test_alice_can_agree_and_think_better_of_it(alice: Persona) -> None:
    given = alice.creates("consents", **TERMS)
    taken = alice.creates("consents", **TERMS | {"is_given": False})
    assert (given["user"], given["is_given"], taken["is_given"]) == (alice.id, True, False)
    newest = alice.api.get("consents", document="terms", limit="1").json()["results"]
    assert newest == [taken]
    assert len(alice.api.get("consents").json()["results"]) == 2


def test_a_consent_is_never_changed(alice: Persona, admin: Persona) -> None:
    given = alice.creates("consents", **TERMS)
    path = f"consents/{given['id']}"
    assert alice.api.patch(path, {"is_given": False}).status_code == 403
    assert alice.api.delete(path).status_code == 403
    assert admin.api.patch(path, {"is_given": False}).status_code == 404
    assert alice.api.get(path).json() == given


def test_others_neither_see_nor_give_alices_consent(
    alice: Persona, bob: Persona, moderator: Persona, anonymous: Persona
) -> None:
    given = alice.creates("consents", **TERMS)
    for stranger in (bob, moderator):
        assert stranger.api.get(f"consents/{given['id']}").status_code == 404
        assert stranger.api.get("consents").json()["results"] == []
    assert anonymous.api.get("consents").status_code == 401
    assert anonymous.api.post("consents", TERMS).status_code == 401
    assert bob.api.post("consents", TERMS | {"user": alice.id}).status_code == 400


@pytest.mark.parametrize("name", ["bob", "moderator", "anonymous"])
def test_nobody_can_search_by_what_is_sealed(
    request: pytest.FixtureRequest, alice: Persona, name: str
) -> None:
    stranger: Persona = request.getfixturevalue(name)
    expression = stranger.api.get("users", filter='email="alice@example.com"')
    assert (expression.status_code, expression.json()["errors"][0]["position"]) == (400, 1)
    for parameters in (
        {"email": "alice@example.com"},
        {"email__gte": "a"},
        {"email_index": "x"},
        {"sort": "email"},
        {"filter": "email!=null"},
    ):
        refused = stranger.api.get("users", **parameters)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_parameter"), parameters
    found = stranger.api.get("users", search="alice@example.com")
    assert found.json()["results"] == []


def test_alice_cannot_search_her_sessions_by_network_address(alice: Persona) -> None:
    refused = alice.api.get("auth/sessions", filter='address~"127"')
    assert refused.json()["errors"][0]["code"] == "unknown_field"

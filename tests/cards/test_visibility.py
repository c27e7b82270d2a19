"""Who sees a card, and who may touch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.personas import Persona

STATES = [
    ({"status": "draft"}, 404, False),
    ({"status": "archived"}, 404, False),
    ({"status": "published", "visibility": "private"}, 404, False),
    ({"status": "published", "visibility": "unlisted"}, 200, False),
    ({"status": "published", "visibility": "public"}, 200, True),
]


@pytest.mark.parametrize(("values", "viewed", "listed"), STATES)
def test_bob_can_see_only_what_is_meant_for_him(
    alice: Persona,
    bob: Persona,
    anonymous: Persona,
    values: dict[str, str],
    viewed: int,
    listed: bool,
) -> None:
    card = alice.creates("cards", title="Dragon", **values)
    path = f"cards/{card['id']}"
    for stranger in (bob, anonymous):
        assert stranger.api.get(path).status_code == viewed
        for parameters in ({}, {"search": "dragon"}, {"filter": 'title~"drag"'}):
            assert bool(stranger.api.get("cards", **parameters).json()["results"]) is listed
    assert alice.api.get(path).status_code == 200
    assert alice.api.get("cards", creator=alice.id).json()["results"]


@pytest.mark.parametrize(("values", "viewed", "_listed"), STATES)
def test_bob_cannot_touch_alices_card(
    alice: Persona, bob: Persona, values: dict[str, str], viewed: int, _listed: bool
) -> None:
    path = f"cards/{alice.creates('cards', title='Dragon', **values)['id']}"
    refusal = 403 if viewed == 200 else 404
    assert bob.api.patch(path, {"title": "x"}).status_code == refusal
    assert bob.api.delete(path).status_code == refusal
    assert bob.api.post(f"{path}/publish").status_code == refusal
    assert bob.api.post(f"{path}/archive").status_code == refusal
    assert alice.api.get(path).json()["title"] == "Dragon"


def test_anonymous_is_asked_to_sign_in(alice: Persona, anonymous: Persona) -> None:
    path = f"cards/{alice.creates('cards', title='Dragon', status='published')['id']}"
    assert anonymous.api.post("cards", {"title": "x"}).status_code == 401
    assert anonymous.api.patch(path, {"title": "x"}).status_code == 401
    assert anonymous.api.delete(path).status_code == 401


def test_alice_cannot_make_a_card_in_bobs_name(alice: Persona, bob: Persona) -> None:
    refused = alice.api.post("cards", {"title": "x", "creator": bob.id})
    assert refused.json()["errors"][0]["field"] == "creator"


@pytest.mark.parametrize(("values", "_viewed", "_listed"), STATES)
def test_a_moderator_can_see_archive_and_delete_but_not_rewrite(
    alice: Persona, moderator: Persona, values: dict[str, str], _viewed: int, _listed: bool
) -> None:
    path = f"cards/{alice.creates('cards', title='Dragon', **values)['id']}"
    assert moderator.api.get(path).status_code == 200
    assert moderator.api.patch(path, {"title": "x"}).status_code == 403
    assert moderator.api.post(f"{path}/publish").status_code == 403
    assert moderator.api.post(f"{path}/archive").json()["status"] == "archived"
    assert moderator.api.delete(path).status_code == 204
    assert alice.api.get(path).status_code == 404

"""Posts: about cards, hidden by moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.personas import Persona


def test_bob_can_post_about_a_card_and_read_it_along(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    bob.creates("posts", text="Look at this!", card=card["id"], tags=["fire"])
    [post] = bob.api.get("posts", card=card["id"], expand="author,card.creator").json()["results"]
    assert post["expand"]["author"]["username"] == "bob"
    assert post["expand"]["card"]["title"] == "Dragon"
    assert post["expand"]["card"]["expand"]["creator"]["username"] == "alice"
    assert [found["id"] for found in bob.api.get("posts", tags="fire").json()["results"]] == [
        post["id"]
    ]


def test_bob_cannot_post_about_what_he_cannot_see(alice: Persona, bob: Persona) -> None:
    draft = alice.creates("cards", title="Dragon")
    refused = bob.api.post("posts", {"text": "Look", "card": draft["id"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "card")


def test_a_card_made_private_vanishes_from_the_post(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    post = alice.creates("posts", text="Mine", card=card["id"])
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    seen = bob.api.get(f"posts/{post['id']}", expand="card").json()
    assert not seen.get("expand", {}).get("card")
    assert "Dragon" not in str(seen)


def test_only_its_author_can_change_a_post(
    alice: Persona, bob: Persona, moderator: Persona, anonymous: Persona
) -> None:
    path = f"posts/{alice.creates('posts', text='Hello')['id']}"
    assert alice.api.patch(path, {"text": "Hello!"}).json()["text"] == "Hello!"
    for other in (bob, moderator):
        assert other.api.patch(path, {"text": "x"}).status_code == 403
    assert anonymous.api.post("posts", {"text": "x"}).status_code == 401
    assert alice.api.post("posts", {"text": ""}).json()["errors"][0]["field"] == "text"
    assert bob.api.delete(path).status_code == 403
    assert moderator.api.delete(path).status_code == 204


def test_a_moderator_can_hide_a_post_and_show_it_again(
    alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona
) -> None:
    path = f"posts/{alice.creates('posts', text='Hello')['id']}"
    assert bob.api.put(f"{path}/hide").status_code == 403
    assert moderator.api.put(f"{path}/hide").json()["is_hidden"] is True
    for stranger in (bob, anonymous):
        assert stranger.api.get(path).status_code == 404
        assert stranger.api.get("posts").json()["results"] == []
    for insider in (alice, moderator):
        assert insider.api.get(path).status_code == 200
    assert alice.api.delete(f"{path}/hide").status_code == 403
    assert moderator.api.delete(f"{path}/hide").json()["is_hidden"] is False
    assert bob.api.get(path).status_code == 200

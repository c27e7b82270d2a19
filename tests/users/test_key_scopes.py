"""A key reads nothing beyond its scopes, by whatever way a request reaches it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from realtime.topics import audience_of
from resources.errors import Problem
from server.app import application
from tests.client import Api
from users.tokens import actor_of_token

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


def key_of(persona: Persona, *scopes: str) -> str:
    made = persona.creates("auth/api-keys", name="Bot", scopes=list(scopes))
    return str(made["secret"])


@pytest.fixture
def card(alice: Persona) -> Any:
    card = alice.creates("cards", title="Dragon", status="published")
    alice.creates("posts", text="Look", card=card["id"])
    return card


WAYS = [
    ("cards", {"expand": "creator"}, "users"),
    ("cards", {"expand": "template.author"}, "templates"),
    ("cards", {"filter": 'creator.username="alice"'}, "users"),
    ("cards", {"filter": 'title!="" && (rarity="epic" || template.title~"x")'}, "templates"),
    ("cards", {"filter": 'strftime("%Y", template.created_at)="2026"'}, "templates"),
    ("cards", {"filter": 'posts_via_card.text?="Look"'}, "posts"),
    ("posts", {"filter": 'card.template.title="x"'}, "templates"),
]


@pytest.mark.parametrize(("path", "asked", "beyond"), WAYS)
def test_a_key_for_one_resource_reads_no_other_through_it(
    alice: Persona, card: object, path: str, asked: dict[str, str], beyond: str
) -> None:
    every = {"cards", "posts", "users", "templates"}
    enough = Api(key_of(alice, *(f"{name}:read" for name in every)))
    assert enough.get(path, **asked).status_code == 200
    narrow = Api(key_of(alice, *(f"{name}:read" for name in every - {beyond})))
    refused = narrow.get(path, **asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert f"{beyond}:read" in refused["WWW-Authenticate"]


def test_a_key_for_cards_filters_by_what_a_card_says_itself(
    alice: Persona, card: JsonObject
) -> None:
    api = Api(key_of(alice, "cards:read"))
    assert len(api.get("cards", creator=alice.id).json()["results"]) == 1
    assert api.get("cards", filter=f'creator="{alice.id}"', sort="-like_count").status_code == 200
    assert api.get(f"cards/{card['id']}").status_code == 200
    assert api.get(f"cards/{card['id']}", expand="creator").status_code == 403


def test_a_key_cannot_write_to_be_shown_what_it_may_not_read(alice: Persona, card: object) -> None:
    api = Api(key_of(alice, "cards:write"))
    refused = api.post("cards?expand=creator", {"title": "Wyvern"})
    assert refused.status_code == 403
    assert alice.api.get("cards", title="Wyvern").json()["results"] == [], "nothing is written"
    assert api.post("cards", {"title": "Wyvern"}).status_code == 201


@pytest.mark.parametrize(
    ("asked", "beyond"),
    [
        ({"expand": "creator"}, "users:read"),
        ({"filter": 'template.title="x"'}, "templates:read"),
        ({"filter": 'posts_via_card.text?="Look"'}, "posts:read"),
    ],
)
def test_a_key_hears_nothing_beyond_its_scopes(
    alice: Persona, card: JsonObject, asked: dict[str, str], beyond: str
) -> None:
    actor = actor_of_token(key_of(alice, "cards:read"))
    for topic in ("cards", f"cards/{card['id']}", f"users/{alice.id}/cards"):
        assert audience_of(topic, actor, {}).resource.name == "cards"
        with pytest.raises(Problem) as refused:
            audience_of(topic, actor, asked)
        assert beyond in refused.value.headers["WWW-Authenticate"]
    with pytest.raises(Problem):
        audience_of("posts", actor, {})


@pytest.mark.django_db(transaction=True)
def test_a_key_is_not_given_what_was_answered_to_its_owner(alice: Persona, card: object) -> None:
    served: Any = application
    tokens = (alice.token, key_of(alice, "cards:read"))

    async def statuses() -> list[int]:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [await status(client, token) for token in tokens]

    async def status(client: httpx.AsyncClient, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Host": "testserver"}
        answer = await client.get("/api/v1/cards?expand=creator", headers=headers)
        return answer.status_code

    assert asyncio.run(statuses()) == [200, 403]

"""Whether the viewer likes a card, in the card itself: `viewer.liked`."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cards.models import Card, CardLike
from realtime.topics import audience_of
from resources import changes, feed
from resources.actors import SYSTEM
from resources.errors import Problem
from resources.query.parsing import list_query
from resources.registry import resource_of
from resources.rules import has_role, own, where
from server.app import application
from tests.cards.test_likes import likes, published, takes_back
from tests.client import Api
from tests.personas import new_member
from tests.redeclared import redeclared
from tests.resources.hearing import heard
from tests.resources.test_query_counts import queries_of
from tests.users.test_key_scopes import key_of
from users.tokens import actor_of_token

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

LIKED, NOT_LIKED = {"liked": True}, {"liked": False}
ASKED = "id,viewer.liked"


@pytest.fixture
def card(alice: Persona) -> Any:
    card = published(alice)
    likes(alice, card)
    return card


@pytest.mark.parametrize("fields", ["*,viewer", "id,title,viewer.liked", "viewer"])
def test_each_sees_their_own_like(
    card: JsonObject, alice: Persona, bob: Persona, anonymous: Persona, fields: str
) -> None:
    for persona, expected in ((alice, LIKED), (bob, NOT_LIKED), (anonymous, None)):
        [listed] = persona.api.get("cards", fields=fields).json()["results"]
        viewed = persona.api.get(f"cards/{card['id']}", fields=fields).json()
        assert viewed == listed
        assert listed["viewer"] == expected
    assert alice.api.get("cards", fields="viewer").json()["results"] == [{"viewer": LIKED}]


def test_a_card_says_nothing_of_the_viewer_unasked(card: JsonObject, alice: Persona) -> None:
    for asked in ({}, {"fields": "*"}, {"expand": "creator"}):
        assert "viewer" not in alice.api.get(f"cards/{card['id']}", **asked).json()


def test_an_expanded_card_says_it_too(card: JsonObject, alice: Persona, bob: Persona) -> None:
    alice.creates("posts", text="Look", card=card["id"])
    for persona, expected in ((alice, LIKED), (bob, NOT_LIKED)):
        asked = {"expand": "card", "fields": "expand.card.viewer.liked"}
        [post] = persona.api.get("posts", **asked).json()["results"]
        assert post == {"expand": {"card": {"viewer": expected}}}


def test_a_write_answers_it_as_it_then_is(card: JsonObject, bob: Persona) -> None:
    path = f"cards/{card['id']}/like?fields={ASKED}"
    assert bob.api.put(path).json() == {"id": card["id"], "viewer": LIKED}
    assert bob.api.delete(path).json() == {"id": card["id"], "viewer": NOT_LIKED}


@pytest.mark.parametrize("method", ["put", "delete"])
def test_an_answer_that_cannot_be_given_leaves_the_like_as_it_was(
    card: JsonObject, alice: Persona, bob: Persona, method: str
) -> None:
    before = set(CardLike.objects.values_list("user", flat=True))
    for persona in (alice, bob):
        refused = getattr(persona.api, method)(f"cards/{card['id']}/like?fields=viewer.loved")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_field")
    assert set(CardLike.objects.values_list("user", flat=True)) == before


@pytest.mark.parametrize(
    ("path", "fields"),
    [("cards", "viewer.loved"), ("cards", "viewer."), ("cards", "liked"), ("reviews", "viewer")],
)
def test_an_unknown_name_is_refused(alice: Persona, path: str, fields: str) -> None:
    refused = alice.api.get(path, fields=fields)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_field")


def test_any_rule_can_be_a_field_of_the_viewers(alice: Persona, moderator: Persona) -> None:
    draft = alice.creates("cards", title="Draft")
    rules = {
        "owns": own("creator"),
        "moderates": has_role("moderator"),
        "sees_news": where(published_at__gte="2026-01-01T00:00:00Z"),
    }
    asked = {"fields": "viewer"}
    with redeclared(resource_of(Card), viewer=rules):
        seen = [who.api.get(f"cards/{draft['id']}", **asked).json() for who in (alice, moderator)]
    assert [answer["viewer"] for answer in seen] == [
        {"owns": True, "moderates": False, "sees_news": False},
        {"owns": False, "moderates": True, "sees_news": False},
    ]


def test_a_page_of_thirty_is_one_query(alice: Persona) -> None:
    rows = [Card(creator=alice.user, title=str(n), status="published") for n in range(30)]
    changes.create_many(rows, by=SYSTEM)
    changes.create_many([CardLike(card=row, user=alice.user) for row in rows[::2]], by=SYSTEM)
    assert queries_of(alice, "cards", fields="*,viewer") == 1
    shown = alice.api.get("cards", fields="title,viewer").json()["results"]
    assert {int(card["title"]): card["viewer"]["liked"] for card in shown} == {
        number: number % 2 == 0 for number in range(30)
    }


def test_it_costs_what_an_expansion_costs() -> None:
    cards = resource_of(Card)
    own = list_query(cards, "fields=*,viewer").cost.points
    assert own == list_query(cards, "fields=*,expand&expand=creator").cost.points > 0


def test_a_key_that_may_not_read_likes_is_not_told_of_them(
    card: JsonObject, alice: Persona
) -> None:
    path, asked = f"cards/{card['id']}", {"fields": ASKED}
    narrow = key_of(alice, "cards:read", "cards:write")
    refused = [
        Api(narrow).get("cards", **asked),
        Api(narrow).get(path, **asked),
        Api(narrow).delete(f"{path}/like?fields={ASKED}"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        (403, "insufficient_scope")
    ] * 3
    assert CardLike.objects.count() == 1
    with pytest.raises(Problem):
        audience_of("cards", actor_of_token(narrow), asked)
    wide = Api(key_of(alice, "cards:read", "card-likes:read"))
    assert wide.get(path, **asked).json()["viewer"] == LIKED


def test_each_listener_hears_of_their_own_like(
    card: object, alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    def last_heard(persona: Persona) -> Any:
        return json.loads(heard(persona, "cards", since, "fields=viewer.liked")[-1].document)

    since = feed.head()
    likes(bob, card)
    takes_back(alice, card)
    assert [last_heard(persona)["viewer"] for persona in (alice, bob, anonymous)] == [
        NOT_LIKED,
        LIKED,
        None,
    ]


@pytest.mark.django_db(transaction=True)
def test_a_kept_answer_is_nobody_elses_and_never_older_than_a_like() -> None:
    alice, bob = new_member("alice"), new_member("bob")
    card = changes.create(Card, by=SYSTEM, creator=alice.user, title="Dragon", status="published")
    served: Any = application

    async def follow() -> list[list[Any]]:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:

            async def ask(method: str, path: str, authorization: str) -> Any:
                headers = {"Authorization": authorization} if authorization else {}
                return (await client.request(method, f"/api/v1/{path}", headers=headers)).json()

            async def seen() -> list[Any]:
                """Ask for the same page in turn, twice, so that the second is a kept one."""
                pages = [
                    await ask("GET", f"cards?fields={ASKED}", who)
                    for who in (alice.authorization, bob.authorization, "") * 2
                ]
                answers = [page["results"][0]["viewer"] for page in pages]
                assert answers[:3] == answers[3:]
                return answers[:3]

            found = [await seen()]
            for method in ("PUT", "DELETE"):
                await ask(method, f"cards/{card.pk}/like", alice.authorization)
                found.append(await seen())
            return found

    assert asyncio.run(follow()) == [
        [NOT_LIKED, NOT_LIKED, None],
        [LIKED, NOT_LIKED, None],
        [NOT_LIKED, NOT_LIKED, None],
    ]

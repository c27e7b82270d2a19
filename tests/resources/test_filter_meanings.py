"""Filters that once found the wrong cards, or broke the server: what each of them means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cards.models import Card
from community.models import Post
from resources import changes
from resources.actors import SYSTEM
from templates_app.models import Template

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

CARDS: tuple[JsonObject, ...] = (
    {"title": "100% wool", "rarity": "common", "effects": {"a": "", "n": 10, "list": [1, 2]}},
    {"title": "ÉCLAIR", "rarity": "rare", "effects": {"n": "10", "lon": "x", "nothing": None}},
    {"title": "카드수집가", "rarity": "mythic", "like_count": 5, "effects": {"n": 200}},
)


@pytest.fixture
def community(alice: Persona) -> Persona:
    """Make three cards; the last has a template, and a post that says its title."""
    template = changes.create(
        Template, by=SYSTEM, author=alice.user, title="Full Art", slots={}, state="approved"
    )
    for number, values in enumerate(CARDS):
        card = changes.create(
            Card,
            by=SYSTEM,
            creator=alice.user,
            status="published",
            tags=["fire", "한국"][: number + 1],
            template=template if number == 2 else None,
            **values,
        )
    changes.create(Post, by=SYSTEM, author=alice.user, card=card, text=card.title, comment_count=9)
    return alice


def titles(persona: Persona, **parameters: str) -> set[str]:
    response = persona.api.get("cards", **parameters)
    assert response.status_code == 200, response.content
    return {card["title"][:3] for card in response.json()["results"]}


WOOL, ECLAIR, KOREAN = "100", "ÉCL", "카드수"
ALL = {WOOL, ECLAIR, KOREAN}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        # Tags are asked for membership.
        ('tags = "fire"', ALL),
        ('tags ?= "한국"', {ECLAIR, KOREAN}),
        ('tags != "한국"', {WOOL}),
        ('tags ~ "한"', {ECLAIR, KOREAN}),
        # Cases are those of all scripts.
        ('title ~ "éclair"', {ECLAIR}),
        ('title:lower = "éclair"', {ECLAIR}),
        # An escaped percent sign is one.
        (r'title ~ "100\%"', {WOOL}),
        (r'title ~ "100\% w%"', {WOOL}),
        ('title ~ "%wool"', {WOOL}),
        # What stands on the right is of the card, not of the post.
        ("posts_via_card.text = title", {KOREAN}),
        ("posts_via_card.comment_count ?> like_count", {KOREAN}),
        ("posts_via_card.id ?!= id", {KOREAN}),
        ("title = posts_via_card.text", {KOREAN}),
        ("posts_via_card.card ?= id", {KOREAN}),
        # Those with none, and those with some.
        ('posts_via_card.id = ""', {WOOL, ECLAIR}),
        ("posts_via_card.id = null", {WOOL, ECLAIR}),
        ("posts_via_card.id ?= null", {WOOL, ECLAIR}),
        ('posts_via_card.id != ""', {KOREAN}),
        ("posts_via_card.id ?!= null", {KOREAN}),
        # In a document an empty text is there, and what is missing is not.
        ('effects.missing = ""', set()),
        ("effects.missing = null", ALL),
        ('effects.a = ""', {WOOL}),
        ('effects.a != ""', {ECLAIR, KOREAN}),
        # Only numbers compare with numbers, only texts with texts.
        ('effects = "x"', set()),
        ("effects.n > 100", {KOREAN}),
        ("effects.n < 100", {WOOL}),
        ('effects.n = "10"', {ECLAIR}),
        ("effects.nothing = null", ALL),
        ("effects.list:length > 1", {WOOL}),
        ("effects.list:each ?= 2", {WOOL}),
        # Functions of what is no number or list.
        ("geoDistance(effects.lon, 1, 2, 3) < 1", set()),
        ("effects:length = 0", ALL),
        # What is missing is not equal to anything but nothing.
        ("template.title != title", ALL),
        ("template.title = title", set()),
        ("null = null", ALL),
        ('null = ""', ALL),
        ("title !~ null", set()),
        ("title ~ null", set()),
        ('template.title !~ "x"', ALL),
        ('like_count ~ "."', set()),
        ('template.rating_average ~ "."', set()),
        # One value or none.
        ("template:length = 1", {KOREAN}),
        ("template:length = 0", {WOOL, ECLAIR}),
        ("rarity:length = 1", ALL),
        # Choices are in the declared order.
        ('rarity > "common"', {ECLAIR, KOREAN}),
        ('rarity <= "rare"', {WOOL, ECLAIR}),
        # A part of a date is its first moment; what is no id is nobody's.
        ('created_at > "2020"', ALL),
        ('created_at > "2020-06" && created_at < "2999"', ALL),
        ('creator = "nope"', set()),
        ('creator != "nope"', ALL),
        # The opposite.
        ('!(title ~ "wool")', {ECLAIR, KOREAN}),
        ('!(template.title = "Full Art" || rarity = "rare")', {WOOL}),
        ("!(effects.n > 100)", {WOOL, ECLAIR}),
        ('!(!(title ~ "wool"))', {WOOL}),
    ],
)
def test_a_filter_means_the_same_everywhere(
    community: Persona, expression: str, found: set[str]
) -> None:
    assert titles(community, filter=expression) == found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("tags", "한국", {ECLAIR, KOREAN}),
        ("tags__ne", "한국", {WOOL}),
        ("tags__in", "한국,light", {ECLAIR, KOREAN}),
        # An empty item stands for what is missing, which none of these documents is.
        ("effects__in", "a,", set()),
        ("title__contains", "0% w", {WOOL}),
        ("title__contains", "0%", {WOOL}),
        ("title__contains", "_", set()),
        ("title__contains", "Éclair", {ECLAIR}),
        ("title__contains", "수집", {KOREAN}),
        ("creator", "nope", set()),
        ("created_at__gte", "2020-05", ALL),
    ],
)
def test_a_parameter_means_the_same_everywhere(
    community: Persona, name: str, value: str, found: set[str]
) -> None:
    assert titles(community, **{name: value}) == found


@pytest.mark.parametrize(
    ("name", "value", "code", "says"),
    [
        ("tags", "fire,dragon", "unknown_choice", "tags__in"),
        ("rarity", "nope", "unknown_choice", "common, uncommon, rare, epic, legendary, mythic"),
        ("filter", 'rarity = "nope"', "unknown_choice", "legendary"),
        ("filter", 'effects.presett = "holo"', "unknown_field", "preset"),
        ("filter", 'effects.preset = "nope"', "unknown_choice", "cosmos"),
        ("filter", 'strftime("%Y", title) = "2026"', "wrong_argument", "time"),
        ("filter", 'strftime("%Y", like_count) = "2026"', "wrong_argument", "time"),
        ("filter", "geoDistance(title, 1, 2, 3) < 1", "wrong_argument", "longitude"),
        ("filter", "title:length = 3", "not_a_list", "choice"),
        ("filter", "!title = 3", "expected_open", "("),
        ("filter", 'title = "\x00"', "invalid", "Null"),
        ("filter", 'created_at > "0001-01-01T00:00:00+01:00"', "wrong_kind", "time"),
        ("created_at__gte", "0001-01-01T00:00:00+01:00", "wrong_kind", "time"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_said(
    community: Persona, name: str, value: str, code: str, says: str
) -> None:
    response = community.api.get("cards", **{name: value})
    assert response.status_code == 400, response.content
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == (name, code)
    assert says in error["message"]


def test_many_records_are_fetched_at_once(community: Persona) -> None:
    cards = community.api.get("cards").json()["results"]
    ids = ["01890a5d-ac96-774b-bcce-b302099a8057"] * 200 + [card["id"] for card in cards]
    assert titles(community, id__in=",".join(ids)) == ALL
    assert titles(community, like_count__in="5,7") == {KOREAN}
    assert titles(community, template__in=f",{ids[0]}") == {WOOL, ECLAIR}
    assert titles(community, rarity__in="rare,mythic") == {ECLAIR, KOREAN}
    response = community.api.get("cards", id__in="x" + ",x" * 500)
    assert response.json()["errors"][0]["code"] == "too_many"


@pytest.mark.parametrize("name", ["alice", "ALICE", "Alice"])
def test_a_member_is_found_by_name_in_any_case(community: Persona, name: str) -> None:
    assert community.api.get(f"users/{name}").json()["id"] == community.id
    for parameters in ({"username": name}, {"username__in": f"x,{name}"}):
        (found,) = community.api.get("users", **parameters).json()["results"]
        assert found["id"] == community.id
    (found,) = community.api.get("users", filter=f'username = "{name}"').json()["results"]
    assert found["id"] == community.id
    assert titles(community, filter=f'creator.username = "{name}"') == ALL
    assert community.api.get("users/nobody").status_code == 404
    assert community.api.get("cards/nobody").status_code == 404

"""Filter expressions: PocketBase's meaning, good errors, and never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.models import Card, CardLike
from resources import changes
from resources.actors import SYSTEM

if TYPE_CHECKING:
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

FIELDS: tuple[str, ...] = (
    "title",
    "like_count",
    "rarity",
    "tags",
    "tags:each",
    "creator",
    "creator.username",
)
FIELDS += ("effects.intensity", "created_at", "title:lower", "tags:length", "id", "template.title")
VALUES = ('"epic"', "10", "-1.5", "null", "true", "@now", "@todayStart", '"%"', "'it\\'s'", '""')
SIGNS = ("=", "!=", ">", ">=", "<", "<=", "~", "!~", "?=", "?!=", "?>", "?~", "?!~")
operands = st.sampled_from(FIELDS + VALUES)
comparisons = st.builds("{} {} {}".format, operands, st.sampled_from(SIGNS), operands)
expressions = st.recursive(
    comparisons,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["&&", "||"]), inner),
    max_leaves=5,
)
quiet = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def cards(alice: Persona, bob: Persona) -> Persona:
    for title, likes, tags, intensity, rarity in (
        ("Dragon", 0, ["fire"], 0.5, "epic"),
        ("Ember 100%", 12, ["fire", "light"], 1, "rare"),
        ("moth", 30, [], 0.1, "epic"),
    ):
        card = changes.create(
            Card,
            by=SYSTEM,
            creator=alice.user,
            title=title,
            like_count=likes,
            tags=tags,
            effects={"intensity": intensity},
            rarity=rarity,
            status="published",
        )
        if likes:
            changes.create(CardLike, by=SYSTEM, card=card, user=bob.user)
    return alice


@pytest.mark.parametrize(
    ("expression", "titles"),
    [
        ('rarity="epic" || like_count>10 && title~"em"', {"Dragon", "Ember 100%", "moth"}),
        ('(rarity="epic" || like_count>10) && title~"em"', {"Ember 100%"}),
        ('title ~ "DRAGON"', {"Dragon"}),
        ('title ~ "100%"', set()),
        ('title ~ "ember%"', {"Ember 100%"}),
        ('title !~ "m"', {"Dragon"}),
        ('title:lower = "moth"', {"moth"}),
        ('template = null && template = ""', {"Dragon", "Ember 100%", "moth"}),
        ('template != ""', set()),
        ('creator.username = "alice"', {"Dragon", "Ember 100%", "moth"}),
        ('creator.username != "alice"', set()),
        ('creator.username = "nobody"', set()),
        ('tags:each ?= "fire"', {"Dragon", "Ember 100%"}),
        ('tags:each = "fire"', {"Dragon"}),
        ('tags:each != "fire"', {"moth"}),
        ("tags:length > 1", {"Ember 100%"}),
        ("effects.intensity >= 0.5", {"Dragon", "Ember 100%"}),
        ('effects.intensity = "0.5"', set()),
        ("10 < like_count", {"Ember 100%", "moth"}),
        ("created_at >= @todayStart && created_at < @tomorrow", {"Dragon", "Ember 100%", "moth"}),
        ("1 = 1 || 1 = 1 && 1 = 2", {"Dragon", "Ember 100%", "moth"}),
        ('strftime("%Y", created_at) != ""', {"Dragon", "Ember 100%", "moth"}),
        ('title = "moth" // the last one', {"moth"}),
    ],
)
def test_a_frontend_developer_can_filter_as_with_pocketbase(
    cards: Persona, expression: str, titles: set[str]
) -> None:
    response = cards.api.get("cards", filter=expression)
    assert response.status_code == 200, response.content
    assert {card["title"] for card in response.json()["results"]} == titles


def test_a_back_relation_can_only_be_asked_of_rows_the_actor_may_list(
    cards: Persona, bob: Persona
) -> None:
    expression = f'card_likes_via_card.user ?= "{bob.id}"'
    response = bob.api.get("cards", filter=expression)
    assert response.status_code == 400
    mine = bob.api.get("cards", filter="card_likes_via_card.created_at ?< @now")
    assert len(mine.json()["results"]) == 2
    theirs = cards.api.get("cards", filter="card_likes_via_card.created_at ?< @now")
    assert theirs.json()["results"] == []


@pytest.mark.parametrize(
    ("expression", "code", "position"),
    [
        ('titel = "x"', "unknown_field", 1),
        ('rarity = "epic" && titel = "x"', "unknown_field", 20),
        ("title", "expected_operator", 6),
        ("title = ", "expected_operand", 9),
        ('(title = "x"', "expected_close", 13),
        ('title = "x', "open_text", 9),
        ('title = "a" title = "b"', "expected_join", 13),
        ('title & "x"', "unexpected_character", 7),
        ('like_count > "many"', "wrong_kind", 14),
        ('created_at > "soon"', "wrong_kind", 14),
        ('@request.auth.id = ""', "not_for_clients", 1),
        ("title = @never", "unknown_macro", 9),
        ("title:upper = 1", "unknown_modifier", 1),
        ("nothing(1) = 1", "unknown_function", 1),
        (f"{'(' * 60}1=1{')' * 60}", "too_deep", 51),
        (" || ".join(["1=1"] * 201), "too_many", 1401),
        ("   ", "expected_operand", 4),
    ],
)
def test_a_frontend_developer_can_see_what_is_wrong_and_where(
    cards: Persona, expression: str, code: str, position: int
) -> None:
    response = cards.api.get("cards", filter=expression)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"], error["position"]) == ("filter", code, position)


@given(expression=expressions)
@quiet
def test_a_well_formed_filter_cannot_break_the_server(cards: Persona, expression: str) -> None:
    response = cards.api.get("cards", filter=expression)
    assert response.status_code in (200, 400), (expression, response.content)


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@quiet
def test_any_text_at_all_cannot_break_the_server(cards: Persona, text: str) -> None:
    response = cards.api.get("cards", filter=text)
    assert response.status_code in (200, 400), (text, response.content)


@pytest.mark.parametrize(
    ("name", "value", "titles"),
    [
        ("rarity", "epic", {"Dragon", "moth"}),
        ("rarity__in", "rare,mythic", {"Ember 100%"}),
        ("rarity__ne", "epic", {"Ember 100%"}),
        ("like_count__gte", "12", {"Ember 100%", "moth"}),
        ("tags", "light", {"Ember 100%"}),
        ("title__contains", "ember", {"Ember 100%"}),
    ],
)
def test_a_frontend_developer_can_filter_by_parameters(
    cards: Persona, name: str, value: str, titles: set[str]
) -> None:
    response = cards.api.get("cards", **{name: value})
    assert {card["title"] for card in response.json()["results"]} == titles


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "many"),
        ("cursor", "x"),
        ("sort", "description"),
        ("expand", "owner"),
        ("fields", "titel"),
        ("count", "all"),
        ("like_count__gte", "many"),
        ("like_count__near", "1"),
        ("rarity", "nope"),
        ("colour", "red"),
        ("search", "x" * 300),
    ],
)
def test_a_frontend_developer_is_told_which_parameter_is_wrong(
    alice: Persona, name: str, value: str
) -> None:
    response = alice.api.get("cards", **{name: value})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["field"] == name

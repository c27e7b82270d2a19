"""One question to cards, templates, posts, collections and people at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

EVERYTHING = ["cards", "templates", "posts", "collections", "users"]


def found(persona: Persona, **parameters: str) -> Any:
    response = persona.api.get("search", **parameters)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def refused(persona: Persona, **parameters: str) -> tuple[int, str, str]:
    response = persona.api.get("search", **parameters)
    (error,) = response.json()["errors"]
    return response.status_code, error["field"], error["code"]


def test_anyone_finds_what_the_lists_would(alice: Persona, anonymous: Persona) -> None:
    alice.creates("cards", title="카드수집가", status="published")
    alice.creates("collections", title="내 카드", visibility="public")
    alice.creates("posts", text="카드를 모아요")
    alice.api.patch("users/me", {"bio": "카드 사람"})
    pages = found(anonymous, q="카드")
    assert list(pages) == EVERYTHING
    for name, page in pages.items():
        listed = anonymous.api.get(name, search="카드", limit="5").json()
        assert page == listed
    assert [len(page["results"]) for page in pages.values()] == [1, 0, 1, 1, 1]


def test_a_page_goes_on_in_its_list(alice: Persona) -> None:
    for number in range(4):
        alice.creates("cards", title=f"Dragon {number}", status="published")
    page = found(alice, **{"q": "dragon", "in": "cards", "limit": "3"})["cards"]
    rest = alice.api.client.get(page["next"]).json()
    titles = [card["title"] for card in page["results"] + rest["results"]]
    assert sorted(titles) == [f"Dragon {number}" for number in range(4)]


def test_each_search_is_for_its_own_words(alice: Persona, bob: Persona) -> None:
    for title in ("Dragon one", "Dragon two", "불꽃 카드", "불꽃 용", "Secret dragon"):
        status = "draft" if title.startswith("Secret") else "published"
        alice.creates("cards", title=title, status=status)
    for question in (
        "dragon",
        "불꽃",
        "dragon two",
        "용 불꽃",
        '"불꽃 카드"',
        "nothing",
        "x" * 200,
    ):
        for persona in (alice, bob):
            page = found(persona, **{"q": question, "in": "cards", "limit": "1"})["cards"]
            assert page == persona.api.get("cards", limit="1", search=question).json()
    assert refused(bob, q="x" * 201)[1:] == ("q", "too_long")


def test_bob_cannot_find_what_he_may_not_list(alice: Persona, bob: Persona) -> None:
    alice.creates("cards", title="Secret", visibility="private")
    alice.creates("collections", title="Secret", visibility="private")
    mine, others = found(alice, q="secret"), found(bob, q="secret")
    assert [len(mine[name]["results"]) for name in ("cards", "collections")] == [1, 1]
    assert [page["results"] for page in others.values()] == [[]] * len(EVERYTHING)


def test_each_resource_takes_what_its_list_does(alice: Persona) -> None:
    alice.creates("cards", title="Dragon", rarity="epic", status="published")
    alice.creates("cards", title="Dragon moth", status="published")
    asked = {
        "q": "dragon",
        "in": "users,cards",
        "cards.rarity": "epic",
        "cards.fields": "title,expand.creator.username",
        "cards.expand": "creator",
    }
    pages = found(alice, **asked)
    card = {"title": "Dragon", "expand": {"creator": {"username": "alice"}}}
    assert (list(pages), pages["cards"]["results"]) == (["users", "cards"], [card])


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({}, ("q", "required")),
        ({"q": " "}, ("q", "required")),
        ({"q": "x" * 201}, ("q", "too_long")),
        ({"q": "x", "in": "cards,secrets"}, ("in", "unknown_resource")),
        ({"q": "x", "in": "reviews"}, ("in", "unknown_resource")),
        ({"q": "x", "limit": "21"}, ("limit", "invalid")),
        ({"q": "x", "colour": "red"}, ("colour", "unknown_parameter")),
        ({"q": "x", "cards.cursor": "x"}, ("cards.cursor", "unknown_parameter")),
        ({"q": "x", "in": "users", "cards.rarity": "epic"}, ("cards.rarity", "unknown_parameter")),
        ({"q": "x", "cards.colour": "red"}, ("cards.colour", "unknown_parameter")),
        ({"q": "x", "cards.filter": "title ="}, ("cards.filter", "expected_operand")),
    ],
)
def test_what_is_wrong_is_named(
    anonymous: Persona, db: None, asked: dict[str, str], problem: tuple[str, str]
) -> None:
    assert refused(anonymous, **asked) == (400, *problem)


def test_the_search_has_one_budget(anonymous: Persona, db: None) -> None:
    slow = " || ".join(f'title ~ "{number}"' for number in range(6))
    asked = {f"{name}.filter": slow for name in ("cards", "templates", "collections")}
    assert anonymous.api.get("cards", filter=slow, search="x").status_code == 200
    response = anonymous.api.get("search", q="x", **asked)
    assert (response.status_code, response.json()["code"]) == (400, "too_costly")


def known(persona: Persona, tag: str) -> Any:
    return persona.api.client.get("/api/v1/search", {"q": "dragon"}, headers={"If-None-Match": tag})


def test_an_answer_that_is_known_is_not_sent_again(alice: Persona) -> None:
    tag = alice.api.get("search", q="dragon").headers["ETag"]
    again = known(alice, tag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    alice.creates("cards", title="Dragon", status="published")
    assert known(alice, tag).status_code == 200

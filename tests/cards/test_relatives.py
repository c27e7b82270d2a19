"""Cards like one, and the family of remixes around it, as far as each may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cards.test_made_from_templates import approved

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


def related(persona: Persona, card: JsonObject, **query: str) -> list[str]:
    answer = persona.api.get(f"cards/{card['id']}/related", **query)
    assert answer.status_code == 200, answer.content
    return [found["title"] for found in answer.json()["results"]]


def family(persona: Persona, card: JsonObject, **query: str) -> Any:
    answer = persona.api.get(f"cards/{card['id']}/remix-graph", fields="title", **query).json()
    return [[found["title"] for found in answer[name]] for name in ("origins", "remixes")]


def remix(persona: Persona, card: JsonObject, title: str) -> Any:
    made = persona.api.post(f"cards/{card['id']}/remix").json()
    persona.api.patch(f"cards/{made['id']}", {"title": title, "tags": []})
    return persona.api.post(f"cards/{made['id']}/publish").json()


def test_related_cards_share_template_family_tags_or_creator(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona, moderator: Persona
) -> None:
    template = approved(alice, moderator)["id"]
    shown = {"status": "published"}
    tags = ["용", "fire"]
    card = alice.creates("cards", title="Dragon", tags=tags, template=template, **shown)
    bob.creates("cards", title="Tags", tags=["fire", "용"], rarity="epic", **shown)
    bob.creates("cards", title="Tag", tags=["용", "sea"], **shown)
    carol.creates("cards", title="Template", template=template, tags=["fire"], **shown)
    alice.creates("cards", title="Hers", **shown)
    bob.creates("cards", title="Stranger", **shown)
    bob.creates("cards", title="fire in words alone", **shown)
    bob.creates("cards", title="Draft", tags=tags)
    carol.creates("cards", title="Unlisted", tags=tags, visibility="unlisted", **shown)
    remix(bob, card, "Remix")
    best = ["Remix", "Template", "Tags", "Tag", "Hers"]
    assert related(anonymous, card) == best
    assert related(anonymous, card, limit="2") == best[:2]
    assert "Draft" in related(bob, card)
    chosen = {"fields": "title,expand.creator.username", "expand": "creator"}
    first = anonymous.api.get(f"cards/{card['id']}/related", **chosen).json()["results"][0]
    assert (first["title"], first["expand"]["creator"]["username"]) == ("Remix", "bob")


def test_the_remix_graph_can_be_read_both_ways(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona
) -> None:
    first = alice.creates("cards", title="First", status="published")
    second = remix(bob, first, "Second")
    third = remix(carol, second, "Third")
    remix(alice, first, "Other")
    assert family(anonymous, first) == [[], ["Second", "Other", "Third"]]
    assert family(anonymous, third) == [["Second", "First"], []]
    bob.api.patch(f"cards/{second['id']}", {"visibility": "private"})
    assert family(anonymous, first) == [[], ["Other", "Third"]]
    assert family(anonymous, third) == [["First"], []]
    assert family(bob, third) == [["Second", "First"], []]
    assert anonymous.api.get(f"cards/{second['id']}/remix-graph").status_code == 404
    [listed] = alice.api.get("cards", remixed_from=second["id"]).json()["results"]
    assert listed["title"] == "Third"


def test_questions_about_a_card_are_checked(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    for name in ("related", "remix-graph"):
        assert alice.api.get(f"cards/nowhere/{name}").status_code == 404
        refused = alice.api.get(f"cards/{card['id']}/{name}", fields="secret")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "fields")
    assert alice.api.get(f"cards/{card['id']}/related", limit="51").status_code == 400

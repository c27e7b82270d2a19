"""Reviews: one per member, and the rating that is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.templates_app.designs import seen, template_in

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


@pytest.fixture
def template(alice: Persona, moderator: Persona) -> Any:
    return template_in("approved", alice, moderator)


def rating(persona: Persona, template: JsonObject) -> tuple[float, int]:
    now = seen(persona, template)
    return now["rating_average"], now["rating_count"]


def test_a_rating_is_kept_while_reviews_change(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, template: JsonObject
) -> None:
    assert rating(alice, template) == (0, 0)
    first = bob.creates("reviews", template=template["id"], stars=5, text="Shiny.")
    second = carol.creates("reviews", template=template["id"], stars=2)
    assert rating(alice, template) == (3.5, 2)
    carol.api.patch(f"reviews/{second['id']}", {"stars": 4})
    assert rating(alice, template) == (4.5, 2)
    bob.api.patch(f"reviews/{first['id']}", {"text": "Very shiny."})
    assert rating(alice, template) == (4.5, 2)
    bob.api.delete(f"reviews/{first['id']}")
    assert rating(alice, template) == (4, 1)
    moderator.api.delete(f"reviews/{second['id']}")
    assert rating(alice, template) == (0, 0)


def test_bob_can_review_a_template_once(alice: Persona, bob: Persona, template: JsonObject) -> None:
    bob.creates("reviews", template=template["id"], stars=5)
    again = bob.api.post("reviews", {"template": template["id"], "stars": 1})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert rating(alice, template) == (5, 1)


def test_alice_cannot_review_her_own_template(alice: Persona, template: JsonObject) -> None:
    refused = alice.api.post("reviews", {"template": template["id"], "stars": 5})
    assert (refused.status_code, refused.json()["code"]) == (403, "own_template")
    assert rating(alice, template) == (0, 0)


@pytest.mark.parametrize("stars", [0, 6, -1, 2.5, "many", None])
def test_stars_go_from_one_to_five(
    alice: Persona, bob: Persona, template: JsonObject, stars: object
) -> None:
    refused = bob.api.post("reviews", {"template": template["id"], "stars": stars})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "stars")
    assert rating(alice, template) == (0, 0)


def test_only_its_author_can_change_a_review(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona, template: JsonObject
) -> None:
    path = f"reviews/{bob.creates('reviews', template=template['id'], stars=5)['id']}"
    for other in (alice, carol):
        assert other.api.patch(path, {"stars": 1}).status_code == 403
        assert other.api.delete(path).status_code == 403
    assert (
        anonymous.api.post("reviews", {"template": template["id"], "stars": 1}).status_code == 401
    )
    moved = bob.api.patch(path, {"template": template["id"]})
    assert moved.json()["errors"][0]["code"] == "unknown_field"


def test_bob_cannot_review_what_he_cannot_see(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    draft = template_in("draft", alice, moderator)
    refused = bob.api.post("reviews", {"template": draft["id"], "stars": 1})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "template")


def test_the_best_templates_can_be_found(
    alice: Persona, bob: Persona, moderator: Persona, template: JsonObject
) -> None:
    better = template_in("approved", alice, moderator)
    bob.creates("reviews", template=template["id"], stars=3)
    bob.creates("reviews", template=better["id"], stars=5)
    listed = bob.api.get("templates", category="other", sort="-rating_average").json()["results"]
    assert [found["id"] for found in listed] == [better["id"], template["id"]]

"""What moderators hide: gone for everyone but its author and them, and not counted meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.templates_app.designs import seen, template_in

if TYPE_CHECKING:
    from tests.personas import Persona

CARD = {"title": "Loud", "status": "published"}


def listed(persona: Persona, resource: str) -> set[Any]:
    return {record["id"] for record in persona.api.get(resource, limit="100").json()["results"]}


def test_whatever_is_hidden_leaves_lists_and_views_of_all_but_its_author(
    alice: Persona, bob: Persona, moderator: Persona, anonymous: Persona
) -> None:
    template = template_in("approved", alice, moderator)
    records = {
        "cards": alice.creates("cards", **CARD)["id"],
        "collections": alice.creates("collections", title="Loud")["id"],
        "reviews": bob.creates("reviews", template=template["id"], stars=1)["id"],
        "templates": template["id"],
    }
    for resource, record_id in records.items():
        path, author = f"{resource}/{record_id}", bob if resource == "reviews" else alice
        assert author.api.put(f"{path}/hide").status_code == 403
        assert moderator.api.put(f"{path}/hide").json()["is_hidden"] is True
        assert anonymous.api.get(path).status_code == 404
        assert record_id not in listed(anonymous, resource)
        assert author.api.get(path).json()["is_hidden"] is True
        assert record_id in listed(author, resource)
        assert moderator.api.delete(f"{path}/hide").json()["is_hidden"] is False
        assert anonymous.api.get(path).status_code == 200


def test_a_hidden_review_does_not_count_in_the_rating(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona
) -> None:
    template = template_in("approved", alice, moderator)
    kind = bob.creates("reviews", template=template["id"], stars=5)
    rude = carol.creates("reviews", template=template["id"], stars=1)
    path = f"reviews/{rude['id']}"
    for _time in range(2):
        moderator.api.put(f"{path}/hide")
        assert rating(alice, template) == (5, 1)
    carol.api.patch(path, {"stars": 3})
    assert rating(alice, template) == (5, 1)
    for _time in range(2):
        moderator.api.delete(f"{path}/hide")
        assert rating(alice, template) == (4, 2)
    moderator.api.put(f"{path}/hide")
    carol.api.delete(path)
    assert rating(alice, template) == (5, 1)
    bob.api.delete(f"reviews/{kind['id']}")
    assert rating(alice, template) == (0, 0)


def test_an_action_is_held_to_the_version_that_its_sender_knows(
    alice: Persona, moderator: Persona
) -> None:
    path = f"cards/{alice.creates('cards', **CARD)['id']}"
    known = moderator.api.get(path)["ETag"]
    alice.api.patch(path, {"title": "Quiet"})
    refused = moderator.api.put(f"{path}/hide", If_Match=known)
    assert (refused.status_code, alice.api.get(path).json()["is_hidden"]) == (412, False)
    batched = {"method": "PUT", "path": f"{path}/hide", "if_match": known}
    assert moderator.api.post("batch", {"requests": [batched]}).status_code == 412
    current = moderator.api.get(path)["ETag"]
    assert moderator.api.put(f"{path}/hide", If_Match=current).status_code == 200


def rating(persona: Persona, template: object) -> tuple[float, int]:
    now = seen(persona, template)
    return now["rating_average"], now["rating_count"]

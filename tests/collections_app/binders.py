"""Collections with cards in them, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.personas import Persona


def card_of(persona: Persona, title: str = "Dragon", **values: object) -> str:
    """Publish a card and return its id."""
    card = persona.creates("cards", title=title, status="published", **values)
    return str(card["id"])


def filled(persona: Persona, *titles: str, **values: object) -> Any:
    """Start a collection of new cards with these titles."""
    collection = persona.creates("collections", title="Mine", **values)
    for title in titles:
        persona.creates(
            "collection-items", collection=collection["id"], card=card_of(persona, title)
        )
    return collection


def items_of(persona: Persona, collection: Any) -> list[Any]:
    """List a collection's items in their order, each with its card."""
    listed = persona.api.get(
        "collection-items", collection=collection["id"], sort="position", expand="card"
    )
    results: list[Any] = listed.json()["results"]
    return results


def titles_of(persona: Persona, collection: object) -> str:
    """Return the titles of a collection's cards, in their order, as one text."""
    return "".join(item["expand"]["card"]["title"] for item in items_of(persona, collection))

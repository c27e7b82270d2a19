"""Reads across cards: what is related to one, who remixed it, which follow older templates."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import orjson

from cards.models import Card
from resources.api import list_records, registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from resources.api import Actor, JsonObject
    from templates_app.models import Template

    type ListedCard = JsonObject

CANDIDATES = 30
"""Cards that each way of being related may put forward."""
MOST_TAGS = 5
"""Tags of a card by which others are looked for."""
COMPARED = "id,template,creator,remixed_from,tags,rarity,like_count,created_at"
SAME_TEMPLATE, SAME_FAMILY, SHARED_TAG, SAME_CREATOR, SAME_RARITY = 4.0, 3.0, 2.0, 1.0, 0.5
MOST_GENERATIONS = 20
MOST_REMIXES = 100


def related_ids(card: Card, actor: Actor, most: int) -> list[str]:
    """Return the ids of the cards most related to one, of those listed to the actor, best first.

    A card counts 4 for the same template, 3 for the same family of remixes, 2 for each tag in
    common, 1 for the same creator and a half for the same rarity; likes decide between equals. What
    has no more than its rarity in common is not related.
    """
    found = {each["id"]: each for query in _leads(card) for each in listed_cards(actor, **query)}
    found.pop(str(card.pk), None)
    scores = {key: _relation(card, each) for key, each in found.items()}
    related = [key for key in found if scores[key] > SAME_RARITY]
    related.sort(
        key=lambda key: (scores[key], found[key]["like_count"], found[key]["created_at"]),
        reverse=True,
    )
    return related[:most]


def _leads(card: Card) -> Iterator[Mapping[str, object]]:
    """Return the queries whose cards may be related to one."""
    shown = {"fields": COMPARED, "limit": CANDIDATES}
    if card.template_id:
        yield {**shown, "template": card.template_id, "sort": "-like_count"}
    yield {**shown, "creator": card.creator_id, "sort": "-created_at"}
    yield {**shown, "remixed_from": card.pk}
    if card.remixed_from_id:
        yield {**shown, "remixed_from": card.remixed_from_id}
        yield {**shown, "id": card.remixed_from_id}
    for tag in card.tags[:MOST_TAGS]:
        yield {**shown, "search": tag}


def _relation(card: Card, other: ListedCard) -> float:
    """Return how much a card listed as above is related to one."""
    template, origin = str(card.template_id), str(card.remixed_from_id)
    is_kin = other["id"] == origin or other["remixed_from"] in (str(card.pk), origin)
    points: tuple[float, ...] = (
        SAME_TEMPLATE * (other["template"] == template),
        SAME_FAMILY * is_kin,
        SHARED_TAG * len({*card.tags}.intersection(other["tags"])),
        SAME_CREATOR * (other["creator"] == str(card.creator_id)),
        SAME_RARITY * (other["rarity"] == card.rarity),
    )
    return sum(points)


def origins(card: Card) -> list[UUID]:
    """Return the ids of the cards that one goes back to, the nearest first."""
    found: list[UUID] = []
    key = card.remixed_from_id
    while key and len(found) < MOST_GENERATIONS:
        found.append(key)
        key = Card.objects.filter(pk=key).values_list("remixed_from", flat=True).first()
    return found


def remixes(card: Card) -> list[UUID]:
    """Return the ids of the remixes of a card and of theirs in turn, the nearest first."""
    found: list[UUID] = []
    generation = [card.pk]
    for _number in range(MOST_GENERATIONS):
        rows = Card.objects.filter(remixed_from__in=generation).order_by("created_at", "pk")
        generation = list(rows.values_list("pk", flat=True)[: MOST_REMIXES + 1 - len(found)])
        found += generation
        if not generation or len(found) > MOST_REMIXES:
            break
    return found


def outdated_cards(template: Template, member: UUID | None, number: int) -> QuerySet[Card]:
    """Return a member's cards that were made from other versions of a template than one."""
    cards = Card.objects.filter(template=template, creator=member)
    return cards.exclude(template_version__number=number).select_related("template_version")


def listed_cards(actor: Actor, **query: object) -> list[ListedCard]:
    """Return the cards of a page of the list that an actor is shown."""
    answer = list_records(registry.resource_of(Card), actor, urlencode(query), "")
    page: JsonObject = orjson.loads(answer.body)
    found: list[ListedCard] = page["results"]
    return found


def cards_in_order(
    actor: Actor, ids: Sequence[UUID | str], query: Mapping[str, str]
) -> list[ListedCard]:
    """Return those of some cards that are listed to an actor, in the order of their ids.

    `query` are parameters of a list, `fields` and `expand`.
    """
    if not ids:
        return []
    keys = [str(each) for each in ids]
    asked: dict[str, object] = {**query, "id__in": ",".join(keys), "limit": len(keys)}
    if "fields" in query:
        asked["fields"] = f"id,{query['fields']}"
    found = {card["id"]: card for card in listed_cards(actor, **asked)}
    return [found[key] for key in keys if key in found]

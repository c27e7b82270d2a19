"""Batches that write the same records in opposite order do not wait for each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from cards.models import Card
from tests.personas import new_member
from users.models import User

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

BATCHES = 6
RECORDS = 8


def send_batches(member: Persona, writes: list[JsonObject]) -> list[int]:
    """Send a batch of the writes again and again; return the statuses."""
    try:
        return [
            member.api.post("batch", {"requests": writes}).status_code for _batch in range(BATCHES)
        ]
    finally:
        connection.close()


def expects_all_to_be_written(orders: list[tuple[Persona, list[JsonObject]]]) -> None:
    with ThreadPoolExecutor(len(orders)) as threads:
        statuses = threads.map(send_batches, *zip(*orders, strict=True))
    assert [*statuses] == [[200] * BATCHES] * len(orders)


def published_cards(member: Persona) -> list[str]:
    return [
        member.creates("cards", title=f"Dragon {number}", status="published")["id"]
        for number in range(RECORDS)
    ]


def test_members_like_the_same_cards_in_opposite_order(transactional_db: None) -> None:
    cards = published_cards(new_member("alice"))
    likes: list[JsonObject] = [{"method": "PUT", "path": f"cards/{key}/like"} for key in cards]
    expects_all_to_be_written([(new_member("bob"), likes), (new_member("carol"), likes[::-1])])
    assert [*Card.objects.values_list("like_count", flat=True)] == [2] * RECORDS


def test_members_comment_on_the_same_cards_in_opposite_order(transactional_db: None) -> None:
    cards = published_cards(new_member("alice"))
    comments: list[JsonObject] = [
        {"method": "POST", "path": "comments", "body": {"card": key, "text": "Tilt it slowly."}}
        for key in cards
    ]
    bob, carol = new_member("bob"), new_member("carol")
    expects_all_to_be_written([(bob, comments), (carol, comments[::-1])])
    assert [*Card.objects.values_list("comment_count", flat=True)] == [2 * BATCHES] * RECORDS


def test_members_follow_the_same_people_in_opposite_order(transactional_db: None) -> None:
    people = [new_member(f"member{number}") for number in range(RECORDS)]
    first, *_others, last = people
    follows: list[JsonObject] = [
        {"method": "PUT", "path": f"users/{one.id}/follow"} for one in people[1:-1]
    ]
    expects_all_to_be_written([(first, follows), (last, follows[::-1])])
    counts = User.objects.in_bulk([one.id for one in people[1:-1]]).values()
    assert [user.follower_count for user in counts] == [2] * (RECORDS - 2)

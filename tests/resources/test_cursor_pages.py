"""Pages by cursor neither skip nor repeat, whatever is inserted or deleted between them."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from itertools import count
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from templates_app.models import Template
from tests.personas import Persona, new_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.json_text import JsonObject

pytestmark = pytest.mark.dialect

SORTS: tuple[str, ...] = ("-created_at", "-like_count", "like_count,-created_at", "created_at")
SORTS += ("-id", "title,id", "-published_at", "published_at", "published_at,-like_count")
SORTS += ("template.title", "-template.title,like_count", "creator.username", "@random:seed")
STATES = ("approved", "draft")
numbers = count()
disturbances = st.lists(st.sampled_from(["insert", "delete", "like"]), max_size=4)


def card_of(persona: Persona, like_count: int) -> Card:
    """Make a card of no template or of one of two, of which one has nothing to show."""
    template = None
    if like_count:
        title = f"Full Art {like_count}"
        template = Template.objects.filter(title=title).first() or changes.create(
            Template,
            by=SYSTEM,
            author=persona.user,
            title=title,
            slots={},
            state=STATES[like_count % 2],
        )
    return changes.create(
        Card,
        by=SYSTEM,
        creator=persona.user,
        title=f"Dragon {like_count}",
        status="published",
        like_count=like_count,
        published_at=timezone.now() if like_count % 2 else None,
        template=template,
    )


def walk(
    persona: Persona, sort: str, disturb: Callable[[], None], key: str = "next", url: str = ""
) -> list[JsonObject]:
    """Follow `next` (or `previous`) to the end; `disturb` is called between pages."""
    pages: list[list[JsonObject]] = []
    while True:
        asked = {"sort": sort, "limit": "3"} if not url else {}
        response = persona.api.client.get(url or "/api/v1/cards", asked)
        assert response.status_code == 200, response.content
        pages.append(response.json()["results"])
        url = response.json()[key] or ""
        if not url:
            ordered = pages if key == "next" else reversed(pages)
            return [record for page in ordered for record in page]
        disturb()


@pytest.mark.unlogged
@given(sort=st.sampled_from(SORTS), plan=st.lists(disturbances, min_size=8, max_size=8))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_reader_can_walk_all_pages_while_others_write(
    db: None, sort: str, plan: list[list[str]]
) -> None:
    Card.objects.all().delete()
    alice = new_member(f"alice{next(numbers)}")
    stayed = {str(card_of(alice, number % 3).pk) for number in range(10)}
    doomed = [card_of(alice, number % 3) for number in range(4)]
    steps = iter(plan)

    def disturb() -> None:
        for step in next(steps, ()):
            if step == "insert":
                card_of(alice, len(step))
            elif doomed:
                doomed.pop().delete()

    seen = [record["id"] for record in walk(alice, sort, disturb)]
    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@pytest.mark.parametrize("sort", SORTS)
def test_a_reader_can_walk_back_the_way_they_came(alice: Persona, sort: str) -> None:
    for number in range(11):
        card_of(alice, number % 3)
    forwards = walk(alice, sort, lambda: None)
    api = alice.api.client
    page = api.get("/api/v1/cards", {"sort": sort, "limit": "3"}).json()
    while page["next"]:
        page = api.get(page["next"]).json()
    backwards = walk(alice, sort, lambda: None, "previous", page["previous"])
    assert backwards + page["results"] == forwards


def test_a_reader_cannot_read_a_cursor_nor_change_it(alice: Persona) -> None:
    for _number in range(3):
        card_of(alice, 7_654_321)
    asked = {"limit": "2", "sort": "-like_count"}
    first, again = (alice.api.get("cards", **asked) for _time in range(2))
    assert first["ETag"] == again["ETag"], "the same page is the same bytes"
    cursor = first.json()["next"].rpartition("cursor=")[2]
    sealed = urlsafe_b64decode(cursor + "==")
    for told in (b"7654321", b"like_count", first.json()["results"][-1]["id"].encode()):
        assert told not in sealed
    following = alice.api.get("cards", **asked, cursor=cursor)
    assert len(following.json()["results"]) == 1
    altered = [
        cursor[:at] + ("B" if cursor[at] == "A" else "A") + cursor[at + 1 :]
        for at in (*range(0, len(cursor), 9), len(cursor) - 1)
    ]
    for wrong in [*altered, cursor[:-4], f"{cursor}=", f"{cursor}!", "A"]:
        assert alice.api.get("cards", **asked, cursor=wrong).status_code == 400, wrong


def test_a_reader_cannot_use_a_cursor_of_another_resource(alice: Persona) -> None:
    for _number in range(3):
        card_of(alice, 0)
    cursor = alice.api.get("cards", limit="2").json()["next"].rpartition("cursor=")[2]
    assert alice.api.get("collections", cursor=cursor).status_code == 400


def test_a_reader_cannot_use_a_cursor_of_another_order(alice: Persona) -> None:
    for _number in range(4):
        card_of(alice, 0)
    page = alice.api.get("cards", limit="2").json()
    cursor = page["next"].rpartition("cursor=")[2]
    response = alice.api.get("cards", cursor=cursor, sort="-like_count")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "cursor"

"""An hour at the desk: forms, bulk actions, deletes and sanctions, with every counter exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cards.models import Card
from community.models import Comment, Message, Post
from resources.models import Change
from templates_app.models import Review, Template
from tests.admin.counters import wrong_counters
from tests.admin.desks import at_desk, list_of, page_of
from users.models import User

if TYPE_CHECKING:
    from tests.client import Browser
    from tests.personas import Persona

SLOTS = {"type": "object", "properties": {}}


@pytest.fixture
def site(alice: Persona, bob: Persona, carol: Persona, moderator: Persona) -> Any:
    """Fill a small community whose every counter is above zero."""
    template = alice.creates("templates", title="Full Art", slots=SLOTS)
    alice.api.post(f"templates/{template['id']}/submit")
    moderator.api.post(f"templates/{template['id']}/approve")
    for reviewer, stars in ((bob, 5), (carol, 2)):
        reviewer.creates("reviews", template=template["id"], stars=stars)
    for number in range(4):
        card = bob.creates("cards", title=f"Dragon {number}", status="published")
        for fan in (alice, carol):
            fan.api.put(f"cards/{card['id']}/like")
    carol.creates("cards", title="From a template", template=template["id"], status="published")
    binder = carol.creates("collections", title="Binder")
    carol.creates("collection-items", collection=binder["id"], card=card["id"])
    post = alice.creates("posts", text="Look at this")
    first = bob.creates("comments", post=post["id"], text="Rubbish")
    carol.creates("comments", post=post["id"], parent=first["id"], text="Not at all")
    room = alice.creates("rooms", title="Lounge")
    for text in ("Hello", "Spam"):
        bob.creates("messages", room=room["id"], body=text)
    return template


def ticks(desk: Browser, action: str, rows: Any) -> None:
    """Run a bulk action on rows, confirmed."""
    chosen = [str(row.pk) for row in rows]
    sent = {"action": action, "_selected_action": chosen, "post": "yes"}
    assert desk.post(list_of(rows[0]), sent).status_code == 302


def test_every_counter_is_exact_after_a_moderators_hour(
    site: object, alice: Persona, bob: Persona, moderator: Persona
) -> None:
    desk = at_desk(moderator)
    assert wrong_counters() == {}
    cards = list(Card.objects.filter(title__startswith="Dragon").order_by("title"))
    ticks(desk, "post_archive", cards[:2])
    ticks(desk, "delete_selected", cards[1:3])
    assert desk.post(page_of(cards[3], "delete"), {"post": "yes"}).status_code == 302
    ticks(desk, "delete_selected", list(Comment.objects.filter(text="Rubbish")))
    ticks(desk, "put_hide", list(Message.objects.filter(body="Spam")))
    ticks(desk, "delete_selected", list(Message.objects.filter(body="Hello")))
    ticks(desk, "delete_selected", list(Review.objects.filter(stars=2)))
    ticks(desk, "put_hide", list(Post.objects.all()))
    sanction = {"user": bob.id, "kind": "silence", "reason": "Rubbish."}
    assert desk.post("/admin/users/sanction/add/", sanction).status_code == 302
    assert wrong_counters() == {}
    assert User.objects.get(pk=bob.id).card_count == 0
    assert Template.objects.get().rating_average == 5
    assert Comment.objects.filter(text="Not at all").exists()
    finds_every_act_by_name(desk, moderator)


def finds_every_act_by_name(desk: Browser, moderator: Persona) -> None:
    """Search the log by the moderator's name and by what each act was about."""
    acts = set(Change.objects.filter(actor_id=moderator.id).values_list("pk", flat=True))
    by_actor = desk.get("/admin/resources/change/", {"q": "moderator"})
    listed = {change.pk for change in by_actor.context["cl"].result_list}
    assert listed >= {pk for pk in acts if not is_account_event(pk)}
    for name in ("Dragon 0", "Dragon 1", "Dragon 2", "Dragon 3", "Look at this", "Spam", "Hello"):
        found = desk.get("/admin/resources/change/", {"q": name})
        actors = {str(change.actor_id) for change in found.context["cl"].result_list}
        assert moderator.id in actors, name


def is_account_event(pk: int) -> bool:
    """Tell whether a change is of what only accounts see."""
    return Change.objects.get(pk=pk).resource.startswith("auth/")

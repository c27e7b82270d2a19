"""Who takes part in the test of counters, and what they like, follow and review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management import call_command

from cards.models import Card
from community.models import Post
from resources import changes
from resources.actors import SYSTEM
from templates_app.models import Template
from tests.personas import new_member

if TYPE_CHECKING:
    from resources.json_text import JsonObject

TARGETS = 3
"""Rows of each kind, few enough that everybody meets at them."""
SLOTS = {"type": "object", "properties": {}}


def fill(count: int) -> JsonObject:
    """Make members, and an author with cards, posts and templates. Return ids and tokens."""
    call_command("migrate", verbosity=0)
    author = new_member("author").user
    members = [new_member(f"member{number}") for number in range(count)]
    numbers = range(TARGETS)
    shown = {"creator": author, "status": "published"}
    cards = [changes.create(Card, by=SYSTEM, title=f"Card {n}", **shown) for n in numbers]
    posts = [changes.create(Post, by=SYSTEM, author=author, text=f"Post {n}") for n in numbers]
    drawn = {"author": author, "slots": SLOTS, "state": "approved"}
    templates = [changes.create(Template, by=SYSTEM, title=f"{n}", **drawn) for n in numbers]
    return {
        "members": [{"id": member.id, "token": member.token} for member in members],
        "cards": [str(card.pk) for card in cards],
        "posts": [str(post.pk) for post in posts],
        "templates": [str(template.pk) for template in templates],
        "users": [member.id for member in members[:TARGETS]],
    }

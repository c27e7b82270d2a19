"""Every text that members write is screened, or stands here with the reason why it need not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CharField, JSONField, TextField

from community.models import ModerationCase, Post
from files.columns import AlbumColumn
from resources import registry
from resources.sealing import SealedField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.declaration import Resource
    from tests.personas import Persona

OWN = "nobody else reads it"
MODERATORS_READ = "moderators alone read it"
MODERATORS_WRITE = "moderators, who are not screened, write it"
OPERATORS_WRITE = "admins, who are not screened, write it"
APPROVED = "a moderator approves each version before others see it"
NO_WORDS = "its schema takes no words"

UNSCREENED = {
    "appeals": {"text": MODERATORS_READ},
    "auth/api-keys": {"name": OWN, "scopes": NO_WORDS},
    "auth/passkeys": {"name": OWN},
    "cards": {"effects": NO_WORDS},
    "case-notes": {"text": MODERATORS_READ},
    "consents": {"document": OWN, "version": OWN},
    "push-subscriptions": {"device": OWN},
    "reactions": {"emoji": "it is one of the site's list"},
    "reports": {"target_resource": NO_WORDS, "text": MODERATORS_READ},
    "sanctions": {"reason": MODERATORS_WRITE},
    "screening-rules": dict.fromkeys(
        ("condition", "message", "name", "resources"), MODERATORS_WRITE
    ),
    "templates": dict.fromkeys(("default_effects", "description", "slots", "title"), APPROVED),
    "webhooks": dict.fromkeys(("name", "topics", "url"), OPERATORS_WRITE),
}


def written_texts(resource: Resource) -> Iterator[str]:
    """Yield the columns of a resource that can hold words of whoever writes them."""
    for name in {*resource.writable, *resource.editable}:
        column = resource.column(name)
        is_text = isinstance(column, CharField | TextField | JSONField)
        is_closed = bool(column.choices) or isinstance(column, AlbumColumn | SealedField)
        if is_text and not is_closed:
            yield name


def test_every_text_that_members_write_is_screened() -> None:
    unscreened = {
        resource.name: names - set(resource.screened)
        for resource in registry.all_resources()
        if (names := set(written_texts(resource))) - set(resource.screened)
    }
    assert unscreened == {name: set(reasons) for name, reasons in UNSCREENED.items()}


def test_what_a_poll_asks_is_held_with_its_post(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    condition = {"keywords": {"any_of": ["free gems", "무료"], "match": "part"}}
    moderator.creates("screening-rules", name="Gems", condition=condition, action="hold")
    post = alice.creates("posts", text="Which one?")["id"]
    alice.creates("polls", post=post, options=["This", "무료로 드려요"])
    assert bob.api.get(f"posts/{post}").status_code == 404
    assert bob.api.get("polls", post=post).json()["results"] == []
    case = ModerationCase.objects.get()
    assert (case.kind, case.target_resource, case.target_id) == (
        "held",
        "posts",
        Post.objects.get().pk,
    )
    assert "무료" in case.notes.get().text

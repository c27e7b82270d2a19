"""Who is mentioned: `@username` in the texts of posts, comments and messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Lower

from community.models import Comment, Mention, Message, Post
from resources.api import changes
from users.models import Block, User

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Actor

MOST_MENTIONS = 20
"""Members that one text can mention; further names in it are only text."""
NAMED = re.compile(
    # No part of an e-mail address or of a path, and no beginning of a longer name.
    r"(?<![A-Za-z0-9@/._-])@([A-Za-z0-9][A-Za-z0-9_.-]{1,28}[A-Za-z0-9])(?![A-Za-z0-9])"
)
RELATIONS: dict[type[Post | Comment | Message], str] = {
    Post: "post",
    Comment: "comment",
    Message: "message",
}


def note_mentions(said: Post | Comment | Message, text: str, *, by: Actor) -> None:
    """Write whom a new text mentions."""
    _mention(said, _mentioned(text, said.author_id), by=by)


def update_mentions(said: Post | Comment | Message, text: str, *, by: Actor) -> None:
    """Write whom a text mentions now; who stays mentioned keeps their row."""
    wanted = _mentioned(text, said.author_id)
    for mention in Mention.objects.filter(**{RELATIONS[type(said)]: said}):
        if mention.member_id in wanted:
            wanted.remove(mention.member_id)
        else:
            changes.delete(mention, by=by)
    _mention(said, wanted, by=by)


def _mention(said: Post | Comment | Message, members: list[UUID], *, by: Actor) -> None:
    for member in members:
        changes.create(Mention, by=by, member_id=member, **{RELATIONS[type(said)]: said})


def _mentioned(text: str, author: UUID) -> list[UUID]:
    """Return the members whom a text names, without its author and those on no terms with them."""
    names = list(dict.fromkeys(name.lower() for name in NAMED.findall(text)))[:MOST_MENTIONS]
    if not names:
        return []
    blocks = Block.objects.filter(Q(blocker=author) | Q(blocked=author))
    on_no_terms = {each for pair in blocks.values_list("blocker", "blocked") for each in pair}
    members = (
        User.objects.annotate(name=Lower("username"))
        .filter(name__in=names, is_active=True, leaves_at=None)
        .exclude(pk=author)
        .order_by("pk")
    )
    return [key for key in members.values_list("pk", flat=True) if key not in on_no_terms]

"""Comments and the replies to them."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.exclusive import exactly_one
from community.models.posts import Post
from resources.api import Record

DEEPEST_REPLY = 8


class Comment(Record):
    """A comment on a post or on a card, or a reply to one.

    One that was deleted after others had answered it stays as a tombstone: `is_deleted`, without
    its text.
    """

    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("post"),
    )
    card = models.ForeignKey(
        "cards.Card",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="comments",
        verbose_name=_("card"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("reply to"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="comments",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"), max_length=4000)
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    depth = models.PositiveSmallIntegerField(_("depth"), default=0, editable=False)
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False)
    is_deleted = models.BooleanField(_("deleted by its author"), default=False, editable=False)
    reaction_counts = models.JSONField(_("reactions"), default=dict, blank=True, editable=False)
    like_count = models.PositiveIntegerField(_("likes"), default=0, editable=False)

    derived = frozenset({"like_count", "reaction_counts"})

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(depth__lte=DEEPEST_REPLY),
                name="reply_not_too_deep",
                violation_error_message=_("Replies nest eight deep at most."),
            ),
            models.CheckConstraint(
                condition=exactly_one("post", "card"),
                name="comment_on_post_or_card",
                violation_error_message=_("A comment is on a post or on a card."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="comment_oldest"),
            models.Index(fields=["updated_at", "id"], name="comment_by_update"),
            models.Index(fields=["post", "created_at", "id"], name="comment_by_post"),
            models.Index(fields=["card", "created_at", "id"], name="comment_by_card"),
            models.Index(fields=["-like_count", "-id"], name="comment_most_liked"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60] or str(self.pk)

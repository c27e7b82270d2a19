"""Who reacted to what with which emoji."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.chat import Message
from community.models.comments import Comment
from community.models.exclusive import exactly_one
from community.models.posts import Post
from resources.api import Record


class Reaction(Record):
    """An emoji that a member put to a post, a comment or a message."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reactions",
        db_index=False,
        verbose_name=_("post"),
    )
    comment = models.ForeignKey(
        Comment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reactions",
        db_index=False,
        verbose_name=_("comment"),
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reactions",
        db_index=False,
        verbose_name=_("message"),
    )
    emoji = models.CharField(_("emoji"), max_length=32)

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=exactly_one("post", "comment", "message"),
                name="reaction_to_one_text",
                violation_error_message=_("A reaction is to a post, a comment or a message."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[target, "user", "emoji"],
                    name=f"one_reaction_to_{target}",
                    violation_error_message=_("You have reacted with this already."),
                )
                for target in ("post", "comment", "message")
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="reaction_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="reaction_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} {self.emoji}"

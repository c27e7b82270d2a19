"""Who is mentioned where."""

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


class Mention(Record):
    """That a post, a comment or a message names a member: `@username`."""

    member = models.ForeignKey(
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
        related_name="mentions",
        db_index=False,
        verbose_name=_("post"),
    )
    comment = models.ForeignKey(
        Comment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mentions",
        db_index=False,
        verbose_name=_("comment"),
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mentions",
        db_index=False,
        verbose_name=_("message"),
    )

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=exactly_one("post", "comment", "message"), name="mention_in_one_text"
            ),
            models.UniqueConstraint(fields=["post", "member"], name="mentioned_once_in_post"),
            models.UniqueConstraint(fields=["comment", "member"], name="mentioned_once_in_comment"),
            models.UniqueConstraint(fields=["message", "member"], name="mentioned_once_in_message"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="mention_newest"),
            models.Index(fields=["member", "-created_at", "-id"], name="mention_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"@{self.member}"

"""Who likes which post and which comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.comments import Comment
from community.models.posts import Post
from resources.api import Record

if TYPE_CHECKING:
    from collections.abc import Mapping


class PostLike(Record):
    """That a member likes a post."""

    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        related_name="likes",
        db_index=False,
        verbose_name=_("post"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )

    counted_in: ClassVar[Mapping[str, str]] = {"post": "like_count"}

    class Meta:
        verbose_name = _("like of a post")
        verbose_name_plural = _("likes of posts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["post", "user"],
                name="one_post_like_per_member",
                violation_error_message=_("You like this post already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="post_like_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="post_like_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} ♥ {self.post}"


class CommentLike(Record):
    """That a member likes a comment."""

    comment = models.ForeignKey(
        Comment,
        on_delete=models.CASCADE,
        related_name="likes",
        db_index=False,
        verbose_name=_("comment"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )

    counted_in: ClassVar[Mapping[str, str]] = {"comment": "like_count"}

    class Meta:
        verbose_name = _("like of a comment")
        verbose_name_plural = _("likes of comments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["comment", "user"],
                name="one_comment_like_per_member",
                violation_error_message=_("You like this comment already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="comment_like_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="comment_like_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} ♥ {self.comment}"

"""What members say to each other."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from resources.fields import TagsField
from resources.models import Record

DEEPEST_REPLY = 8


class Post(Record):
    """A member's post, often about a card or a template."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="posts",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"), max_length=10_000)
    card = models.ForeignKey(
        "cards.Card",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("card"),
    )
    template = models.ForeignKey(
        "card_templates.Template",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("template"),
    )
    image = models.ForeignKey(
        "files.File",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("image"),
    )
    tags = TagsField(verbose_name=_("tags"))
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False)
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="post_newest"),
            models.Index(fields=["-comment_count", "-id"], name="post_most_discussed"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60]


class Comment(Record):
    """A comment on a post, or a reply to one."""

    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="comments", verbose_name=_("post")
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
    depth = models.PositiveSmallIntegerField(_("depth"), default=0, editable=False)
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(depth__lte=DEEPEST_REPLY),
                name="reply_not_too_deep",
                violation_error_message=_("Replies nest eight deep at most."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="comment_oldest"),
            models.Index(fields=["post", "created_at", "id"], name="comment_by_post"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60]

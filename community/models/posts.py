"""Posts and their albums."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from files.columns import album, attachment
from files.models import AlbumEntry
from resources.api import Record, TagsField

POST_ATTACHMENTS = (
    "application/pdf",
    "audio/mpeg",
    "audio/ogg",
    "model/gltf-binary",
    "video/mp4",
    "video/webm",
)
"""A foil that moves in the light, the rules of a game, a stand to print, a tune."""


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
    images = album(_("images"), through="community.PostImage", most=10)
    attachment = attachment(_("attachment"), types=POST_ATTACHMENTS, most_bytes=10 * 1024**3)
    tags = TagsField(verbose_name=_("tags"))
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False)
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    reaction_counts = models.JSONField(_("reactions"), default=dict, blank=True, editable=False)
    like_count = models.PositiveIntegerField(_("likes"), default=0, editable=False)
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)

    derived = frozenset({"comment_count", "like_count", "reaction_counts"})

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="post_newest"),
            models.Index(fields=["-like_count", "-id"], name="post_most_liked"),
            models.Index(fields=["-comment_count", "-id"], name="post_most_discussed"),
            models.Index(fields=["updated_at", "id"], name="post_by_update"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60] or str(self.pk)


class PostImage(AlbumEntry):
    """A place in the album of a post."""

    record = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the place of each is unique, and begins with the post
        verbose_name=_("post"),
    )

    class Meta(AlbumEntry.Meta):
        verbose_name = _("image of a post")
        verbose_name_plural = _("images of posts")

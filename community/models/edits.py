"""What posts and comments said before they were edited."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.comments import Comment
from community.models.exclusive import exactly_one
from community.models.posts import Post
from resources.api import Record


class Edit(Record):
    """What a post or a comment said from `written_at` until `created_at`, when it was edited.

    `was_public` says whether everybody could read that text when it was replaced.
    """

    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="edits",
        db_index=False,
        verbose_name=_("post"),
    )
    comment = models.ForeignKey(
        Comment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="edits",
        db_index=False,
        verbose_name=_("comment"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"), max_length=10_000)
    written_at = models.DateTimeField(_("written at"))
    was_public = models.BooleanField(_("could be read by everybody"))

    class Meta:
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=exactly_one("post", "comment"), name="edit_of_one_text"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="edit_newest"),
            models.Index(fields=["post", "-created_at", "-id"], name="edit_by_post"),
            models.Index(fields=["comment", "-created_at", "-id"], name="edit_by_comment"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60] or str(self.pk)

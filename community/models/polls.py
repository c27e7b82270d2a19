"""Polls in posts, and the votes in them."""

from __future__ import annotations

from typing import ClassVar, Self, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.posts import Post
from resources.api import DocumentField, Record

OPTIONS = {
    "type": "array",
    "minItems": 2,
    "maxItems": 10,
    "uniqueItems": True,
    "items": {"type": "string", "minLength": 1, "maxLength": 120},
}


class PollQuerySet(models.QuerySet["Poll"]):
    """Queries of polls."""

    def due(self) -> Self:
        """Return the open polls whose time is over."""
        return self.filter(is_closed=False, closes_at__lte=timezone.now())


class Poll(Record):
    """A question with several answers, of which each member chooses one.

    `counts` holds the votes of each option, in the order of `options`.
    """

    post = models.OneToOneField(
        Post, on_delete=models.CASCADE, related_name="poll", verbose_name=_("post")
    )
    options = DocumentField(verbose_name=_("options"), schema=OPTIONS)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    is_closed = models.BooleanField(_("closed"), default=False, editable=False)
    has_hidden_results = models.BooleanField(
        _("results hidden until one has voted or it is closed"), default=False
    )
    counts = models.JSONField(_("votes of each option"), default=list, blank=True, editable=False)
    vote_count = models.PositiveIntegerField(_("votes"), default=0, editable=False)

    objects = PollQuerySet.as_manager()

    derived = frozenset({"counts", "vote_count"})

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="poll_newest"),
            models.Index(
                fields=["closes_at"], name="poll_due", condition=models.Q(is_closed=False)
            ),
        ]

    @override
    def __str__(self) -> str:
        return " · ".join(self.options)


class PollVote(Record):
    """Which option of a poll a member chose, counted from 0."""

    poll = models.ForeignKey(
        Poll,
        on_delete=models.CASCADE,
        related_name="votes",
        db_index=False,  # the vote of each is unique, and begins with the poll
        verbose_name=_("poll"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the index by member begins with it
        verbose_name=_("member"),
    )
    option = models.PositiveSmallIntegerField(_("option"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["poll", "user"],
                name="one_vote_per_member",
                violation_error_message=_("You have voted already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="poll_vote_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="poll_vote_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} → {self.option}"

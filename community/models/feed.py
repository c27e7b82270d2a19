"""What the members' feed shows, ranked, and what of it a member has read."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import Record


class FeedItem(Record):
    """A card or a post in the feed, with what it is ranked by.

    A card or post gets one when everybody can see it for the first time, and keeps it. Items of
    what was deleted stay for a while without it: whoever publishes the same once more gets their
    age (`community.services.ranking`).
    """

    class Kind(models.TextChoices):
        """What an item shows."""

        CARD = "card", _("card")
        POST = "post", _("post")

    class Recency(models.IntegerChoices):
        """The shortest window that an item is in."""

        DAY = 0, _("of the last day")
        WEEK = 1, _("of the last week")
        MONTH = 2, _("of the last month")
        OLDER = 3, _("older")

    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    card = models.OneToOneField(
        "cards.Card",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("card"),
    )
    post = models.OneToOneField(
        "community.Post",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("post"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # two indexes begin with the author
        verbose_name=_("author"),
    )
    is_shown = models.BooleanField(_("shown to everybody"), default=True, editable=False)
    published_at = models.DateTimeField(
        _("published at"),
        default=timezone.now,
        editable=False,
        help_text=_("When everybody could see it for the first time."),
    )
    recency = models.PositiveSmallIntegerField(
        _("recency"), choices=Recency, default=Recency.DAY, editable=False
    )
    points = models.PositiveIntegerField(
        _("points"), default=0, editable=False, help_text=_("The score of the mode “top”.")
    )
    hot = models.BigIntegerField(
        _("hot"), default=0, editable=False, help_text=_("The score of the mode “hot”.")
    )
    content_digest = models.CharField(max_length=64, default="", blank=True, editable=False)

    derived = frozenset({"is_shown", "published_at", "recency", "points", "hot", "content_digest"})
    unlogged = frozenset({"content_digest"})

    class Meta:
        verbose_name = _("feed item")
        verbose_name_plural = _("feed items")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(card=None) | Q(post=None), name="feed_item_shows_one"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-hot", "-id"], name="feed_hot", condition=Q(is_shown=True)),
            models.Index(
                fields=["-published_at", "-id"], name="feed_new", condition=Q(is_shown=True)
            ),
            models.Index(fields=["-points", "-id"], name="feed_top", condition=Q(is_shown=True)),
            models.Index(
                fields=["-points", "-id"],
                name="feed_top_day",
                condition=Q(is_shown=True, recency__lte=0),
            ),
            models.Index(
                fields=["-points", "-id"],
                name="feed_top_week",
                condition=Q(is_shown=True, recency__lte=1),
            ),
            models.Index(
                fields=["-points", "-id"],
                name="feed_top_month",
                condition=Q(is_shown=True, recency__lte=2),
            ),
            models.Index(
                fields=["author", "is_shown", "-published_at", "-id"], name="feed_by_author"
            ),
            models.Index(
                fields=["author", "content_digest"],
                name="feed_withdrawn",
                condition=Q(card=None, post=None),
            ),
            models.Index(fields=["recency", "published_at"], name="feed_by_recency"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.card or self.post or self.pk)


class FeedRead(Record):
    """That a member has read an item of the feed."""

    item = models.ForeignKey(
        FeedItem, on_delete=models.CASCADE, related_name="reads", verbose_name=_("feed item")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # an index begins with it
        verbose_name=_("member"),
    )

    class Meta:
        verbose_name = _("read feed item")
        verbose_name_plural = _("read feed items")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["item", "user"],
                name="feed_item_read_once",
                violation_error_message=_("You have read this already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="feed_read_by_member"),
            models.Index(fields=["-created_at", "-id"], name="feed_read_newest"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} · {self.item}"

"""How members stand to each other: who follows, blocks or mutes whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, override

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from resources.api import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


class FollowQuerySet(models.QuerySet["Follow"]):
    """Queries of follows."""

    def between(self, one: UUID | None, other: UUID | None) -> Self:
        """Return the follows of two members by each other."""
        pair = (one, other)
        return self.filter(follower__in=pair, followed__in=pair)


class Follow(Record):
    """That a member wants to see what another publishes."""

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="follows",
        db_index=False,  # the index by follower begins with it
        verbose_name=_("follower"),
    )
    followed = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="followers",
        db_index=False,
        verbose_name=_("followed"),
    )

    objects = FollowQuerySet.as_manager()

    counted_in: ClassVar[Mapping[str, str]] = {
        "follower": "following_count",
        "followed": "follower_count",
    }

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["follower", "followed"],
                name="follow_once",
                violation_error_message=_("You follow this member already."),
            ),
            models.CheckConstraint(
                condition=~Q(follower=F("followed")),
                name="follow_somebody_else",
                violation_error_message=_("You can't follow yourself."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="follow_newest"),
            models.Index(fields=["follower", "-created_at", "-id"], name="follow_by_follower"),
            models.Index(fields=["followed", "-created_at", "-id"], name="follow_by_followed"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.follower} → {self.followed}"


class Block(Record):
    """That two members see nothing of each other, because one of them wants it so."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="blocks",
        db_index=False,  # both pairs below begin with one of the two
        verbose_name=_("blocker"),
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("blocked"),
    )

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["blocker", "blocked"],
                name="block_once",
                violation_error_message=_("You have blocked this member already."),
            ),
            models.CheckConstraint(
                condition=~Q(blocker=F("blocked")),
                name="block_somebody_else",
                violation_error_message=_("You can't block yourself."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="block_newest"),
            models.Index(fields=["blocker", "-created_at", "-id"], name="block_by_blocker"),
            models.Index(fields=["blocked", "blocker"], name="block_by_blocked"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.blocker} ⊘ {self.blocked}"


class Mute(Record):
    """That a member's lists leave out what another publishes; the other isn't told."""

    muter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="mutes",
        db_index=False,  # the pair below begins with it
        verbose_name=_("muter"),
    )
    muted = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("muted"),
    )

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["muter", "muted"],
                name="mute_once",
                violation_error_message=_("You have muted this member already."),
            ),
            models.CheckConstraint(
                condition=~Q(muter=F("muted")),
                name="mute_somebody_else",
                violation_error_message=_("You can't mute yourself."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="mute_newest"),
            models.Index(fields=["muter", "-created_at", "-id"], name="mute_by_muter"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.muter} ∅ {self.muted}"

"""Who moderates a part of the community."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.chat import Room
from community.models.moderation import SCOPE_LENGTH
from resources.api import Record
from templates_app.models import Template


class ModeratorScope(Record):
    """That a member moderates one category of templates or one room, and nothing else.

    `scope` spells which: `categories/creature` or `rooms/<id>`.
    """

    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the scope of each is unique, and begins with the moderator
        verbose_name=_("moderator"),
    )
    category = models.CharField(
        _("category"), max_length=12, choices=Template.Category, blank=True, default=""
    )
    room = models.ForeignKey(
        Room,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chat room"),
    )
    scope = models.CharField(_("scope"), max_length=SCOPE_LENGTH, editable=False)

    class Meta:
        verbose_name = _("scope of a moderator")
        verbose_name_plural = _("scopes of moderators")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["moderator", "scope"],
                name="moderator_scope_once",
                violation_error_message=_("This member moderates that already."),
            ),
            models.CheckConstraint(condition=~models.Q(scope=""), name="moderator_scope_named"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="moderator_scope_newest"),
            models.Index(fields=["moderator", "-created_at", "-id"], name="scope_by_moderator"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.moderator}: {self.scope}"

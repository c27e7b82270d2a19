"""How far members have read in chat rooms."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.chat import Room
from resources.api import Record


class RoomRead(Record):
    """Until when a member has read a room."""

    room = models.ForeignKey(
        Room,
        on_delete=models.CASCADE,
        related_name="reads",
        db_index=False,  # the mark of each is unique, and begins with the room
        verbose_name=_("chat room"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the index by member begins with it
        verbose_name=_("member"),
    )
    read_at = models.DateTimeField(_("read until"))

    class Meta:
        verbose_name = _("reading mark of a room")
        verbose_name_plural = _("reading marks of rooms")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["room", "user"], name="one_mark_per_reader")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="room_read_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="room_read_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} · {self.room}"

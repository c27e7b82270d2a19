"""Chat rooms, their members and their messages."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import Record, SortedCharField


class Room(Record):
    """A place to chat, open to everyone or to invited members only."""

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="rooms",
        verbose_name=_("creator"),
    )
    title = SortedCharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    # A room that outlived its card would be open to those who could never see the card.
    card = models.ForeignKey(
        "cards.Card",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rooms",
        verbose_name=_("card"),
    )
    is_private = models.BooleanField(_("for invited members only"), default=False)
    is_closed = models.BooleanField(_("closed"), default=False)
    message_count = models.PositiveIntegerField(_("messages"), default=0, editable=False)
    last_message_at = models.DateTimeField(
        _("last message at"),
        default=timezone.now,
        editable=False,
        help_text=_("When a message was last written; in an empty room, when it was opened."),
    )

    derived = frozenset({"message_count", "last_message_at"})

    class Meta:
        verbose_name = _("chat room")
        verbose_name_plural = _("chat rooms")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-last_message_at", "-id"], name="room_liveliest"),
            models.Index(fields=["-created_at", "-id"], name="room_newest"),
        ]

    @override
    def __str__(self) -> str:
        return self.title


class RoomMember(Record):
    """A member who was invited to a room."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="members", verbose_name=_("chat room")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("member"),
    )

    class Meta:
        verbose_name = _("member of a chat room")
        verbose_name_plural = _("members of chat rooms")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["room", "user"],
                name="room_member_once",
                violation_error_message=_("This member is in the room already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="room_member_newest")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} · {self.room}"


class Message(Record):
    """What a member says in a room."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="messages", verbose_name=_("chat room")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("author"),
    )
    body = models.TextField(_("text"), max_length=4000)
    reply_to = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reply to"),
    )
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False)
    reaction_counts = models.JSONField(_("reactions"), default=dict, blank=True, editable=False)

    derived = frozenset({"reaction_counts"})

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
            models.Index(fields=["room", "-created_at", "-id"], name="message_by_room"),
        ]

    @override
    def __str__(self) -> str:
        return self.body[:60] or str(self.pk)

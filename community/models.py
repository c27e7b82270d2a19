"""What members say to each other."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from files.columns import album, attachment
from files.models import AlbumEntry
from resources.api import Record, SortedCharField, TagsField

DEEPEST_REPLY = 8
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
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)

    derived = frozenset({"comment_count"})

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="post_newest"),
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


class Comment(Record):
    """A comment on a post, or a reply to one.

    One that was deleted after others had answered it stays as a tombstone: `is_deleted`, without
    its text.
    """

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
    is_deleted = models.BooleanField(_("deleted by its author"), default=False, editable=False)

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
            models.Index(fields=["updated_at", "id"], name="comment_by_update"),
            models.Index(fields=["post", "created_at", "id"], name="comment_by_post"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60] or str(self.pk)


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

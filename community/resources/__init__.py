"""What of posts, comments and chat is offered to clients."""

from community.resources import (
    chat,
    comments,
    duplicate_art,
    edits,
    feed,
    likes,
    mentions,
    moderation,
    notifications,
    polls,
    posts,
    reactions,
    reports,
    room_reads,
    screening,
)

__all__ = [
    "chat",
    "comments",
    "duplicate_art",
    "edits",
    "feed",
    "likes",
    "mentions",
    "moderation",
    "notifications",
    "polls",
    "posts",
    "reactions",
    "reports",
    "room_reads",
    "screening",
]

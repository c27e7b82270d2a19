"""What of posts, comments and chat is offered to clients."""

from community.resources import (
    chat,
    comments,
    feed,
    likes,
    moderation,
    posts,
    reports,
    screening,
)

__all__ = [
    "chat",
    "comments",
    "feed",
    "likes",
    "moderation",
    "posts",
    "reports",
    "screening",
]

"""What of posts, comments and chat is offered to clients."""

from community.resources import chat, comments, posts

__all__ = ["chat", "comments", "posts"]

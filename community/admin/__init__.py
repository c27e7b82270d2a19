"""Moderators' view of what members say."""

from community.admin import chat, posts, screening

__all__ = ["chat", "posts", "screening"]

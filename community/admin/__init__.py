"""Moderators' view of what members say."""

from community.admin import cases, chat, posts, screening

__all__ = ["cases", "chat", "posts", "screening"]

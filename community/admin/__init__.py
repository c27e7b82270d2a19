"""Moderators' view of what members say."""

from community.admin import chat, posts

__all__ = ["chat", "posts"]

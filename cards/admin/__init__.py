"""Moderators' view of cards."""

from cards.admin import cards

__all__ = ["cards"]

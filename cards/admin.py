"""Moderators' view of cards: the derived admin, with the card's face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cards.models import Card
from files.admin import shown_picture
from resources.admin.derived import derived_admin
from resources.api import registry

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

DerivedCardAdmin: Any = derived_admin(registry.resource_of(Card))


@admin.register(Card)
class CardAdmin(DerivedCardAdmin):
    """Cards with a small and a large picture of their front."""

    list_display = ("thumbnail", "title", "creator", "rarity", "status", "visibility", "like_count")
    list_display_links = ("thumbnail", "title")
    list_select_related = ("creator", "front")
    extra_fields = ("face",)

    @admin.display(description="")
    def thumbnail(self, card: Card) -> SafeString | str:
        """Show the front, small."""
        return _picture(card, 44)

    @admin.display(description=_("face"))
    def face(self, card: Card) -> SafeString | str:
        """Show the front, large."""
        return _picture(card, 220)


def _picture(card: Card, width: int) -> SafeString | str:
    return shown_picture(card.front, width) if card.front else ""

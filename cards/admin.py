"""Moderators' view of cards: the derived admin, with the card's face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cards.models import Card
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
    if card.front is None:
        return ""
    # The theme's `max-width: 100%` would leave nothing of it in a narrow table.
    style = f"width:{width}px;max-width:none;border-radius:{max(4, width // 20)}px"
    address = f"{settings.FILES_URL}{card.front.key}"
    return format_html('<img src="{}" alt="" loading="lazy" style="{}">', address, style)

"""Moderators' view of cards: the derived admin, with the card's face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cards.admin.card_face import CARD_FACE_MEDIA, card_face
from cards.models import Card
from files.admin import shown_picture
from resources.admin.derived import derived_admin
from resources.api import registry

if TYPE_CHECKING:
    from django.forms import Media
    from django.utils.safestring import SafeString

DerivedCardAdmin: Any = derived_admin(registry.resource_of(Card))


@admin.register(Card)
class CardAdmin(DerivedCardAdmin):
    """Cards with a small picture of their front in lists, and as they shimmer on their pages."""

    list_display = ("thumbnail", "title", "creator", "rarity", "status", "visibility", "like_count")
    list_display_links = ("thumbnail", "title")
    list_select_related = ("creator", "front")
    extra_fields = ("face",)

    @admin.display(description="")
    def thumbnail(self, card: Card) -> SafeString | str:
        """Show the front, small."""
        return shown_picture(card.front, 44) if card.front else ""

    @admin.display(description=_("face"))
    def face(self, card: Card) -> SafeString:
        """Show the card, large and shimmering."""
        return card_face(card)

    @property
    @override
    def media(self) -> Media:
        """Add what has the face shimmer."""
        page: Media = super().media
        return page + CARD_FACE_MEDIA

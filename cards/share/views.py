"""A card's page for crawlers, which browsers are sent on from, and the picture it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.models import Card
from cards.share.pictures import SIZE, share_picture, shared
from files.serving.answers import serve
from files.serving.content import Content
from resources.api import ANONYMOUS, Problem, is_visible, not_visible, registry

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from cards.share.pictures import Shared

FOR_A_WHILE = "public, max-age=60"
"""A card may be made private: a cache in front shows it so much longer at most."""
DESCRIPTION_LENGTH = 200


@require_safe
def card_page(request: HttpRequest, card_id: UUID) -> HttpResponseBase:
    """Describe a card by Open Graph (https://ogp.me), or send a browser on to the card's page."""
    try:
        card = _public(card_id)
    except Problem as problem:
        return problem.response()
    elsewhere = settings.CARD_URL.replace("{id}", str(card.pk))
    response: HttpResponseBase
    # Browsers say that they open a page (Fetch Metadata); crawlers don't.
    if elsewhere and request.headers.get("Sec-Fetch-Dest") == "document":
        response = HttpResponseRedirect(elsewhere)
    else:
        response = render(request, "cards/share.html", _context(card, elsewhere))
    if card.visibility != Card.Visibility.PUBLIC:
        response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = FOR_A_WHILE
    response["Vary"] = "Accept-Language, Sec-Fetch-Dest"
    return response


@require_safe
def card_picture(request: HttpRequest, card_id: UUID, fingerprint: str) -> HttpResponseBase:
    """Send a card's share picture; from the address of an older one to that of today's."""
    try:
        card = _public(card_id)
        about = shared(card)
        if about is None:
            raise not_visible()
        if about.fingerprint != fingerprint:
            response: HttpResponseBase = HttpResponseRedirect(_picture_path(card, about))
            response["Cache-Control"] = FOR_A_WHILE
            return response
        response = serve(request, _content(card, about))
    except Problem as problem:
        return problem.response()
    if card.visibility != Card.Visibility.PUBLIC:
        response["X-Robots-Tag"] = "noindex"
    return response


def _public(card_id: UUID) -> Card:
    """Return a card that anyone may view; raises Problem 404."""
    resource = registry.resource_of(Card)
    if not is_visible(resource, ANONYMOUS, card_id):
        raise not_visible()
    cards = Card.objects.select_related("creator", "front", "mask", "foil")
    card = cards.filter(pk=card_id).first()
    if card is None:
        raise not_visible()
    return card


def _content(card: Card, about: Shared) -> Content:
    """Return the bytes of the picture: of the front itself where no picture can be made of it."""
    made = share_picture(about)
    source = made if made.digest else about.front
    return Content(
        key=source.key,
        size=source.size or 0,
        content_type=source.content_type,
        tag=source.entity_tag,
        modified_at=about.front.created_at,
        name=f"{card.pk.hex}.{source.key.rpartition('.')[2]}",
        cache_control=FOR_A_WHILE,
    )


def _context(card: Card, elsewhere: str) -> dict[str, object]:
    about = shared(card)
    page = f"{settings.PUBLIC_URL}/share/cards/{card.pk}"
    name = card.creator.display_name or card.creator.username
    words = " ".join(card.description.split()) or _("A holographic card by %(name)s.") % {
        "name": name
    }
    return {
        "card": card,
        "name": name,
        "description": words
        if len(words) <= DESCRIPTION_LENGTH
        else f"{words[: DESCRIPTION_LENGTH - 1].rstrip()}…",
        "page": page,
        "elsewhere": elsewhere,
        "onwards": _("Show the card"),
        "canonical": elsewhere or page,
        "picture": f"{settings.PUBLIC_URL}{_picture_path(card, about)}" if about else "",
        "path": _picture_path(card, about) if about else "",
        "width": SIZE[0],
        "height": SIZE[1],
        "is_public": card.visibility == Card.Visibility.PUBLIC,
    }


def _picture_path(card: Card, about: Shared) -> str:
    return f"/share/cards/{card.pk}/{about.fingerprint}.jpg"

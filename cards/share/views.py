"""A card's page for crawlers, which browsers are sent on from, and the picture it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cards.models import Card
from cards.share.pictures import SIZE, creator_name, share_picture, shared
from files.access.fetching import cache_tag
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
    if card.front:
        # A shared cache that forgets the front forgets this page with it.
        response["Surrogate-Key"] = response["Cache-Tag"] = cache_tag(card.front.key)
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
        cache_tag=cache_tag(about.front.key),
    )


def _context(card: Card, elsewhere: str) -> dict[str, object]:
    about = shared(card)
    page = f"{settings.PUBLIC_URL}/share/cards/{card.pk}"
    path = _picture_path(card, about) if about else ""
    name = creator_name(card)
    return {
        "card": card,
        "name": name,
        "description": _description(card, name),
        "page": page,
        "elsewhere": elsewhere,
        "onwards": _("Show the card"),
        "canonical": elsewhere or page,
        "picture": path and f"{settings.PUBLIC_URL}{path}",
        "path": path,
        "width": SIZE[0],
        "height": SIZE[1],
        "is_public": card.visibility == Card.Visibility.PUBLIC,
    }


def _description(card: Card, name: str) -> str:
    """Return what a card says of itself, on one line and not too long, or whose it is."""
    words = " ".join(card.description.split())
    if not words:
        return _("A holographic card by %(name)s.") % {"name": name} if name else ""
    is_long = len(words) > DESCRIPTION_LENGTH
    return f"{words[: DESCRIPTION_LENGTH - 1].rstrip()}…" if is_long else words


def _picture_path(card: Card, about: Shared) -> str:
    return f"/share/cards/{card.pk}/{about.fingerprint}.jpg"

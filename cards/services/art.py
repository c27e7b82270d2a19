"""Fronts that resemble each other: found by their perceptual hashes when a card gets one.

Two hashes of 128 bits that differ in fewer than `BANDS` of them have one of `BANDS` parts in
common, which an index finds. The bits of a part come from all over the picture, so that a frame
which many cards share makes no part of them equal.

Of drawings that are scaled to half, compressed anew, made paler or brighter, 0 to 6 bits differ; of
different drawings in one frame and palette, 13 and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cards import selectors
from cards.models import ArtBand, Card

if TYPE_CHECKING:
    from files.models import File

BANDS = 8
BAND_BITS = 16
MOST_DISTANCE = BANDS - 1
MOST_CANDIDATES = 1_000


def resembled_card(card: Card, front: File | None) -> Card | None:
    """Return the card of somebody else that a card with this front resembles most, if any does.

    It is a public one. A remix resembles neither its origins, what their creators have made, nor
    other remixes of them.
    """
    if front is None or not front.perceptual_hash:
        return None
    public = Card.objects.filter(status="published", visibility="public", is_hidden=False)
    alike = public.filter(art_bands__key__in=bands_of(front.perceptual_hash))
    family = {card.pk, *selectors.origins(card)}
    creators = Card.objects.filter(pk__in=family).values("creator")
    others = alike.exclude(creator=card.creator_id).exclude(creator__in=creators).distinct()
    columns = ("pk", "remixed_from", "front__perceptual_hash")
    distances = {
        key: distance(front.perceptual_hash, found)
        for key, origin, found in others.values_list(*columns)[:MOST_CANDIDATES]
        if found and not family & {key, origin}
    }
    nearest = min(distances, key=lambda key: (distances[key], key), default=None)
    if nearest is None or distances[nearest] > MOST_DISTANCE:
        return None
    return Card.objects.get(pk=nearest)


def index_front(card: Card, front: File | None) -> None:
    """Have a card be found by this front from now on."""
    ArtBand.objects.filter(card=card).delete()
    hashed = front.perceptual_hash if front else ""
    ArtBand.objects.bulk_create(ArtBand(card=card, key=key) for key in bands_of(hashed))


def bands_of(hashed: str) -> list[int]:
    """Return the parts of a hash, each with its number; nothing for no hash."""
    if not hashed:
        return []
    bits = int(hashed, 16)
    return [
        band << BAND_BITS
        | sum((bits >> (place * BANDS + band) & 1) << place for place in range(BAND_BITS))
        for band in range(BANDS)
    ]


def distance(one: str, other: str) -> int:
    """Return in how many bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()

"""Fronts that resemble each other: found by their perceptual hashes when a card gets one.

Two hashes of 128 bits that differ in fewer than `BANDS` of them have one of `BANDS` parts in
common, which an index finds. The bits of a part come from all over the picture, so that a frame
which many cards share makes no part of them equal.

Of drawings that are scaled to half, compressed anew, made paler or brighter, 0 to 6 bits differ; of
different drawings in one frame and palette, 13 and more. A picture is also found by its mirror
image and when up to a tenth has been cut off all its sides alike; not when so much has been cut off
one side, or when it has been turned.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from django.db import connection, transaction

from cards import selectors
from cards.models import Card
from files.care.hashing import hash_old_pictures
from files.pictures.hash_texts import asked_hashes, shown_hashes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from files.models import File

BANDS = 8
BAND_BITS = 16
MOST_DISTANCE = BANDS - 1
MOST_CANDIDATES = 1_000
# By hand: SQLite has no other writer meanwhile, and to make a model's instances took seven times as
# long.
FORGET = "DELETE FROM cards_artband WHERE card_id = %s"
INDEX = "INSERT INTO cards_artband (card_id, key) VALUES (%s, %s)"


def resembled_card(card: Card, front: File | None) -> Card | None:
    """Return the card of somebody else that a card with this front resembles most, if any does.

    It is a public one. A remix resembles neither its origins, what their creators have made, nor
    other remixes of them.
    """
    asked = asked_hashes(front.perceptual_hash) if front else ()
    if not asked:
        return None
    public = Card.objects.filter(status="published", visibility="public", is_hidden=False)
    alike = public.filter(art_bands__key__in=_bands(asked))
    family = {card.pk, *selectors.origins(card)}
    creators = Card.objects.filter(pk__in=family).values("creator")
    others = alike.exclude(creator=card.creator_id).exclude(creator__in=creators).distinct()
    columns = ("pk", "remixed_from", "front__perceptual_hash")
    distances = {
        key: distance(asked, shown_hashes(found))
        for key, origin, found in others.values_list(*columns)[:MOST_CANDIDATES]
        if shown_hashes(found) and not family & {key, origin}
    }
    nearest = min(distances, key=lambda key: (distances[key], key), default=None)
    if nearest is None or distances[nearest] > MOST_DISTANCE:
        return None
    return Card.objects.get(pk=nearest)


def index_front(card: Card, front: File | None) -> None:
    """Have a card be found by this front from now on."""
    shown = shown_hashes(front.perceptual_hash) if front else ()
    card_id = Card._meta.pk.get_db_prep_value(card.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [card_id])
        cursor.executemany(INDEX, [(card_id, key) for key in sorted(_bands(shown))])


def hash_old_fronts() -> int:
    """Hash some pictures of before, and have the cards be found by them; returns their number."""
    hashed = hash_old_pictures()
    for card in Card.objects.filter(front__in=hashed).select_related("front"):
        with transaction.atomic():
            index_front(card, card.front)
    return len(hashed)


def _bands(hashes: Iterable[str]) -> set[int]:
    return {key for hashed in hashes for key in bands_of(hashed)}


def bands_of(hashed: str) -> list[int]:
    """Return the parts of a hash, each with its number."""
    bits = int(hashed, 16)
    return [
        band << BAND_BITS
        | sum((bits >> (place * BANDS + band) & 1) << place for place in range(BAND_BITS))
        for band in range(BANDS)
    ]


def distance(some: Iterable[str], others: Iterable[str]) -> int:
    """Return in how many bits the two of some hashes differ that are the nearest."""
    pairs = product([int(one, 16) for one in some], [int(one, 16) for one in others])
    return min((one ^ other).bit_count() for one, other in pairs)

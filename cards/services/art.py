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
from resources.api import row_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

    from files.models import File

BANDS = 8
BAND_BITS = 16
MOST_DISTANCE = BANDS - 1
MOST_CANDIDATES = 1_000
# By hand: SQLite has no other writer meanwhile, and Django took several times as long.
CANDIDATES = f"""
SELECT DISTINCT card.id, card.remixed_from_id, file.perceptual_hash
FROM cards_artband AS band
JOIN cards_card AS card ON card.id = band.card_id
JOIN files_file AS file ON file.id = card.front_id
WHERE band.key IN ({{bands}})
    AND card.status = 'published' AND card.visibility = 'public' AND NOT card.is_hidden
    AND card.creator_id <> %s
    AND card.creator_id NOT IN (SELECT creator_id FROM cards_card WHERE id IN ({{family}}))
LIMIT {MOST_CANDIDATES}
"""  # noqa: S608 - our own number
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
    family = {card.pk, *selectors.origins(card)}
    distances = {
        key: distance(asked, shown_hashes(found))
        for key, origin, found in _candidates(card.creator_id, family, _bands(asked))
        if shown_hashes(found) and not family & {key, origin}
    }
    nearest = min(distances, key=lambda key: (distances[key], key), default=None)
    if nearest is None or distances[nearest] > MOST_DISTANCE:
        return None
    return Card.objects.get(pk=nearest)


def _candidates(
    creator_id: UUID, family: Collection[UUID], bands: Collection[int]
) -> Iterator[tuple[UUID, UUID | None, str]]:
    """Yield public cards that share a band, with their origins and hashes.

    None is of this creator, nor of one who has made a card of the family.
    """
    of_id = Card._meta.pk
    ids = [row_sql.database_key(Card, each) for each in (creator_id, *sorted(family))]
    marks = {"bands": _marks(len(bands)), "family": _marks(len(family))}
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES.format(**marks), [*sorted(bands), *ids])
        rows = cursor.fetchall()
    for key, origin, found in rows:
        yield of_id.to_python(key), of_id.to_python(origin), found


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def index_front(card: Card, front: File | None) -> None:
    """Have a card be found by this front from now on."""
    shown = shown_hashes(front.perceptual_hash) if front else ()
    card_id = row_sql.database_key(Card, card.pk)
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

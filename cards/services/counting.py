"""Views and downloads of cards: counted in memory, written a few seconds later, a row per card.

Each process keeps what it has counted until it writes it, so that a thousand views are one update
of a card. Who looks again within `VIEW_WINDOW_HOURS` is not counted again; that they have looked
only a keyed digest in the cache knows, which runs out and tells neither member nor card.
"""

from __future__ import annotations

import hmac
import logging
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from threading import Lock, Timer
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, InterfaceError, connection

from cards.models import Card
from resources.api import SYSTEM, changes, derived_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

logger = logging.getLogger("holobase.cards")

VIEWS, DOWNLOADS = "view_count", "download_count"
DIGEST_LENGTH = 32


class PendingCounts:
    """What this process has counted and not written yet, by card and column."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[UUID, str]] = Counter()
        self._timer: Timer | None = None

    def add(self, counts: Mapping[tuple[UUID, str], int]) -> None:
        """Count, and have it written soon."""
        with self._lock:
            self._counts.update(counts)
            if self._timer is None:
                self._timer = Timer(settings.COUNTS_WRITTEN_SECONDS, _write_from_thread)
                self._timer.daemon = True
                self._timer.start()

    def take(self) -> Counter[tuple[UUID, str]]:
        """Return what has been counted, and begin anew."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        return taken


pending = PendingCounts()


def count_once(card_id: UUID, column: str, viewer: str) -> bool:
    """Count a view or download unless the same viewer's was counted a while ago."""
    digest = hmac.new(_key(), f"{column}:{card_id}:{viewer}".encode(), sha256).hexdigest()
    seconds = settings.VIEW_WINDOW_HOURS * 3600
    if not caches["viewers"].add(f"seen:{digest[:DIGEST_LENGTH]}", 1, seconds):
        return False
    pending.add({(card_id, column): 1})
    return True


def write_counts() -> int:
    """Write what this process has counted; return how many cards that changed.

    What can't be written while the database is away is kept, and tried again.
    """
    counts = pending.take()
    cards = sorted({card_id for card_id, _column in counts})
    for number, card_id in enumerate(cards):
        added = {column: amount for (key, column), amount in counts.items() if key == card_id}
        try:
            _add(card_id, added)
        except (DatabaseError, InterfaceError) as failure:
            left = set(cards[number:])
            pending.add({each: amount for each, amount in counts.items() if each[0] in left})
            logger.warning("views could not be written: %s", str(failure).strip())
            return number
    return len(cards)


def _add(card_id: UUID, added: Mapping[str, int]) -> None:
    """Add to the counts of a card, unless it is gone."""
    with changes.together(), suppress(Card.DoesNotExist):
        card = changes.locked(Card(pk=card_id))
        totals = {column: getattr(card, column) + amount for column, amount in added.items()}
        changes.update(card, by=SYSTEM, **totals)


def _write_from_thread() -> None:
    try:
        write_counts()
    finally:
        connection.close()


def _key() -> bytes:
    return derived_keys("viewers of cards")[0]

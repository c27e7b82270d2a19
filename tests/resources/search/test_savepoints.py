"""What a savepoint takes back is not found, and what it brings back is."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from cards.models import Card
from resources import changes, search
from resources.actors import SYSTEM
from resources.search.matching import entries_matching

if TYPE_CHECKING:
    from tests.personas import Persona


class TakenBackError(Exception):
    """Ends a savepoint."""


def found(question: str) -> int:
    return entries_matching(question).count()


@pytest.mark.parametrize("is_gathered", [True, False])
def test_the_index_is_as_the_rows_are(alice: Persona, is_gathered: bool) -> None:
    kept = changes.create(Card, by=SYSTEM, creator=alice.user, title="Dragon")
    with search.gathered() if is_gathered else nullcontext():
        first = changes.create(Card, by=SYSTEM, creator=alice.user, title="Moth")
        changes.update(first, by=SYSTEM, title="Owl")
        with suppress(TakenBackError), transaction.atomic():
            changes.update(kept, by=SYSTEM, title="수집가")
            changes.create(Card, by=SYSTEM, creator=alice.user, title="Phoenix")
            raise TakenBackError
        changes.create(Card, by=SYSTEM, creator=alice.user, title="Raven")
        gone = changes.create(Card, by=SYSTEM, creator=alice.user, title="Wren")
        changes.delete(gone, by=SYSTEM)
    assert [found(word) for word in ("dragon", "owl", "raven")] == [1, 1, 1]
    assert [found(word) for word in ("수집", "phoenix", "moth", "wren")] == [0, 0, 0, 0]

"""A grid of cards in a real Chromium: a tenth of the bytes, in a size and format that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from demo.artwork import card_front
from tests.browsers import chromium
from tests.files.grid_page import SHOWN_WIDTHS, bytes_taken, grid_page
from tests.files.served import served
from tests.personas import new_member

if TYPE_CHECKING:
    from pathlib import Path

    from resources.json_text import JsonObject

pytestmark = pytest.mark.embedded

CARDS = 8
PUBLIC = {"title": "Dragon", "status": "published", "visibility": "public"}


@pytest.fixture
def fronts(transactional_db: None) -> list[JsonObject]:
    alice = new_member("alice")
    sent = []
    for number in range(CARDS):
        front = SimpleUploadedFile("front.png", card_front("fire", "rare", number))
        sent.append(alice.api.upload("cards", {**PUBLIC, "front": front}).json()["front"])
    return sent


def test_a_grid_takes_a_tenth_of_the_bytes(fronts: list[JsonObject], tmp_path: Path) -> None:
    with served() as address, chromium(tmp_path) as browser:
        before = bytes_taken(browser, address, grid_page(fronts, with_variants=False))
        after = bytes_taken(browser, address, grid_page(fronts, with_variants=True))
        widths = browser.execute_script(SHOWN_WIDTHS)
    assert before == sum(front["size"] for front in fronts)
    assert widths == [220] * CARDS
    assert after * 10 <= before

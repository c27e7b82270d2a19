"""Card art as members send it: PNG of 744 x 1039 pixels with the grain of a painting."""

from __future__ import annotations

import random
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from demo.artwork import FRAMES, PALETTES, card_front

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = (744, 1039)
GRAIN, SHARE = 60, 0.12
COPIES = 12
"""Distinct drawings; the others differ from them in one corner."""


def card_art(number: int) -> bytes:
    """Draw a card's front. Return PNG bytes that no other number has."""
    chance = random.Random(number % COPIES)
    element, rarity = chance.choice(list(PALETTES)), chance.choice(list(FRAMES))
    drawn = Image.open(BytesIO(card_front(element, rarity, number % COPIES))).convert("RGB")
    grain = Image.effect_noise(SIZE, GRAIN).convert("RGB")
    art = Image.blend(drawn.resize(SIZE, Image.Resampling.LANCZOS), grain, SHARE)
    art.paste((number % 256, number // 256 % 256, 90), (0, 0, 40, 40))
    file = BytesIO()
    art.save(file, "PNG")
    return file.getvalue()


def written(folder: Path, count: int) -> Iterator[Path]:
    """Draw so many cards into a folder; yields the files."""
    for number in range(count):
        file = folder / f"card{number}.png"
        file.write_bytes(card_art(number))
        yield file


def photo(megapixels: float) -> bytes:
    """Return a JPEG of so many million pixels, as a camera makes it."""
    width = int((megapixels * 1_000_000 * 4 / 3) ** 0.5)
    small = Image.effect_noise((width // 8, width * 3 // 32), 70).convert("RGB")
    file = BytesIO()
    small.resize((width, width * 3 // 4), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()

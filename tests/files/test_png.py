"""A variant that is PNG is written by us: any reader has to find the same pixels."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from files.pictures.png import COLOUR_TYPES, as_png


@pytest.mark.parametrize("mode", [*COLOUR_TYPES])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (220, 307)])
def test_a_reader_finds_every_pixel(mode: str, size: tuple[int, int]) -> None:
    noise = [Image.effect_noise(size, 90) for _band in mode]
    image = Image.merge(mode, noise) if len(noise) > 1 else noise[0]
    written = as_png(image)
    Image.open(BytesIO(written)).verify()
    read = Image.open(BytesIO(written))
    assert (read.format, read.mode, read.size) == ("PNG", mode, size)
    assert read.tobytes() == image.tobytes()

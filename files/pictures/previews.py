"""A smaller picture beside a stored one, of which small variants are made.

Most of what a thumbnail costs is decoding the original: 11 ms for a card's PNG of 744 x 1039, 360
for a WebP of 12 megapixels. A preview costs 2 ms while an upload is decoded anyhow, and 1 ms to
read.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from files.pictures.picture import Rendering

LEAST_EDGE = 300
"""The shorter side of a preview has as many pixels, and less than twice as many."""
MODES = ("RGB", "L")
OPTIONS = {"quality": 95, "subsampling": 0}


def preview_of(image: Image.Image) -> bytes:
    """Return the preview of a picture as JPEG; empty where it has transparency or is small."""
    factor = reduction(image.size)
    if factor < 2 or image.mode not in MODES or "transparency" in image.info:
        return b""
    file = BytesIO()
    image.reduce(factor).save(file, "JPEG", **OPTIONS)
    return file.getvalue()


def reduction(size: tuple[int, int]) -> int:
    """Return by how much the preview of a picture of `size` is narrower and lower."""
    return min(size) // LEAST_EDGE


def is_enough(rendering: Rendering, size: tuple[int, int]) -> bool:
    """Return whether the preview of a picture of `size` has all pixels that a rendering needs."""
    scale = max(rendering.width / size[0], rendering.height / size[1])
    return reduction(size) >= 2 and scale * reduction(size) <= 1

"""A smaller picture beside a stored one, of which small variants are made.

Most of what a thumbnail costs is decoding the original: 11 ms for a card's PNG of 744 x 1039, 360
for a WebP of 12 megapixels. A preview costs 6 ms while an upload is decoded anyhow, and 2 ms to
read.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from PIL import Image

    from files.pictures.picture import Rendering

EDGE = 440
"""Pixels of a preview's shorter side: the width of a card in a `srcset`, or twice the width."""
LEAST_EDGE = 600
"""A picture whose shorter side has fewer pixels has no preview: it would save too little."""
MOST_PIXELS = 1_000_000
"""A preview of more pixels, that of a strip, would take too much memory to make."""
REDUCING_GAP = 1.5
"""A picture is first reduced by whole factors to at least so many times a preview's size."""
MODES = ("RGB", "L")
OPTIONS = {"quality": 95, "subsampling": 0}


def preview_of(image: Image.Image) -> bytes:
    """Return the preview of a picture as JPEG; empty where it has none.

    That is so where it has transparency, is small, or is a strip.
    """
    size = preview_size(image.size)
    if size is None or image.mode not in MODES or "transparency" in image.info:
        return b""
    file = BytesIO()
    # Whoever has a picture has loaded this; those who ask for sizes alone need not.
    resampling = import_string("PIL.Image.Resampling").HAMMING
    preview = image.resize(size, resampling, reducing_gap=REDUCING_GAP)
    preview.save(file, "JPEG", **OPTIONS)
    return file.getvalue()


def preview_size(size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the size of the preview of a picture of `size`, None where it has none."""
    shorter = min(size)
    if shorter < LEAST_EDGE:
        return None
    scale = EDGE / shorter
    width, height = (round(edge * scale) for edge in size)
    return (width, height) if width * height <= MOST_PIXELS else None


def is_enough(rendering: Rendering, size: tuple[int, int]) -> bool:
    """Return whether the preview of a picture of `size` has all pixels that a rendering needs."""
    preview = preview_size(size)
    return preview is not None and all(
        wanted <= there
        for wanted, there in zip((rendering.width, rendering.height), preview, strict=True)
    )

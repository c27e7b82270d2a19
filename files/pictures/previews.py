"""A smaller picture beside a stored one, of which small variants are made.

Most of what a thumbnail costs is decoding the original: 11 ms for a card's PNG of 744 x 1039, 360
for a WebP of 12 megapixels. A preview costs 6 ms while an upload is decoded anyhow, and 2 ms to
read.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from files.pictures.preview_sizes import preview_size

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
    preview = image.resize(size, Image.Resampling.HAMMING, reducing_gap=REDUCING_GAP)
    preview.save(file, "JPEG", **OPTIONS)
    return file.getvalue()

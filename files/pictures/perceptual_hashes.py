"""Perceptual hashes: bits that a picture keeps when it is scaled or compressed anew."""

from __future__ import annotations

from typing import Any

import dhash
from PIL import Image, ImageOps

SIZE = 8
FEW_PIXELS = (512, 512)
LEAST_CONTRAST = 24
"""Levels of grey between which a picture has to vary; hashes of plain areas say nothing."""


def perceptual_hash(image: Any) -> str:
    """Return the difference hash of a picture: 32 hex digits, or nothing for a plain area.

    64 bits say whether it gets brighter to the right, 64 whether downwards, on a grid of 8 x 8.
    """
    # By rows and columns first: other methods copy a picture with transparency as a whole.
    few = ImageOps.contain(image, FEW_PIXELS, Image.Resampling.NEAREST).convert("RGBA")
    shown = Image.alpha_composite(Image.new("RGBA", few.size, "white"), few).convert("L")
    edge = SIZE + 1
    greys = list(shown.resize((edge, edge), Image.Resampling.LANCZOS).tobytes())
    if max(greys) - min(greys) < LEAST_CONTRAST:
        return ""
    bits: int = dhash.dhash_int(greys, SIZE)
    return f"{bits:032x}"

"""Perceptual hashes: bits that a picture keeps when it is scaled or compressed anew."""

from __future__ import annotations

import dhash
from PIL import Image, ImageOps

from files.pictures.hash_texts import CUTS, DIGITS, PLAIN, SIZE

FEW_PIXELS = (512, 512)
LEAST_CONTRAST = 24
"""Levels of grey between which a picture has to vary; hashes of plain areas say nothing."""


def perceptual_hash(image: Image.Image) -> str:
    """Return the difference hashes of a picture, 32 hex digits each, or `PLAIN`.

    64 bits say whether it gets brighter to the right, 64 whether downwards, on a grid of 8 x 8.
    """
    # By rows and columns first: other methods copy a picture with transparency as a whole.
    few = ImageOps.contain(image, FEW_PIXELS, Image.Resampling.NEAREST).convert("RGBA")
    shown = Image.alpha_composite(Image.new("RGBA", few.size, "white"), few).convert("L")
    greys = _grid(shown).tobytes()
    if max(greys) - min(greys) < LEAST_CONTRAST:
        return PLAIN
    seen = [*(_cut(shown, part) for part in CUTS), ImageOps.mirror(shown)]
    return "".join(map(_difference_hash, seen))


def _cut(image: Image.Image, part: float) -> Image.Image:
    left, top = round(image.width * part), round(image.height * part)
    return image.crop((left, top, image.width - left, image.height - top))


def _grid(image: Image.Image) -> Image.Image:
    edge = SIZE + 1
    return image.resize((edge, edge), Image.Resampling.LANCZOS)


def _difference_hash(image: Image.Image) -> str:
    bits: int = dhash.dhash_int(list(_grid(image).tobytes()), SIZE)
    return f"{bits:0{DIGITS}x}"

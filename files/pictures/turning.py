"""Turns pictures: most need none, and are decoded without what this imports."""

from __future__ import annotations

from tempfile import TemporaryFile

from PIL import Image

from files.pictures.orientation import TURNS

SIDEWAYS = frozenset({TURNS[number] for number in (5, 6, 7, 8)})
BAND_PIXELS = 1 << 18
"""Pixels that are turned at once."""


def turned(image: Image.Image, turn: Image.Transpose) -> Image.Image:
    """Return a picture turned; a large one is closed, as it takes its place in memory."""
    if image.width * image.height <= BAND_PIXELS:
        return image.transpose(turn)
    size = image.size[::-1] if turn in SIDEWAYS else image.size
    info, mode = image.info, image.mode
    rows = max(1, BAND_PIXELS // size[0])
    bands = [(top, min(top + rows, size[1])) for top in range(0, size[1], rows)]
    with TemporaryFile() as file:
        for top, bottom in bands:
            file.write(_band(image, turn, top, bottom).tobytes())
        image.close()
        file.seek(0)
        upright = Image.new(mode, size)
        for top, bottom in bands:
            band = Image.new(mode, (size[0], bottom - top))
            band.frombytes(file.read(len(band.tobytes())))
            upright.paste(band, (0, top))
    upright.info = info
    return upright


def _band(image: Image.Image, turn: Image.Transpose, top: int, bottom: int) -> Image.Image:
    """Return some rows of what a picture is when it has been turned."""
    width, height = image.size
    box = {
        Image.Transpose.FLIP_LEFT_RIGHT: (0, top, width, bottom),
        Image.Transpose.ROTATE_180: (0, height - bottom, width, height - top),
        Image.Transpose.FLIP_TOP_BOTTOM: (0, height - bottom, width, height - top),
        Image.Transpose.TRANSPOSE: (top, 0, bottom, height),
        Image.Transpose.ROTATE_270: (top, 0, bottom, height),
        Image.Transpose.TRANSVERSE: (width - bottom, 0, width - top, height),
        Image.Transpose.ROTATE_90: (width - bottom, 0, width - top, height),
    }[turn]
    return image.crop(box).transpose(turn)

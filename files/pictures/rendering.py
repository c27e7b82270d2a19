"""How a variant of a stored picture is made: cut, scaled down, written in a format.

Knows Pillow and nothing of ours. What is stored is upright, in sRGB and without metadata already.
"""

from __future__ import annotations

from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image, ImageSequence

from files.pictures.codec_errors import understood
from files.pictures.formats import FORMATS
from files.pictures.gif import ColouredGif
from files.pictures.picture import MOST_FRAMES, MOST_PIXELS, PictureError
from files.pictures.png import COLOUR_TYPES, as_png

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from files.pictures.picture import Rendering

DRAFT_MARGIN = 2
"""A large JPEG is decoded at the smallest size that is at least so many times the one wanted."""
REDUCING_GAP, WHOLE_GAP = 2.0, 1.0
"""A picture is first reduced by whole factors to at least so many times the size wanted.

The second is for one that is so many times as wide as what is wanted: each pixel is the mean of
whole ones, which takes a sixth of the filter's time and is as near to what better filters make.
"""
MOST_ANIMATED_PIXELS = 8_000_000
"""Pixels of a variant, all its frames together; of a longer animation the first frame is left."""
QUALITIES: Mapping[str, int] = {"AVIF": 55, "WEBP": 80, "JPEG": 82}
OPTIONS: Mapping[str, Mapping[str, object]] = {
    # Half the time of the default, for 3 % more bytes.
    "WEBP": {"method": 2},
    # A card 220 pixels wide in 15 ms. Speed 9 takes 4 and 40 % more bytes, more than WebP; speed 6
    # takes 50 and 15 % fewer. One thread: each takes memory.
    "AVIF": {"speed": 8, "max_threads": 1},
    "JPEG": {"optimize": True},
    # Animations and palettes. A fifth of the time of level 6, for 5 to 9 % more bytes.
    "PNG": {"compress_level": 2},
}
WHOLE_FRAMES: Mapping[str, Mapping[str, int]] = {
    "GIF": {"disposal": 2},
    "PNG": {"disposal": 1, "blend": 0},
}
WHITE = (255, 255, 255)
PALETTE = 256


class RenderedPicture:
    """A stored picture whose header was read; `pixels` is how many are decoded for the variant."""

    def __init__(self, image: Image.Image, rendering: Rendering) -> None:
        self.image = image
        self.rendering = rendering
        self.size = (rendering.width, rendering.height)
        frames = getattr(image, "n_frames", 1)
        is_kept = rendering.width * rendering.height * frames <= MOST_ANIMATED_PIXELS
        self.frames = frames if is_kept and rendering.kind != "JPEG" else 1
        if image.format == "JPEG":
            self._reduce()
        self.pixels = image.width * image.height * self.frames
        if self.pixels > MOST_PIXELS or frames > MOST_FRAMES:
            raise PictureError("too_many_pixels")

    def _reduce(self) -> None:
        """Have libjpeg decode a large JPEG to no more pixels than it takes."""
        part = _shown_part(self.image.size, self.rendering)
        scale = DRAFT_MARGIN * self.rendering.width / (part[2] - part[0])
        width, height = (max(1, round(edge * scale)) for edge in self.image.size)
        self.image.draft(None, (width, height))

    def rendered(self) -> bytes:
        """Decode the picture and return its variant; raises PictureError."""
        with understood():
            return self._animation() if self.frames > 1 else self._still()

    def _still(self) -> bytes:
        has_palette = self.image.mode == "P"
        image = self._scaled(self.image)
        if self.rendering.kind == "JPEG":
            image = _opaque(image)
        if self.rendering.kind != "PNG":
            return self._written(image)
        if has_palette:
            return self._written(image.quantize(PALETTE, Image.Quantize.FASTOCTREE))
        return as_png(image) if image.mode in COLOUR_TYPES else self._written(image)

    def _animation(self) -> bytes:
        frames, durations = [], []
        for frame in _frames(self.image):
            durations.append(frame.info.get("duration", 100))
            frames.append(self._scaled(frame.convert("RGBA")))
        kind = self.rendering.kind
        return self._written(
            frames[0],
            save_all=True,
            append_images=frames[1:],
            duration=durations,
            **_repetitions(self.image, kind),
            **WHOLE_FRAMES.get(kind, {}),
        )

    def _scaled(self, image: Image.Image) -> Image.Image:
        image = _plain(image)
        part = _shown_part(image.size, self.rendering)
        if image.size != self.size or part != (0, 0, *image.size):
            is_whole = (part[2] - part[0]) % self.size[0] == 0
            gap = WHOLE_GAP if is_whole else REDUCING_GAP
            image = image.resize(self.size, Image.Resampling.HAMMING, part, gap)
        image.info = {}
        return image

    def _written(self, image: Image.Image, **options: object) -> bytes:
        kind = self.rendering.kind
        quality = self.rendering.quality or QUALITIES.get(kind)
        options |= OPTIONS.get(kind, {})
        if kind in QUALITIES:
            options["quality"] = quality
        file = BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()


def opened_stored(file: BinaryIO, rendering: Rendering) -> RenderedPicture:
    """Read the header of a stored picture; raises PictureError."""
    with understood():
        image: Image.Image = Image.open(file, formats=tuple(FORMATS))
        if image.format == "GIF":
            file.seek(0)
            image = ColouredGif(file)
        return RenderedPicture(image, rendering)


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    """Yield the frames of an animation; the default image of a PNG may be none of them."""
    first = int(getattr(image, "default_image", False))
    yield from islice(ImageSequence.Iterator(image), first, None)


def _shown_part(size: Sequence[int], rendering: Rendering) -> tuple[float, float, float, float]:
    """Return the part of a picture of `size` that the variant shows: left, top, right, bottom."""
    width, height = size
    if not rendering.crop:
        return (0, 0, width, height)
    scale = min(width / rendering.width, height / rendering.height)
    # No more than there is: a part that a rounding error has beyond an edge would be refused.
    shown_width = min(width, rendering.width * scale)
    shown_height = min(height, rendering.height * scale)
    left = (width - shown_width) / 2
    top = {"c": (height - shown_height) / 2, "t": 0, "b": height - shown_height}[rendering.crop]
    return (left, top, left + shown_width, top + shown_height)


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture with whole channels of 8 bits, as scaling needs them."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "transparency" in image.info or image.mode in ("P", "PA"):
        has_alpha = "transparency" in image.info or image.mode == "PA"
        return image.convert("RGBA" if has_alpha else "RGB")
    modes = {"1": "L", "CMYK": "RGB", "YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB"}
    return image.convert(modes[image.mode]) if image.mode in modes else image


def _opaque(image: Image.Image) -> Image.Image:
    """Return the picture on white, for a format without transparency."""
    if image.mode not in ("RGBA", "LA"):
        return image if image.mode in ("RGB", "L") else image.convert("RGB")
    clear = image.convert("RGBA")
    ground = Image.new("RGB", image.size, WHITE)
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


def _repetitions(image: Image.Image, kind: str) -> Mapping[str, int]:
    """Return how Pillow is told how often an animation plays.

    GIF counts the rounds after the first one, and has no number for a single round; WebP and APNG
    count all of them. 0 is for ever everywhere.
    """
    loop = image.info.get("loop")
    counts_rounds = image.format != "GIF"
    rounds = loop or 0 if counts_rounds else _rounds_of_gif(loop)
    if kind != "GIF":
        return {"loop": rounds}
    return {} if rounds == 1 else {"loop": rounds and rounds - 1}


def _rounds_of_gif(loop: int | None) -> int:
    if loop is None:
        return 1
    return loop and loop + 1

"""What counts as a picture, and how it is written anew. Knows Pillow and nothing of ours."""

from __future__ import annotations

import struct
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import blurhash
from PIL import Image, ImageOps, ImageSequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_PIXELS = 40_000_000
JPEG_BYTES = 86_000_000
"""Memory that a JPEG may be decoded into; a larger one is decoded at half its width and height."""
PIXEL_BYTES, PROGRESSIVE_BYTES = 4, 3
"""What Pillow has for a pixel, and what libjpeg has besides until the last scan of it has come."""
MOST_FRAMES = 300
AVIF_PIXELS = 2_000_000
"""A larger AVIF is written as WebP: encoding AVIF takes some 20 bytes a pixel, WebP 4."""
BLURHASH_PIXELS, FEW_PIXELS = (64, 64), (1024, 1024)
FORMATS: Mapping[str, tuple[str, str]] = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "AVIF": ("image/avif", "avif"),
}
OPTIONS: Mapping[str, Mapping[str, int]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 95},
    # A fifth of the default's time, for some percent more bytes.
    # One thread: each takes memory of its own.
    "AVIF": {"quality": 95, "speed": 8, "max_threads": 1},
}
# What Pillow's decoders raise when bytes lead them astray; a file it can't identify is an OSError.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    RuntimeError,
    struct.error,
)


class PictureError(Exception):
    """A picture that is not taken; `code` is `not_a_picture`, `too_many_pixels` or `too_costly`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture: a file without metadata, its size in bytes, and what it is.

    `blurhash` is the blur shown while it loads (https://blurha.sh).
    """

    content: BinaryIO
    size: int
    content_type: str
    extension: str
    width: int
    height: int
    blurhash: str


class OpenedPicture:
    """An upload whose header was read: what it is, and how many pixels decoding it takes."""

    def __init__(self, image: Any) -> None:
        self.image = image
        # Phones append further views to a JPEG (MPO); a picture is the first.
        is_several_views = image.format == "MPO"
        self.kind = "JPEG" if is_several_views else image.format or ""
        self.frames = 1 if is_several_views else getattr(image, "n_frames", 1)
        self.pixels = image.width * image.height * self.frames
        if self.pixels > MOST_PIXELS or self.frames > MOST_FRAMES:
            raise PictureError("too_many_pixels")
        if self.kind == "JPEG":
            self._reduce()
        elif self.kind == "AVIF" and self.pixels > AVIF_PIXELS:
            self.kind = "WEBP"

    def _reduce(self) -> None:
        """Have libjpeg decode a large JPEG to a quarter of its pixels, never to all of them."""
        is_progressive = "progressive" in self.image.info
        needed = PIXEL_BYTES + PROGRESSIVE_BYTES * is_progressive
        if self.pixels * needed > JPEG_BYTES:
            width, height = self.image.size
            self.image.draft(None, (width // 2, height // 2))
            self.pixels = self.image.width * self.image.height

    def rewritten(self) -> Picture:
        """Decode the picture fully and write it anew, upright and without metadata.

        What it is is found in its bytes; nothing that hides behind the picture survives. Raises
        PictureError.
        """
        with understood():
            content = self._animation() if self.frames > 1 else self._still()
            content_type, extension = FORMATS[self.kind]
            width, height = self.image.size
            size = content.tell()
            content.seek(0)
            return Picture(content, size, content_type, extension, width, height, blur(self.image))

    def _still(self) -> BinaryIO:
        # In place: a copy would take as much memory again.
        image = self.image
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        image.info = {name: image.info[name] for name in ("transparency",) if name in image.info}
        bare = image
        if self.kind == "JPEG" and image.mode not in ("RGB", "L", "CMYK"):
            bare = image.convert("RGB")
        written = BytesIO()
        bare.save(written, self.kind, **OPTIONS.get(self.kind, {}))
        return written

    def _animation(self) -> BinaryIO:
        frames = [frame.convert("RGBA") for frame in ImageSequence.Iterator(self.image)]
        durations = [frame.info.get("duration", 100) for frame in frames]
        for frame in frames:
            frame.info = {}
        # Frames are whole here: what was clear in one must not show the one before.
        whole = {"GIF": {"disposal": 2}, "PNG": {"disposal": 1, "blend": 0}}
        loop = self.image.info.get("loop", 0)
        self.image = frames[0]
        written = BytesIO()
        frames[0].save(
            written,
            self.kind,
            save_all=True,
            append_images=frames[1:],
            duration=durations,
            loop=loop,
            **whole.get(self.kind, {}),
        )
        return written


@contextmanager
def opened(content: bytes) -> Iterator[OpenedPicture]:
    """Read the header of an upload; raises PictureError for what is no picture or too large."""
    with understood():
        image = Image.open(BytesIO(content), formats=tuple(FORMATS))
        picture = OpenedPicture(image)
    with image:
        yield picture


def blur(image: Any) -> str:
    """Return the blurhash of an image's first frame."""
    # Pillow resizes 16-bit grey by nearest neighbour only, and turns it to 8 bits by clipping.
    is_deep = image.mode.startswith("I")
    method = Image.Resampling.NEAREST if is_deep else Image.Resampling.BICUBIC
    # By rows and columns first: other methods copy a picture with transparency as a whole.
    few = ImageOps.contain(image, FEW_PIXELS, Image.Resampling.NEAREST)
    small = ImageOps.contain(few, BLURHASH_PIXELS, method)
    if is_deep:
        small = small.convert("I").point(lambda value: value * (1 / 256))
    small = small.convert("RGB")
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    words: str = blurhash.encode(rows, components_x=4, components_y=4)
    return words


@contextmanager
def understood() -> Iterator[None]:
    """Turn what Pillow raises into a PictureError."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of what the pixel limit refuses.
            warnings.simplefilter("ignore")
            yield
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError("too_many_pixels") from None
    except MemoryError:
        raise PictureError("too_costly") from None
    except UNREADABLE as error:
        # AVIF's codec tells of a lack of memory in words alone.
        is_too_large = "memory" in str(error).lower()
        raise PictureError("too_costly" if is_too_large else "not_a_picture") from None

"""What counts as a picture, and how it is written anew. Knows Pillow and nothing of ours."""

from __future__ import annotations

import struct
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import blurhash
from PIL import Image, ImageOps, ImageSequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_PIXELS = 40_000_000
MOST_FRAMES = 300
BLURHASH_PIXELS = (64, 64)
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
    "AVIF": {"quality": 95, "speed": 8},
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
    """A checked picture: bytes without metadata, and what they are.

    `blurhash` is the blur shown while it loads (https://blurha.sh).
    """

    content: bytes
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

    def rewritten(self) -> Picture:
        """Decode the picture fully and write it anew, upright and without metadata.

        What it is is found in its bytes; nothing that hides behind the picture survives. Raises
        PictureError.
        """
        with _understood():
            content = self._animation() if self.frames > 1 else self._still()
            content_type, extension = FORMATS[self.kind]
            width, height = self.image.size
            return Picture(content, content_type, extension, width, height, blur(self.image))

    def _still(self) -> bytes:
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
        return written.getvalue()

    def _animation(self) -> bytes:
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
        return written.getvalue()


@contextmanager
def opened(content: bytes) -> Iterator[OpenedPicture]:
    """Read the header of an upload; raises PictureError for what is no picture or too large."""
    with _understood():
        image = Image.open(BytesIO(content), formats=tuple(FORMATS))
        picture = OpenedPicture(image)
    with image:
        yield picture


def blur(image: Any) -> str:
    """Return the blurhash of an image's first frame."""
    # Pillow resizes 16-bit grey by nearest neighbour only, and turns it to 8 bits by clipping.
    is_deep = image.mode.startswith("I")
    method = Image.Resampling.NEAREST if is_deep else Image.Resampling.BICUBIC
    small = ImageOps.contain(image, BLURHASH_PIXELS, method)
    if is_deep:
        small = small.convert("I").point(lambda value: value * (1 / 256))
    small = small.convert("RGB")
    rows = [[small.getpixel((x, y)) for x in range(small.width)] for y in range(small.height)]
    words: str = blurhash.encode(rows, components_x=4, components_y=4)
    return words


@contextmanager
def _understood() -> Iterator[None]:
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

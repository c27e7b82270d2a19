"""What counts as a picture, and how it is written anew. Knows Pillow and nothing of ours."""

from __future__ import annotations

import struct
import warnings
from contextlib import contextmanager
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import blurhash
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import get_sampling

from files.pictures.animations import read_animation
from files.pictures.colours import in_srgb, profile_of
from files.pictures.formats import (
    AVIF_PIXELS,
    FORMATS,
    LOSSLESS_WEBP,
    LOSSLESS_WEBP_PIXELS,
    OPTIONS,
    is_lossless_webp,
)
from files.pictures.heif import HeifPicture, is_heif
from files.pictures.orientation import turn_of
from files.pictures.picture import MOST_PIXELS, Picture, PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JPEG_BYTES = 86_000_000
"""Memory that a JPEG may be decoded into; a larger one is decoded at half its width and height."""
PIXEL_BYTES, PROGRESSIVE_BYTES = 4, 3
"""What Pillow has for a pixel, and what libjpeg has besides until the last scan of it has come."""
MOST_FRAMES = 300
PIXELS_IN_MEMORY = 4_000_000
"""What has more pixels is written into a temporary file."""
BLURHASH_PIXELS, FEW_PIXELS = (32, 32), (1024, 1024)
BEGINNING = 1024
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


class OpenedPicture:
    """An upload whose header was read: what it is, and how many pixels decoding it takes."""

    def __init__(self, image: Any, content: bytes) -> None:
        self.image = self._opened = image
        self.content = content
        self._is_reduced = False
        # Phones append further views to a JPEG (MPO); a picture is the first.
        is_several_views = image.format == "MPO"
        self.kind = "JPEG" if is_several_views else image.format or ""
        self.frames = 1 if is_several_views else getattr(image, "n_frames", 1)
        self.pixels = image.width * image.height * self.frames
        self.is_lossless = self.kind == "WEBP" and is_lossless_webp(content)
        self._require_room()
        if self.frames > MOST_FRAMES:
            raise PictureError("too_many_pixels")
        if self.kind == "JPEG":
            self._reduce()
        elif self.kind == "AVIF" and self.pixels > AVIF_PIXELS:
            self.kind = "WEBP"
        elif self.is_lossless and self.frames == 1 and self.pixels > LOSSLESS_WEBP_PIXELS:
            self.kind = "PNG"

    def _require_room(self) -> None:
        if self.pixels > MOST_PIXELS:
            raise PictureError("too_many_pixels")

    def _reduce(self) -> None:
        """Have libjpeg decode a large JPEG to a quarter of its pixels, never to all of them."""
        is_progressive = "progressive" in self.image.info
        needed = PIXEL_BYTES + PROGRESSIVE_BYTES * is_progressive
        if self.image.mode == "CMYK":
            needed += PIXEL_BYTES
        if self.pixels * needed > JPEG_BYTES:
            width, height = self.image.size
            self.image.draft(None, (width // 2, height // 2))
            self._is_reduced = True
            self.pixels = self.image.width * self.image.height

    def rewritten(self) -> Picture:
        """Decode the picture fully and write it anew, upright, in sRGB and without metadata.

        What it is is found in its bytes; nothing that hides behind the picture survives. Raises
        PictureError.
        """
        with understood():
            is_large = self.pixels > PIXELS_IN_MEMORY
            written = TemporaryFile() if is_large else BytesIO()  # noqa: SIM115 - handed over
            if self.frames > 1:
                self._write_animation(written)
            else:
                self._write_still(written)
            content_type, extension = FORMATS[self.kind]
            width, height = self.image.size
            size = written.tell()
            written.seek(0)
            return Picture(written, size, content_type, extension, width, height, blur(self.image))

    def _write_still(self, target: IO[bytes]) -> None:
        # In place where that can be: a copy takes as much memory again.
        if isinstance(self.image, HeifPicture):
            self._decode_heif(self.image)
        self.image.load()
        turn = turn_of(self.image)
        if turn is not None:
            self.image = self.image.transpose(turn)
        self.image = in_srgb(self.image, profile_of(self.image, self.content))
        info = self.image.info
        self.image.info = {name: info[name] for name in ("transparency",) if name in info}
        self.image.save(target, self.kind, **self._options())

    def _options(self) -> Mapping[str, Any]:
        if self.kind == "JPEG" and self.image is self._opened and not self._is_reduced:
            # With its own tables nothing is lost once more.
            sampling = get_sampling(self.image)
            return {"qtables": self.image.quantization, "subsampling": sampling}
        if self.kind == "WEBP" and self.is_lossless:
            return LOSSLESS_WEBP
        return OPTIONS[self.kind]

    def _decode_heif(self, picture: HeifPicture) -> None:
        """Decode a HEIF, whose header may have been wrong, and choose what it becomes."""
        self.image = picture.load()
        self.pixels = self.image.width * self.image.height
        self._require_room()
        self.kind = "WEBP" if self.image.mode.endswith("A") else "JPEG"

    def _write_animation(self, target: IO[bytes]) -> None:
        animation = read_animation(self.image, self.content)
        kind = animation.kind_for(self.kind)
        animation.write(target, kind, is_lossless=self.is_lossless or kind != self.kind)
        self.image, self.kind = animation.frames[0], kind


@contextmanager
def opened(content: bytes) -> Iterator[OpenedPicture]:
    """Read the header of an upload; raises PictureError for what is no picture or too large."""
    if _is_markup(content):
        raise PictureError("svg")
    with understood():
        picture = OpenedPicture(_image(content), content)
    try:
        yield picture
    finally:
        picture.image.close()


def blur(image: Any) -> str:
    """Return the blurhash of an image, over white where it is clear."""
    # By rows and columns first: other methods copy a picture with transparency as a whole.
    few = ImageOps.contain(image, FEW_PIXELS, Image.Resampling.NEAREST)
    small = ImageOps.contain(few.convert("RGBA"), BLURHASH_PIXELS, Image.Resampling.BICUBIC)
    shown = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    rows = [[shown.getpixel((x, y)) for x in range(shown.width)] for y in range(shown.height)]
    words: str = blurhash.encode(rows, components_x=4, components_y=4)
    return words


def _is_markup(content: bytes) -> bool:
    """Return whether bytes are text with tags, such as SVG, which can hold scripts."""
    return content[:BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _image(content: bytes) -> Any:
    try:
        return Image.open(BytesIO(content), formats=tuple(FORMATS))
    except UnidentifiedImageError:
        if not is_heif(content):
            raise
    return HeifPicture(content)


@contextmanager
def understood() -> Iterator[None]:
    """Turn what decoders raise into a PictureError."""
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
        # The codecs of AVIF and HEIF tell of a lack of memory in words alone.
        is_too_large = "memory" in str(error).lower()
        raise PictureError("too_costly" if is_too_large else "not_a_picture") from None

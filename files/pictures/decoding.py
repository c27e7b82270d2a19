"""What counts as a picture, and how it is written anew. Knows Pillow and nothing of ours."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import blurhash
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from files.pictures.animations import Animation, read_animation
from files.pictures.codec_errors import understood
from files.pictures.colours import in_srgb, profile_of
from files.pictures.formats import (
    AVIF_PIXELS,
    FORMATS,
    LOSSLESS_WEBP,
    LOSSLESS_WEBP_PIXELS,
    is_heif,
    is_lossless_webp,
    options_of,
)
from files.pictures.orientation import turn_of
from files.pictures.perceptual_hashes import perceptual_hash
from files.pictures.picture import MOST_FRAMES, MOST_PIXELS, Picture, PictureError
from files.pictures.previews import preview_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from files.pictures.heif import HeifPicture

JPEG_BYTES = 86_000_000
"""Memory that a JPEG may be decoded into; a larger one is decoded at half its width and height."""
PIXEL_BYTES, PROGRESSIVE_BYTES = 4, 3
"""What Pillow has for a pixel, and what libjpeg has besides until the last scan of it has come."""
ONE_BYTE_MODES = frozenset({"1", "L", "P"})
"""Modes whose pixels take one byte each."""
BLURHASH_PIXELS, FEW_PIXELS = (32, 32), (512, 512)
BEGINNING = 1024


class OpenedPicture:
    """An upload whose header was read: what it is, and how many pixels decoding it takes."""

    def __init__(self, image: Any, file: BinaryIO) -> None:
        self.image = image
        self.file = file
        self._animation: Animation | None = None
        self._options: Mapping[str, object] = {}
        self._is_complete = image.format in ("JPEG", "MPO")
        # Phones append further views to a JPEG (MPO); a picture is the first.
        is_several_views = image.format == "MPO"
        self.kind = "JPEG" if is_several_views else image.format or ""
        self.frames = 1 if is_several_views else getattr(image, "n_frames", 1)
        self.pixels = image.width * image.height * self.frames
        self._is_lossless = self.kind == "WEBP" and is_lossless_webp(_content(file))
        self._require_room()
        if self.frames > MOST_FRAMES:
            raise PictureError("too_many_pixels")
        if self.kind == "JPEG":
            self._reduce()
        self._require_memory()
        if self.kind == "AVIF" and self.pixels > AVIF_PIXELS:
            self.kind = "WEBP"
        elif self._is_lossless and self.frames == 1 and self.pixels > LOSSLESS_WEBP_PIXELS:
            self.kind = "PNG"

    def _require_room(self) -> None:
        if self.pixels > MOST_PIXELS:
            raise PictureError("too_many_pixels")

    def _require_memory(self) -> None:
        """Refuse by its header what would run into the limit of memory, before it takes any.

        One frame at least is decoded whole; what is needed besides its pixels is not foreseen.
        """
        size = 1 if getattr(self.image, "mode", "RGB") in ONE_BYTE_MODES else PIXEL_BYTES
        most, _hard = resource.getrlimit(resource.RLIMIT_DATA)
        if 0 <= most < self.pixels // self.frames * size:
            raise PictureError("too_costly")

    def _reduce(self) -> None:
        """Have libjpeg decode a large JPEG to a quarter of its pixels, never to all of them."""
        is_progressive = "progressive" in self.image.info
        needed = PIXEL_BYTES + PROGRESSIVE_BYTES * is_progressive
        if self.image.mode == "CMYK":
            needed += PIXEL_BYTES
        if self.pixels * needed > JPEG_BYTES:
            width, height = self.image.size
            self.image.draft(None, (width // 2, height // 2))
            self._is_complete = False
            self.pixels = self.image.width * self.image.height

    def rewritten(self, written: BinaryIO) -> Picture:
        """Decode the picture fully and write it to a file, upright, in sRGB and without metadata.

        What it is is found in its bytes; nothing that hides behind the picture survives. Raises
        PictureError.
        """
        with understood():
            self._decode()
        with understood(otherwise="too_costly"):
            self._write(written)
            content_type, extension = FORMATS[self.kind]
            width, height = self.image.size
            size = written.tell()
            written.seek(0)
            return Picture(
                content=written,
                size=size,
                content_type=content_type,
                extension=extension,
                width=width,
                height=height,
                blurhash=blur(self.image),
                perceptual_hash=perceptual_hash(self.image),
                preview=b"" if self.frames > 1 else preview_of(self.image),
            )

    def _decode(self) -> None:
        if self.frames > 1:
            self._animation = read_animation(self.image, self.file)
            self.image = self._animation.frames[0]
            kind = self._animation.kind_for(self.kind)
            self._is_lossless |= kind != self.kind
            self.kind = kind
        else:
            self._decode_still()

    def _decode_still(self) -> None:
        """Decode the picture in place where that can be: a copy takes as much memory again."""
        if self.image.format == "HEIF":
            self._decode_heif(self.image)
        self.image.load()
        profile, turn = profile_of(self.image, self.file), turn_of(self.image)
        if self._is_complete and turn is None and profile is None:
            self._options = as_it_was(self.image)
        if turn is not None:
            self.image = import_module("files.pictures.turning").turned(self.image, turn)
        self.image = in_srgb(self.image, profile)
        info = self.image.info
        self.image.info = {name: info[name] for name in ("transparency",) if name in info}

    def _write(self, target: IO[bytes]) -> None:
        if self._animation:
            self._animation.write(target, self.kind, is_lossless=self._is_lossless)
            return
        options = self._options or options_of(self.kind, self.pixels)
        if self._is_lossless and self.kind == "WEBP":
            options = LOSSLESS_WEBP
        self.image.save(target, self.kind, **options)

    def _decode_heif(self, picture: HeifPicture) -> None:
        """Decode a HEIF, whose header may have been wrong, and choose what it becomes."""
        self.image = picture.load()
        self.pixels = self.image.width * self.image.height
        self._require_room()
        self.kind = "WEBP" if self.image.mode.endswith("A") else "JPEG"


@contextmanager
def opened(file: BinaryIO) -> Iterator[OpenedPicture]:
    """Read the header of an upload; raises PictureError for what is no picture or too large.

    The rest is read piece by piece as it is decoded: a large file takes no memory of its own.
    """
    if _is_markup(file.read(BEGINNING)):
        raise PictureError("svg")
    with understood():
        file.seek(0)
        picture = OpenedPicture(_image(file), file)
    try:
        yield picture
    finally:
        picture.image.close()


def blur(image: Image.Image) -> str:
    """Return the blurhash of an image, over white where it is clear."""
    # By rows and columns first: other methods copy a picture with transparency as a whole.
    few = ImageOps.contain(image, FEW_PIXELS, Image.Resampling.NEAREST)
    small = ImageOps.contain(few.convert("RGBA"), BLURHASH_PIXELS, Image.Resampling.BICUBIC)
    shown = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    rows = [[shown.getpixel((x, y)) for x in range(shown.width)] for y in range(shown.height)]
    words: str = blurhash.encode(rows, components_x=4, components_y=4)
    return words


def as_it_was(jpeg: JpegImageFile) -> Mapping[str, object]:
    """Return the options that write a JPEG with its own tables: nothing is lost once more."""
    return {"qtables": jpeg.quantization, "subsampling": get_sampling(jpeg)}


def _is_markup(beginning: bytes) -> bool:
    """Return whether bytes are text with tags, such as SVG, which can hold scripts."""
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _image(file: BinaryIO) -> Any:
    try:
        return Image.open(file, formats=tuple(FORMATS))
    except UnidentifiedImageError:
        content = _content(file)
        if not is_heif(content):
            raise
    heif_picture = import_module("files.pictures.heif").HeifPicture
    return heif_picture(content)


def _content(file: BinaryIO) -> bytes:
    """Return all bytes of a file, for those whose codecs take them all at once."""
    file.seek(0)
    return file.read()

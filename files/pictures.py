"""What counts as a picture, and pictures made safe to show."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_PIXELS = 40_000_000
MOST_FRAMES = 300
FORMATS: Mapping[str, tuple[str, str]] = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
    "AVIF": ("image/avif", "avif"),
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


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture: bytes without metadata, and what they are."""

    content: bytes
    content_type: str
    extension: str
    width: int
    height: int


def read_picture(upload: BinaryIO) -> Picture:
    """Decode an upload fully and write it anew, upright and without metadata.

    What it is is found in its bytes; names and declared types count for nothing, and nothing that
    hides behind the picture survives. Raises ValidationError `too_large`, `too_many_pixels` or
    `not_a_picture`.
    """
    content = upload.read(settings.PICTURE_BYTES_LIMIT + 1)
    if len(content) > settings.PICTURE_BYTES_LIMIT:
        message = _("A picture has %(most)d bytes at most.")
        raise ValidationError(
            message, code="too_large", params={"most": settings.PICTURE_BYTES_LIMIT}
        )
    try:
        with warnings.catch_warnings():
            # Pillow warns of what the pixel limit below refuses.
            warnings.simplefilter("ignore")
            return _rewritten(content)
    except ValidationError:
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except UNREADABLE:
        raise _no_picture() from None


def _rewritten(content: bytes) -> Picture:
    with Image.open(BytesIO(content), formats=tuple(FORMATS)) as picture:
        # Phones append further views to a JPEG (MPO); a picture is the first.
        is_several_views = picture.format == "MPO"
        kind = "JPEG" if is_several_views else picture.format or ""
        frames = 1 if is_several_views else getattr(picture, "n_frames", 1)
        if picture.width * picture.height * frames > MOST_PIXELS or frames > MOST_FRAMES:
            raise _too_many_pixels()
        written = BytesIO()
        if frames > 1:
            width, height = picture.size
            _write_animation(picture, kind, written)
        else:
            upright = ImageOps.exif_transpose(picture)
            width, height = upright.size
            _write_still(upright, kind, written)
    content_type, extension = FORMATS[kind]
    return Picture(written.getvalue(), content_type, extension, width, height)


def _write_still(picture: Image.Image, kind: str, written: BytesIO) -> None:
    picture.load()
    bare = picture.copy()
    bare.info = {name: bare.info[name] for name in ("transparency",) if name in bare.info}
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "PNG": {"compress_level": 6}}
    quality = options.get(kind, {"quality": 95})
    if kind == "JPEG" and bare.mode not in ("RGB", "L", "CMYK"):
        bare = bare.convert("RGB")
    bare.save(written, kind, **quality)


def _write_animation(picture: Image.Image, kind: str, written: BytesIO) -> None:
    frames = [frame.convert("RGBA") for frame in ImageSequence.Iterator(picture)]
    durations = [frame.info.get("duration", 100) for frame in frames]
    for frame in frames:
        frame.info = {}
    # Frames are whole here: what was clear in one must not show the one before.
    whole = {"GIF": {"disposal": 2}, "PNG": {"disposal": 1, "blend": 0}}
    frames[0].save(
        written,
        kind,
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=picture.info.get("loop", 0),
        **whole.get(kind, {}),
    )


def _no_picture() -> ValidationError:
    message = _("This is no picture that can be read: send PNG, JPEG, WebP, GIF or AVIF.")
    return ValidationError(message, code="not_a_picture")


def _too_many_pixels() -> ValidationError:
    message = _("A picture has 40 million pixels at most, all its frames together.")
    return ValidationError(message, code="too_many_pixels")

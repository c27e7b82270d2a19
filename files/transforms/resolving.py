"""What a transform comes to for one picture and one client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from files.pictures.formats import AVIF_PIXELS
from files.pictures.picture import Rendering
from resources.api import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from files.models import File
    from files.transforms.transform import Transform

KINDS: Mapping[str, tuple[str, str]] = {
    "avif": ("AVIF", "image/avif"),
    "webp": ("WEBP", "image/webp"),
    "png": ("PNG", "image/png"),
    "jpeg": ("JPEG", "image/jpeg"),
    "gif": ("GIF", "image/gif"),
}
"""Pillow's names and media types, by the names of formats."""
FORMATS: Mapping[str, str] = {media_type: name for name, (_kind, media_type) in KINDS.items()}
EXTENSIONS: Mapping[str, str] = {kind: name for name, (kind, _type) in KINDS.items()}
NEGOTIATED = ("avif", "webp")
"""What `auto` writes for a client that says it takes it, the smallest first."""
MEDIA_RANGE = re.compile(r"\s*(image/[a-z]+)\s*(;[^,]*)?")
REFUSED = re.compile(r";\s*q=0(\.0*)?\s*(;|$)")


def resolved(transform: Transform, file: File, accept: str) -> Rendering | None:
    """Return the variant that answers a transform of a file, None where that is the original.

    `accept` is the client's Accept header, which decides what `auto` is. Nothing is ever scaled
    up: a box larger than the picture shrinks to it. Raises Problem 400 for what is no picture.
    """
    own = FORMATS.get(file.content_type)
    if own is None or not (file.width and file.height):
        raise Problem(400, "not_a_picture", _("Only pictures have variants."))
    size = (file.width, file.height)
    width, height = _size(transform, size)
    is_cut = transform.fit != "f" and width * size[1] != height * size[0]
    crop = (transform.fit or "c") if is_cut and transform.width and transform.height else ""
    wanted = _format(transform, accept, own)
    if wanted == "avif" and width * height > AVIF_PIXELS:
        wanted = "webp"
    if (width, height) == size and wanted == own and not transform.quality:
        return None
    return Rendering(width, height, crop, KINDS[wanted][0], transform.quality)


def _size(transform: Transform, size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of a transform's picture in pixels."""
    width, height = size
    box = (transform.width or width, transform.height or height)
    if transform.width and transform.height and transform.fit != "f":
        scale = min(1.0, width / box[0], height / box[1])
        return max(1, round(box[0] * scale)), max(1, round(box[1] * scale))
    scale = min(1.0, box[0] / width, box[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _format(transform: Transform, accept: str, own: str) -> str:
    if transform.format != "auto":
        return transform.format
    accepted = {
        found[1]
        for each in accept.lower().split(",")
        if (found := MEDIA_RANGE.fullmatch(each)) and not REFUSED.search(found[2] or "")
    }
    # A GIF is mostly an animation, which as AVIF takes long.
    offered = NEGOTIATED[1:] if own == "gif" else NEGOTIATED
    return next((name for name in offered if KINDS[name][1] in accepted), own)


def name_of(rendering: Rendering) -> str:
    """Return the name that a variant has among those of its file, such as `220x307.q60.webp`."""
    quality = f".q{rendering.quality}" if rendering.quality else ""
    size = f"{rendering.width}x{rendering.height}{rendering.crop}"
    return f"{size}{quality}.{EXTENSIONS[rendering.kind]}"


def content_type_of(rendering: Rendering) -> str:
    """Return the media type of a variant."""
    return next(media_type for kind, media_type in KINDS.values() if kind == rendering.kind)

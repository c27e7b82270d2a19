"""Uploads as pictures."""

from __future__ import annotations

from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from files.pictures.executor import picture_executor
from files.pictures.picture import Picture, PictureError

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_picture(upload: BinaryIO) -> Picture:
    """Check an upload and write it anew, upright and without metadata.

    Names and declared types count for nothing. Call it outside of transactions: it may take
    seconds. Raises ValidationError, `too_large` or with the code of a PictureError, and Problem 503
    when too many pictures are being read.
    """
    if upload.seek(0, SEEK_END) > settings.PICTURE_BYTES_LIMIT:
        raise ValidationError(
            _("A picture has %(most)d bytes at most."),
            code="too_large",
            params={"most": settings.PICTURE_BYTES_LIMIT},
        )
    try:
        return picture_executor().run(upload)
    except PictureError as error:
        raise ValidationError(_messages()[error.code], code=error.code) from None


def _messages() -> Mapping[str, str]:
    return {
        "not_a_picture": _(
            "This is no picture that can be read: send PNG, JPEG, WebP, GIF, AVIF or HEIC."
        ),
        "svg": _(
            "SVG and other markup can hold scripts and is not taken: send PNG, JPEG, WebP, GIF,"
            " AVIF or HEIC."
        ),
        "too_many_pixels": _("A picture has 40 million pixels at most, all its frames together."),
        "too_costly": _("Reading this picture takes too long or too much memory."),
    }

"""What a checked picture is, and why one is not taken. Knows nothing of decoders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

MOST_PIXELS = 40_000_000


class PictureError(Exception):
    """A picture that is not taken.

    `code` is `not_a_picture`, `svg`, `too_many_pixels` or `too_costly`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture: a file without metadata, its size in bytes, and what it is.

    `blurhash` is the blur shown while it loads (https://blurha.sh), `perceptual_hash` what alike
    pictures share (`files.pictures.hash_texts`), `preview` a smaller JPEG of which small
    variants are made; empty if they are made of the picture itself.
    """

    content: BinaryIO
    size: int
    content_type: str
    extension: str
    width: int
    height: int
    blurhash: str
    perceptual_hash: str = ""
    preview: bytes = b""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A variant in the last detail.

    `width` and `height` are pixels. `crop` says which part of a picture of another shape is shown:
    `c`entre, `t`op or `b`ottom; empty: it has the shape of the picture. `kind` is Pillow's name of
    the format; `quality` 0 stands for the format's own.
    """

    width: int
    height: int
    crop: str
    kind: str
    quality: int = 0

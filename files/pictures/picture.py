"""What a checked picture is, and why one is not taken. Knows nothing of decoders.

Processes that decode import it, and no dataclasses: these take 2 MB and a fifth of their start.
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

MOST_PIXELS = 40_000_000
MOST_FRAMES = 300


class PictureError(Exception):
    """A picture that is not taken.

    `code` is `not_a_picture`, `svg`, `too_many_pixels` or `too_costly`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Picture(NamedTuple):
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


class Rendering(NamedTuple):
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

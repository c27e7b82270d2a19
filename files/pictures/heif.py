"""Pictures of phones: HEIC and other HEIF, of which the one that is meant to be shown is read."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pi_heif
from pi_heif import options
from PIL import Image

BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
# Each thread takes memory of its own, and nothing but the picture is of use.
options.DECODE_THREADS = 1
options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False


def is_heif(content: bytes) -> bool:
    """Return whether bytes begin as HEIF does (ISO/IEC 23008-12). AVIF may begin so, too."""
    return content[4:8] == b"ftyp" and content[8:12] in BRANDS


class HeifPicture:
    """The picture of a HEIF file that is meant to be shown; `load` decodes it, upright.

    Raises what its library does: OSError, ValueError, RuntimeError and others.
    """

    format = "HEIF"

    def __init__(self, content: bytes) -> None:
        file = pi_heif.open_heif(BytesIO(content), convert_hdr_to_8bit=True)
        self._picture: Any = file[file.primary_index]
        self.width, self.height = self._picture.size

    def load(self) -> Any:
        """Decode the pixels, which alone shows whether they can be."""
        read = self._picture
        image = Image.frombytes(read.mode, read.size, read.data, "raw", read.mode, read.stride)
        profile = read.info.get("icc_profile")
        image.info = {"icc_profile": profile} if profile else {}
        return image

    def close(self) -> None:
        """Let the file go."""
        self._picture = None

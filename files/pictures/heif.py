"""Pictures of phones: HEIC and other HEIF, of which the one that is meant to be shown is read.

Its library takes memory that other pictures may need: it is imported with the first of these.
"""

from __future__ import annotations

from io import BytesIO

import pi_heif
from pi_heif import options
from PIL import Image

# Each thread takes memory of its own, and nothing but the picture is of use.
options.DECODE_THREADS = 1
options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False


class HeifPicture:
    """The picture of a HEIF file that is meant to be shown; `load` decodes it, upright.

    Raises what its library does: OSError, ValueError, RuntimeError and others.
    """

    format = "HEIF"

    def __init__(self, content: bytes) -> None:
        file = pi_heif.open_heif(BytesIO(content), convert_hdr_to_8bit=True)
        self._picture = file[file.primary_index]
        self.width, self.height = self._picture.size

    def load(self) -> Image.Image:
        """Decode the pixels, once: only that shows whether they can be."""
        # Its own pixels go with it.
        read, self._picture = self._picture, None
        image = Image.frombytes(read.mode, read.size, read.data, "raw", read.mode, read.stride)
        profile = read.info.get("icc_profile")
        image.info = {"icc_profile": profile} if profile else {}
        return image

    def close(self) -> None:
        """Let the file go."""
        self._picture = None

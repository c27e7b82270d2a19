"""What codecs raise, said in our words."""

from __future__ import annotations

import struct
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from files.pictures.picture import PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@contextmanager
def understood(otherwise: str = "not_a_picture") -> Iterator[None]:
    """Turn what codecs raise into a PictureError; of a lack of memory some don't tell."""
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
        # The codecs of AVIF and HEIF tell of it in words alone.
        is_too_large = "memory" in str(error).lower()
        raise PictureError("too_costly" if is_too_large else otherwise) from None

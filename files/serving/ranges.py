"""The part of a file that a client asks for (RFC 9110, 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from resources.api import Problem

RANGE = re.compile(r"bytes=\s*([0-9]{0,1000})-([0-9]{0,1000})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Extent:
    """Consecutive bytes of a file: the first and the last one, counted from 0."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Return the number of bytes."""
        return self.last - self.first + 1


def whole(size: int) -> Extent:
    """Return the extent of a file of `size` bytes."""
    return Extent(0, size - 1)


def requested_extent(header: str, size: int) -> Extent | None:
    """Return the one range that a Range header asks for, or None if all of the file is to be sent.

    That is for a header that means nothing, and for several ranges at once: a server may ignore
    those (14.2), and clients must be ready for it. Raises Problem 416 for a range outside the file.
    """
    found = RANGE.fullmatch(header)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), int(found[2] or size)
        if first > last and found[2]:
            return None
    if first >= size:
        detail = _("The file has no such range.")
        raise Problem(416, "bad_range", detail, headers={"Content-Range": f"bytes */{size}"})
    return Extent(first, min(last, size - 1))

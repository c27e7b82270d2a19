"""Each resource has a part of the index of its own: all its terms begin with one character.

So a search of one resource walks through no lists of the others, however many records they have.
"""

from __future__ import annotations

from functools import cache
from string import ascii_lowercase, digits
from zlib import crc32

CHARACTERS = ascii_lowercase + digits
"""What FTS5's plainest tokeniser takes as a part of a term, and does not fold."""


@cache
def partition_of(resource: str) -> str:
    """Return the character that the terms of a resource begin with, by its name.

    Two resources may have the same one: the entries say whose they are, it only takes longer.
    """
    return CHARACTERS[crc32(resource.encode()) % len(CHARACTERS)]

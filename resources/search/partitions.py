"""Each resource has a part of the index of its own: all its terms begin with one character.

So a search of one resource walks through no lists of the others, however many records they have.
"""

from __future__ import annotations

from functools import cache
from string import ascii_lowercase, digits
from zlib import crc32

CHARACTERS = ascii_lowercase + digits
"""What FTS5's plainest tokeniser takes as a part of a term, and does not fold."""

OF_TITLE = "·"
"""What terms of titles have behind the partition on SQLite; no word begins with it.

So what titles have of a term is a list of its own, a fraction of what all texts have of it. A
column does not part them: FTS5 walks through the list of all columns for the entries of one.
"""


@cache
def partition_of(resource: str) -> str:
    """Return the character that the terms of a resource begin with, by its name.

    Two resources may have the same one: the entries say whose they are, it only takes longer.
    """
    return CHARACTERS[crc32(resource.encode()) % len(CHARACTERS)]

"""Feed cursors: where in the change log a subscriber goes on reading."""

from __future__ import annotations

from typing import NamedTuple, override

LONGEST_CURSOR = 40


class FeedCursor(NamedTuple):
    """Where to go on from: read after `position`, and send only what is after `told`.

    The two differ between events of records that were changed several times. On the wire it is one
    number (`6`), or both (`4~6`); clients treat it as opaque.
    """

    position: int
    told: int

    @override
    def __str__(self) -> str:
        """Return the cursor as clients get it."""
        return str(self.position) if self.position == self.told else f"{self.position}~{self.told}"


UNREADABLE = FeedCursor(-1, -1)
"""A position that the log never has: whoever resumes there has to fetch anew."""


def read_feed_cursor(text: str) -> FeedCursor | None:
    """Parse a client's cursor; None for no text, `UNREADABLE` for text that is no cursor."""
    if not text:
        return None
    position, tilde, told = text.partition("~")
    told = told if tilde else position
    is_number = text.isascii() and position.isdigit() and told.isdigit()
    if len(text) > LONGEST_CURSOR or not is_number:
        return UNREADABLE
    return FeedCursor(int(position), int(told))

"""Conditional requests (RFC 9110, 13): entity tags as clients send them back."""

from __future__ import annotations

import re

ANY = "*"
TAG = re.compile(r'(?:W/)?("[^"]*")')


def is_known(if_none_match: str, etag: str) -> bool:
    """Return whether `If-None-Match` names an entity tag, weak or strong (13.1.2)."""
    return if_none_match.strip() == ANY or etag in TAG.findall(if_none_match)


def is_whole_wanted(if_range: str, etag: str) -> bool:
    """Return whether `If-Range` asks for all of it, as what the client has is another (13.1.5).

    Only the strong tag itself will do: what is no tag is a date, and we give none.
    """
    return bool(if_range) and if_range.strip() != etag

"""Conditional requests (RFC 9110, 13): entity tags as clients send them back."""

from __future__ import annotations

import re

ANY = "*"
TAG = re.compile(r'(?:W/)?("[^"]*")')


def is_known(if_none_match: str, etag: str) -> bool:
    """Return whether `If-None-Match` names an entity tag, weak or strong (13.1.2)."""
    return if_none_match.strip() == ANY or etag in TAG.findall(if_none_match)

"""What the legs of a sign-in leave for each other, for minutes, in the shared cache."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.core.cache import cache


def keep(kind: str, content: Any, *, seconds: int, key: str = "") -> str:
    """Keep something under a key that is also the right to it; gives the key, 256 bits if new."""
    key = key or token_urlsafe(32)
    cache.set(_name(kind, key), content, seconds)
    return key


def look_at(kind: str, key: str) -> Any:
    """Give what is kept under a key, None when there is nothing (any more)."""
    return cache.get(_name(kind, key))


def take(kind: str, key: str) -> Any:
    """Give what is kept under a key, once: of many who ask at a time, one gets it."""
    name = _name(kind, key)
    content = cache.get(name)
    return content if content is not None and cache.delete(name) else None


def _name(kind: str, key: str) -> str:
    """Name an entry by a digest, so that whoever lists the cache's names can't use them."""
    return f"oauth:{kind}:{sha256(key.encode()).hexdigest()}"

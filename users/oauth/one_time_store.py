"""Values that live for minutes in the shared cache and can be taken once."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from django.core.cache import cache

if TYPE_CHECKING:
    from resources.api import JsonObject


def store(kind: str, value: JsonObject, *, seconds: int, key: str = "") -> str:
    """Store a value under a key, and return the key: 256 random bits if none is given.

    Whoever has the key may take the value.
    """
    key = key or token_urlsafe(32)
    cache.set(_name(kind, key), value, seconds)
    return key


def peek(kind: str, key: str) -> JsonObject | None:
    """Return the value of a key without taking it; None if there is none."""
    found: JsonObject | None = cache.get(_name(kind, key))
    return found


def take(kind: str, key: str) -> JsonObject | None:
    """Return the value of a key and remove it; of concurrent callers, one gets it."""
    name = _name(kind, key)
    value: JsonObject | None = cache.get(name)
    return value if value is not None and cache.delete(name) else None


def _name(kind: str, key: str) -> str:
    """Return the name of a cache entry: a digest, so that reading the names reveals no key."""
    return f"oauth:{kind}:{sha256(key.encode()).hexdigest()}"

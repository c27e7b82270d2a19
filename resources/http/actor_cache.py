"""Who shows which token, kept until something changes that could decide otherwise."""

from __future__ import annotations

from time import monotonic, time
from typing import TYPE_CHECKING, NamedTuple

from resources import context
from resources.actors import ANONYMOUS
from resources.byte_cache import ByteCache
from resources.http.authentication import authenticate_header

if TYPE_CHECKING:
    from resources.actors import Actor, Authentication
    from resources.execution.epochs import Epochs

ACTOR_CACHE_BYTES = 4 * 1024 * 1024
"""Memory for those who are known."""
OVERHEAD = 1_500
"""Bytes that a caller takes besides the header, roughly."""


class _Known(NamedTuple):
    authentication: Authentication
    since: int
    until: float


class ActorCache:
    """The actors of `Authorization` headers, cached by the epochs that responses are cached by.

    An actor is asked for anew once its session, its account or its roles may have changed, when
    the session or the token expires, and every `lifetime` seconds. Who is turned away is asked
    for every time.
    """

    def __init__(self, epochs: Epochs, lifetime: float) -> None:
        self.epochs = epochs
        self.lifetime = lifetime
        self.known: ByteCache[_Known] = ByteCache(ACTOR_CACHE_BYTES)

    def known_actor(self, header: str) -> Actor | None:
        """Return the actor of a header if nobody has to be asked for it."""
        if not header:
            return ANONYMOUS
        known = self.known.get(header)
        if known is None or not self._holds(known):
            return None
        context.note_user(known.authentication.actor.id)
        return known.authentication.actor

    def actor(self, header: str) -> Actor:
        """Return the actor of a header; raises Problem 401 and 403."""
        actor = self.known_actor(header)
        if actor is not None:
            return actor
        since = self.epochs.current
        self.known.drop(header)
        authentication = authenticate_header(header)
        if authentication.sources is not None:
            known = _Known(authentication, since, monotonic() + self.lifetime)
            self.known.put(header, known, OVERHEAD + len(header))
        return authentication.actor

    def _holds(self, known: _Known) -> bool:
        sources = known.authentication.sources
        is_in_time = known.authentication.until > time() and known.until > monotonic()
        return (
            is_in_time and sources is not None and self.epochs.are_unchanged(sources, known.since)
        )

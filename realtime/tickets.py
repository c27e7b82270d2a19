"""Tickets: what a browser's `EventSource`, which can send no header, signs in by, once.

A ticket stands in an address, which logs keep and pages show; so it is good for a minute and for
one stream, and what it stands for is sealed where it waits.
"""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe

from django.core.cache import cache

from resources.sealing import seal, unseal

SECONDS = 60


def ticket_for(token: str) -> str:
    """Return a new ticket for whoever has an access token."""
    ticket = token_urlsafe(32)
    cache.set(_name(ticket), seal(token), SECONDS)
    return ticket


def take_ticket(ticket: str) -> str | None:
    """Return the access token of a ticket, once; of concurrent callers, one gets it."""
    name = _name(ticket)
    sealed = cache.get(name)
    return unseal(sealed) if sealed is not None and cache.delete(name) else None


def _name(ticket: str) -> str:
    """Return the name of a cache entry: a digest, so that reading the names reveals no ticket."""
    return f"ticket:{sha256(ticket.encode()).hexdigest()}"

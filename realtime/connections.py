"""The live connections of a process: their limits, and how all are closed at shutdown."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from realtime.close_codes import shutdown_reason
from realtime.per_loop import PerLoop
from resources.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sized

    from realtime.close_codes import CloseReason

RETRY_SECONDS = 10


def restarting() -> Problem:
    """Say that this process is about to end (503)."""
    later = {"Retry-After": str(RETRY_SECONDS)}
    return Problem(503, "restarting", _("The server is restarting."), headers=later)


class CountedConnection(Protocol):
    """What is counted of a connection, and how it is ended."""

    transport: str
    network: str

    @property
    def subscriptions(self) -> Sized:
        """Return what it subscribes to."""

    def dismiss(self, close_reason: CloseReason) -> None:
        """End the connection and tell the client why."""


class Connections:
    """Counts connections by member, or by client address while nobody is signed in."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.holders: dict[CountedConnection, str] = {}
        self.subscribed: Counter[str] = Counter()
        self.of_holder: Counter[str] = Counter()
        self.of_transport: Counter[str] = Counter()
        self.of_network: Counter[str] = Counter()
        self.subscribed_from: Counter[str] = Counter()
        self.is_over = False

    def admit(self, listener: CountedConnection, holder: str, most: int) -> None:
        """Count a connection for somebody, instead of for whom it counted before.

        Raises Problem 429 when there are as many as `most` (0 is no limit), 503 when the process
        is about to end.
        """
        later = {"Retry-After": str(RETRY_SECONDS)}
        if self.is_over:
            raise restarting()
        if self.holders.get(listener) == holder:
            return
        limit = settings.MOST_CONNECTIONS_PER_NETWORK
        is_new = listener not in self.holders
        is_network_full = is_new and 0 < limit <= self.of_network.get(listener.network, 0)
        if is_network_full or (most and self.of_holder[holder] >= most):
            detail = _("There are too many connections already.")
            raise Problem(429, "too_many_connections", detail, headers=later)
        self.release(listener)
        self.holders[listener] = holder
        self.of_holder[holder] += 1
        self.of_transport[listener.transport] += 1
        self._count(self.of_network, listener.network, 1)
        self._count_subscriptions(listener, len(listener.subscriptions))

    def release(self, listener: CountedConnection) -> None:
        """Count a connection no more."""
        if listener not in self.holders:
            return
        self._count_subscriptions(listener, -len(listener.subscriptions))
        self.of_transport[listener.transport] -= 1
        self._count(self.of_network, listener.network, -1)
        self._count(self.of_holder, self.holders.pop(listener), -1)

    def add_subscription(self, listener: CountedConnection) -> None:
        """Count a subscription.

        Raises Problem 429 when its member, or its network without one, has too many everywhere
        here, or its network with all its members.
        """
        if listener not in self.holders:
            return
        most, limit = settings.MOST_SUBSCRIPTIONS_PER_USER, settings.MOST_SUBSCRIPTIONS_PER_NETWORK
        is_full = 0 < most <= self.subscribed[self.holders[listener]]
        if is_full or 0 < limit <= self.subscribed_from[listener.network]:
            raise too_many_subscriptions()
        self._count_subscriptions(listener, 1)

    def drop_subscription(self, listener: CountedConnection) -> None:
        """Count a subscription no more."""
        if listener in self.holders:
            self._count_subscriptions(listener, -1)

    def dismiss_all(self) -> None:
        """Take in nobody any more, and send everybody elsewhere."""
        self.is_over = True
        for listener in list(self.holders):
            listener.dismiss(shutdown_reason())

    def _count_subscriptions(self, listener: CountedConnection, more: int) -> None:
        self._count(self.subscribed, self.holders[listener], more)
        self._count(self.subscribed_from, listener.network, more)

    @staticmethod
    def _count(counter: Counter[str], name: str, more: int) -> None:
        counter[name] += more
        if not counter[name]:
            del counter[name]


def too_many_subscriptions() -> Problem:
    """Say that nothing more can be subscribed to (429)."""
    return Problem(429, "too_many_subscriptions", _("There are too many subscriptions here."))


connections = PerLoop(Connections)
known_connections = connections.known


def dismiss_everyone(*_signal: object) -> None:
    """Send every client of this process elsewhere: it is about to end (a signal's handler)."""
    for each in known_connections():
        each.loop.call_soon_threadsafe(each.dismiss_all)

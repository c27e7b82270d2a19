"""A thread that asks PostgreSQL twice a second whether it is there.

Without it a server that hangs holds every thread that asks something, for ever; and a pool that has
lost its server tries again after pauses that grow to minutes.
"""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from os import dup
from select import POLLIN, poll
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.pq.abc import PGconn

logger = logging.getLogger("holobase.database")

PERIOD = 0.5
DEADLINE = 1.2
"""Seconds that an answer may take; with `PERIOD` less than the two in which an outage is told."""
GRACE = 0.5
"""Seconds after which somebody else's statement that ends shows that the server goes on."""
CUT_AFTER = 2.0
"""Seconds away after which threads that still wait for the server are let go."""


class DatabaseWatch:
    """Knows whether PostgreSQL answers.

    It is away when it did not answer in time, and nobody else's statement came to its end
    meanwhile, either: a server that is only busy is not away. Until `start` it counts as there.
    """

    def __init__(self) -> None:
        self.is_away = False
        self.away_since = 0.0
        self.given_back_at = 0.0
        self.in_use: WeakSet[psycopg.Connection[object]] = WeakSet()
        self.listeners: list[Callable[[], object]] = []
        self.connection: psycopg.Connection[object] | None = None
        self.woken = Event()
        self.thread: Thread | None = None

    def start(self, listener: Callable[[], object]) -> None:
        """Watch from now on; `listener` is called when the server goes away."""
        self.listeners.append(listener)
        if self.thread is None:
            self.thread = Thread(target=self._watch_for_ever, name="database-watch", daemon=True)
            self.thread.start()

    def suspect(self) -> None:
        """Look at once: something has failed."""
        self.woken.set()

    def taken(self, connection: psycopg.Connection[object]) -> None:
        """Note a connection that somebody uses from now on."""
        self.in_use.add(connection)

    def given_back(self, connection: psycopg.Connection[object]) -> None:
        """Note a connection that nobody uses any more."""
        self.in_use.discard(connection)
        if not connection.closed:
            self.given_back_at = monotonic()

    def look(self) -> None:
        """Ask the server, and act on a change."""
        began = monotonic()
        is_there = self._answers() or self.given_back_at > began + GRACE
        if is_there and self.is_away:
            self._come_back()
        elif not is_there and not self.is_away:
            self._go_away()
        elif self.is_away and monotonic() - self.away_since > CUT_AFTER:
            self._cut()

    def _watch_for_ever(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                logger.exception("crashed")
            self.woken.wait(PERIOD)
            self.woken.clear()

    def _answers(self) -> bool:
        try:
            if self.connection is None:
                self.connection = _connect()
            is_there = _pong(self.connection.pgconn)
        except psycopg.Error:
            is_there = False
        if not is_there and self.connection is not None:
            self.connection.close()
            self.connection = None
        return is_there

    def _go_away(self) -> None:
        logger.error("PostgreSQL can't be reached")
        self.is_away, self.away_since = True, monotonic()
        for listener in self.listeners:
            listener()

    def _come_back(self) -> None:
        """Begin with a new pool: the old one may pause before it tries again."""
        logger.warning("PostgreSQL is back after %.1f s", monotonic() - self.away_since)
        database: Any = connections[DEFAULT_DB_ALIAS]
        pools = database._connection_pools
        old = pools.pop(DEFAULT_DB_ALIAS, None)
        self.is_away = False
        if old is not None:
            old.close(timeout=0)

    def _cut(self) -> None:
        """Let go of threads that wait for an answer: their connections end here."""
        for connection in list(self.in_use):
            with suppress(OSError, psycopg.Error), _same_socket(connection.pgconn.socket) as line:
                line.shutdown(socket.SHUT_RDWR)


def _same_socket(descriptor: int) -> socket.socket:
    """Return a socket over a copy of a descriptor, which the connection itself keeps."""
    return socket.socket(fileno=dup(descriptor))


def _connect() -> psycopg.Connection[object]:
    parameters: dict[str, Any] = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return psycopg.connect(**parameters | {"connect_timeout": 2, "autocommit": True})


def _pong(pgconn: PGconn) -> bool:
    """Ask something and tell whether the answer came in time; raises psycopg.Error."""
    pgconn.send_query(b"SELECT 1")
    waiting = poll()
    waiting.register(pgconn.socket, POLLIN)
    until = monotonic() + DEADLINE
    while True:
        if not waiting.poll(max(0, until - monotonic()) * 1000):
            return False
        pgconn.consume_input()
        while not pgconn.is_busy():
            if pgconn.get_result() is None:
                return True


watch = DatabaseWatch()

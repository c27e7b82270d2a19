"""Turns of networks at threads that all share: no network has more than its part of them."""

from __future__ import annotations

from asyncio import Semaphore
from weakref import WeakValueDictionary

NETWORKS_SHARE = 2
"""One network has half of what all share, a trusted address all of it."""


class NetworkTurns:
    """A semaphore for each network that has something to do, of one event loop."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._of_network: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    def of(self, network: str) -> Semaphore:
        """Return what a network's work has to hold; a trusted address has no name of a network."""
        turn = self._of_network.get(network)
        if turn is None:
            count = self.threads // (NETWORKS_SHARE if network else 1)
            turn = self._of_network[network] = Semaphore(max(1, count))
        return turn

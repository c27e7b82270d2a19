"""Lazily created singletons, one per event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class PerLoop[T]:
    """A singleton per event loop, created by the first call in the loop."""

    def __init__(self, create: Callable[[], T]) -> None:
        self._create = create
        self._instances: dict[asyncio.AbstractEventLoop, T] = {}

    def __call__(self) -> T:
        """Return the instance of the running event loop; drop those of earlier loops."""
        loop = asyncio.get_running_loop()
        if loop not in self._instances:
            self._instances.clear()
            self._instances[loop] = self._create()
        return self._instances[loop]

    def known(self) -> Sequence[T]:
        """Return the instance for threads that only read it; empty before it is created."""
        return [
            instance for loop, instance in list(self._instances.items()) if not loop.is_closed()
        ]

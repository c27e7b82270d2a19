"""What a process has one of, in its event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class PerLoop[T]:
    """A thing that the event loop has one of; called there, it gives it, made by the first call."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[asyncio.AbstractEventLoop, T] = {}

    def __call__(self) -> T:
        """Give what the running event loop has, and forget what an earlier one had."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made.clear()
            self._made[loop] = self._make()
        return self._made[loop]

    def known(self) -> Sequence[T]:
        """Give it to threads that only look; empty before there is one."""
        return [each for loop, each in list(self._made.items()) if not loop.is_closed()]

"""Sign-ins, whose passwords are costly to hash: in threads of their own, a network's in turn.

When many of one network come at once, those that wait look again whether the network still has
quota: the ones before them have used it up, so that they need no thread, no database and no hash.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.conf import settings

from resources.http.client_networks import address_of_scope, limited_network
from server.address_limits import require_room
from server.network_turns import NetworkTurns
from server.request_bodies import SIGN_INS
from server.waiting import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtime.asgi_types import Scope


LEAST_THREADS = 2
"""Of a process, if there are as many at all: one network has half of them."""


class SignInLane:
    """Runs sign-ins of one event loop in few threads."""

    def __init__(self) -> None:
        threads = threads_of_process()
        self.threads = ThreadPoolExecutor(threads, "sign-in")
        self.turns = NetworkTurns(threads)

    async def run[Result](self, scope: Scope, work: Callable[[], Result]) -> Result:
        """Run `work` when it is the network's turn; raises Problem 429 without quota, 503."""
        async with self.turns.of(limited_network(address_of_scope(scope))):
            require_room(scope)
            return await in_thread(self.threads, work)


def threads_of_process() -> int:
    """Return this process's part of the threads: a hash takes a processor and 19 MB for a while."""
    every = settings.SIGN_IN_THREADS
    return max(every // settings.PROCESSES, min(every, LEAST_THREADS))


def is_sign_in(scope: Scope) -> bool:
    """Return whether a request may have a password hashed."""
    path: str = scope["path"]
    return path.startswith(SIGN_INS)

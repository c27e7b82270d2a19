"""The bell between processes: heard where there are others, silent where there are none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from realtime.bell import is_shared, listen, ring_others
from resources.models import Change
from tests.other_process import other_process, tell

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

RINGING = (
    "from realtime.bell import ring_others\nfrom resources.models import Change",
    "ring_others(Change(resource=line))",
)


async def heard_while(ring: Callable[[], Awaitable[object]]) -> set[str]:
    """Return what is heard of a ring, which is tried for three seconds where it could be heard."""
    heard: set[str] = set()
    listening = asyncio.create_task(listen(heard.update))
    try:
        for _number in range(30 if is_shared() else 5):
            await ring()
            await asyncio.sleep(0.1)
            if heard:
                break
    finally:
        listening.cancel()
    return heard


def test_another_process_says_what_has_changed_where_the_layer_is_shared() -> None:
    with other_process(*RINGING) as process:
        heard = asyncio.run(heard_while(lambda: asyncio.to_thread(tell, process, "cards")))
    assert heard == ({"cards"} if is_shared() else set())


def test_a_process_does_not_hear_itself() -> None:
    async def ring() -> None:
        ring_others(Change(resource="cards"))

    assert asyncio.run(heard_while(ring)) == set()

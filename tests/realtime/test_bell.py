"""The bell between processes: heard where there are others, silent where there are none."""

from __future__ import annotations

import asyncio

from realtime.bell import is_shared, listen, ring_others


def test_a_ring_is_heard_where_the_layer_is_shared() -> None:
    async def ring() -> bool:
        heard = asyncio.Event()
        listening = asyncio.create_task(listen(heard.set))
        try:
            for _number in range(30):
                ring_others()
                await asyncio.sleep(0.1)
                if heard.is_set():
                    return True
        finally:
            listening.cancel()
        return False

    assert asyncio.run(ring()) is is_shared()

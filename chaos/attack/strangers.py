"""The strangers' side, in a process of its own: so many connections, all trying one thing."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from time import monotonic, process_time
from typing import TYPE_CHECKING

import uvloop

from chaos.attack.phases import PHASES, PREPARED, Attacker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

    from chaos.attack.wire import Address


NICENESS = 10
"""Real strangers bring machines of their own: where processors are short, these take a tenth."""


def attack(pipe: Pipe, address: Address, tokens: list[str], options: dict[str, float]) -> None:
    """Do what the pipe asks for: `(phase, seconds)`.

    It is answered when all is prepared, and at the end with what was seen by status and the seconds
    of processor time that the strangers themselves took.
    """
    os.nice(NICENESS)
    while (order := pipe.recv()) is not None:
        phase, seconds = order
        PREPARED.get(phase, tuple)()
        pipe.send("ready")
        busy = process_time()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            seen = runner.run(_phase(phase, seconds, address, tokens, options))
        pipe.send((seen, process_time() - busy))


async def _phase(
    phase: str, seconds: float, address: Address, tokens: list[str], options: dict[str, float]
) -> Counter[str]:
    until = monotonic() + seconds
    attackers = [
        Attacker(number, address, tokens, options["pace"], until, random.Random(f"{phase}{number}"))
        for number in range(int(options["connections"]))
    ]
    tasks = [asyncio.create_task(_until_the_end(phase, attacker)) for attacker in attackers]
    await asyncio.gather(*tasks)
    return sum((attacker.seen for attacker in attackers), Counter())


async def _until_the_end(phase: str, attacker: Attacker) -> None:
    """Attack until the phase is over; what is under way then counts as unanswered."""
    # Not all in the same moment.
    await asyncio.sleep(attacker.chance.random() / attacker.pace)
    try:
        async with asyncio.timeout(attacker.until - monotonic()):
            await PHASES[phase](attacker)
    except TimeoutError:
        attacker.seen["open"] += 1
    finally:
        attacker.leave()

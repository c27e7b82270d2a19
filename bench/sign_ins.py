"""What readers feel while many sign in: the time of a read, idle and beside a burst of sign-ins."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

import httpx

from bench.subjects import SIGNER

PARALLEL = 16
READS_A_SECOND = 100
PROMISE = 5


@dataclass(frozen=True)
class Reads:
    """Times of reads in milliseconds, and how many signed in meanwhile each second."""

    median: float
    p99: float
    sign_ins: float = 0


def reads_beside_sign_ins(cards: str, seconds: float) -> tuple[Reads, Reads]:
    """Measure paced reads of the first page, alone and beside `PARALLEL` sign-ins at a time.

    The reader and those who sign in run in processes of their own.
    """
    token = cards.replace("/cards", "/auth/token")
    with ProcessPoolExecutor(max_workers=2) as processes:
        idle = processes.submit(_read, cards, seconds).result()
        signing = processes.submit(_sign_in, token, seconds + 2)
        busy = processes.submit(_read_later, cards, seconds).result()
        rate = signing.result() / (seconds + 2)
    return _summary(idle), _summary(busy, rate)


def section(rounds: list[tuple[Reads, Reads]]) -> list[str]:
    """Return the lines of the report."""
    ratios = [busy.p99 / idle.p99 for idle, busy in rounds]
    rate = median(busy.sign_ins for _idle, busy in rounds)
    spread = f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
    return [
        "",
        f"### Reads while {PARALLEL} sign in at a time",
        "",
        f"`GET /api/v1/cards`, {READS_A_SECOND} a second; {rate:.0f} sign-ins a second meanwhile",
        "(argon2id, 19 MiB, 2 passes). Milliseconds, medians of the rounds; the ratio of the p99s",
        f"is taken round by round and promised to stay under {PROMISE}.",
        "",
        "| | median | p99 |",
        "|---|---|---|",
        _row("idle", [idle for idle, _busy in rounds]),
        _row("beside sign-ins", [busy for _idle, busy in rounds]),
        "",
        f"Ratio of the p99s: {spread}.",
        "",
    ]


def _row(name: str, reads: list[Reads]) -> str:
    middle = median(one.median for one in reads)
    return f"| {name} | {middle:.1f} | {median(one.p99 for one in reads):.1f} |"


def _summary(times: list[float], sign_ins: float = 0) -> Reads:
    return Reads(median(times), quantiles(times, n=100)[98], sign_ins)


def _read_later(url: str, seconds: float) -> list[float]:
    """Read once the sign-ins are under way."""
    asyncio.run(asyncio.sleep(0.5))
    return _read(url, seconds)


def _read(url: str, seconds: float) -> list[float]:
    return asyncio.run(_paced(url, seconds))


async def _paced(url: str, seconds: float) -> list[float]:
    """Start a read at every beat, late answers or not, so that no wait is left out.

    The connections of `bench.load` wait for the answer to one call before they make the next.
    """
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=64)) as client:
        began = perf_counter()
        reads = []
        for number in range(int((seconds + 1) * READS_A_SECOND)):
            due = began + number / READS_A_SECOND
            await asyncio.sleep(max(0, due - perf_counter()))
            reads.append(asyncio.create_task(_timed(client, url, due)))
        times = await asyncio.gather(*reads)
    return list(times[READS_A_SECOND:])  # the first second opens connections


async def _timed(client: httpx.AsyncClient, url: str, due: float) -> float:
    (await client.get(url, timeout=30)).raise_for_status()
    return (perf_counter() - due) * 1000


def _sign_in(url: str, seconds: float) -> int:
    return asyncio.run(_signing(url, seconds))


async def _signing(url: str, seconds: float) -> int:
    until = perf_counter() + seconds
    async with httpx.AsyncClient(timeout=60) as client:
        counts = await asyncio.gather(*(_one(client, url, until) for _ in range(PARALLEL)))
    return sum(counts)


async def _one(client: httpx.AsyncClient, url: str, until: float) -> int:
    count = 0
    while perf_counter() < until:
        (await client.post(url, json=SIGNER)).raise_for_status()
        count += 1
    return count

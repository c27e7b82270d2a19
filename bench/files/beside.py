"""JSON creates while a picture of 40 megapixels is decoded, again and again."""

from __future__ import annotations

from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from typing import TYPE_CHECKING

import httpx

from bench import report, served
from bench.files.art import photo
from bench.load import Call, Request, measure
from bench.over_http import say, seeded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.load import Measured
    from resources.json_text import JsonObject

MEGAPIXELS = 39.9
CONNECTIONS = 1
PACES = {"100 a second": 100.0, "one after the other, as fast as it is answered": 0.0}
LEAST_SECONDS = 6
"""What it takes to have p99s of a hundred creates a second."""
HEAD = ("a JSON create", "alone: p50, p99, ms", "beside PATCHes", "p99, beside / alone", "PATCHes")
PROMISE = 2


def beside_a_picture(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Measure creates alone and beside uploads, in turn; returns the table's lines."""
    data = scratch / "beside"
    data.mkdir()
    rows = seeded(data, 100)
    content = photo(MEGAPIXELS)
    say(f"a JPEG of {MEGAPIXELS} megapixels, {len(content):,} bytes")
    with served.holobase(data) as running:
        headers = {
            "Authorization": f"Bearer {rows['tokens'][1]}",
            "Content-Type": "application/json",
        }
        call = Call("/api/v1/cards", '{"title": "A card", "description": "Beside a picture."}')
        lines = []
        for name, pace in PACES.items():
            creates = Request(running.address, [call], "POST", headers, CONNECTIONS, pace)
            seconds = max(options.seconds, LEAST_SECONDS)
            rounds, sent = [], 0
            for _round in range(options.rounds):
                alone = measure(creates, seconds)
                with _patches(running.address, rows, content) as patches:
                    rounds.append((alone, measure(creates, seconds)))
                sent += len(patches)
            lines.append(_line(name, rounds, sent))
    return report.table(HEAD, lines)


def _line(name: str, rounds: Sequence[tuple[Measured, Measured]], sent: int) -> list[str]:
    alone, beside = zip(*rounds, strict=True)
    ratios = [busy.p99 / idle.p99 for idle, busy in rounds]
    is_met = median(ratios) <= PROMISE
    promised = report.promised(ratios, PROMISE, is_met=is_met)
    return [name, _times(alone), _times(beside), promised, str(sent)]


def _times(rounds: Sequence[Measured]) -> str:
    return f"{median(one.p50 for one in rounds):.1f}, {median(one.p99 for one in rounds):.1f}"


@contextmanager
def _patches(address: str, rows: JsonObject, content: bytes) -> Iterator[list[int]]:
    """Send the picture as the front of a draft over and over. Yield the statuses as they come."""
    done = Event()
    statuses: list[int] = []

    def send() -> None:
        headers = {"Authorization": f"Bearer {rows['tokens'][0]}"}
        path = f"{address}/api/v1/cards/{rows['drafts'][0]}"
        with httpx.Client(headers=headers, timeout=120) as client:
            while not done.is_set():
                files = {"front": ("front.jpg", content, "image/jpeg")}
                statuses.append(client.patch(path, files=files).raise_for_status().status_code)

    thread = Thread(target=send)
    thread.start()
    try:
        yield statuses
    finally:
        done.set()
        thread.join()

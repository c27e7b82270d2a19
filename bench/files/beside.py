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
    from collections.abc import Iterator
    from pathlib import Path

    from resources.json_text import JsonObject

MEGAPIXELS = 39.9
CONNECTIONS = 1
HEAD = ("a JSON create", "p50, ms", "p99, ms", "PATCHes")


def beside_a_picture(options: argparse.Namespace, scratch: Path) -> list[str]:
    """Measure creates alone and beside uploads, in turn; returns the table's lines."""
    data = scratch / "beside"
    data.mkdir()
    rows = seeded(data, 100)
    content = photo(MEGAPIXELS)
    say(f"a JPEG of {MEGAPIXELS} megapixels, {len(content):,} bytes")
    alone, beside, sent = [], [], 0
    with served.holobase(data) as running:
        headers = {
            "Authorization": f"Bearer {rows['tokens'][1]}",
            "Content-Type": "application/json",
        }
        call = Call("/api/v1/cards", '{"title": "A card", "description": "Beside a picture."}')
        creates = Request(running.address, [call], "POST", headers, CONNECTIONS)
        for _round in range(options.rounds):
            alone.append(measure(creates, options.seconds))
            with _patches(running.address, rows, content) as patches:
                beside.append(measure(creates, options.seconds))
            sent += len(patches)
    lines = [
        [name, f"{median(one.p50 for one in each):.1f}", f"{median(one.p99 for one in each):.1f}"]
        for name, each in (("alone", alone), ("beside", beside))
    ]
    return report.table(HEAD, [[*lines[0], "0"], [*lines[1], str(sent)]])


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

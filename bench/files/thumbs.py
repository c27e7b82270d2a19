"""Thumbnails of all cards, made when they are first asked for: Holobase and PocketBase in turn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import batched
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from bench import pocketbase, report, served
from bench.files.seeding import seeded
from bench.over_http import say
from bench.workloads import HOLOBASE, POCKETBASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from resources.json_text import JsonObject

SIZES = ("100x100", "220x0", "200x300t", "440x0")
CLIENTS = 8
CARDS: JsonObject = {
    "name": "cards",
    "type": "base",
    "listRule": "",
    "viewRule": "",
    "fields": [
        {"name": "front", "type": "file", "maxSize": 20_000_000, "thumbs": list(SIZES)},
    ],
}
HEAD = ("thumb", HOLOBASE, POCKETBASE, "ratio", "bytes", f"{POCKETBASE}'s bytes")
NOTES = """
{cards} PNG of 744 x 1039 pixels, {clients} connections; each size is asked for once of each, so
that none is there before. Seconds until all were answered, then the processor seconds of the
server's processes; the mean size of an answer in bytes. Both answer PNG, as PocketBase always does.
"""


class Made(NamedTuple):
    """What it took to have all thumbnails of a size made."""

    seconds: float
    processor_seconds: float
    mean_bytes: int


def thumbs(pictures: Path, scratch: Path) -> list[str]:
    """Have thumbnails of the pictures in a folder made by both; returns the table's lines."""
    files = sorted(pictures.glob("*.png"))
    ours, theirs = scratch / "holobase", scratch / "pocketbase"
    for folder in (ours, theirs):
        folder.mkdir()
    rows = seeded(ours, pictures)
    with ExitStack() as servers:
        holobase = servers.enter_context(served.holobase(ours))
        paths = {
            HOLOBASE: (holobase, [f"/files/{key}" for key in rows["keys"]]),
            POCKETBASE: servers.enter_context(pocketbase_with(theirs, files)),
        }
        lines = [_row(size, paths) for size in SIZES]
    notes = NOTES.format(cards=len(files), clients=CLIENTS)
    return [*report.table(HEAD, lines), notes]


@contextmanager
def pocketbase_with(
    folder: Path, files: Sequence[Path]
) -> Iterator[tuple[served.Served, list[str]]]:
    """Serve PocketBase with a public card for each picture. Return their paths."""
    pocketbase.make_superuser(folder)
    with served.pocketbase(folder) as running, pocketbase.admin(running) as api:
        api.post("/api/collections", json=CARDS).raise_for_status()
        say("filling PocketBase")
        paths = []
        for file in files:
            sent = {"front": (file.name, file.read_bytes(), "image/png")}
            card = api.post("/api/collections/cards/records", files=sent).raise_for_status().json()
            paths.append(f"/api/files/cards/{card['id']}/{card['front']}")
        yield running, paths


def _row(size: str, paths: Mapping[str, tuple[served.Served, Sequence[str]]]) -> list[str]:
    made = {name: _made(server, each, size) for name, (server, each) in paths.items()}
    ours, theirs = made[HOLOBASE], made[POCKETBASE]
    shown = [f"{one.seconds:.1f} ({one.processor_seconds:.1f})" for one in (ours, theirs)]
    say(f"{size}: {shown}")
    ratio = f"{theirs.seconds / ours.seconds:.1f}"
    return [size, *shown, ratio, f"{ours.mean_bytes:,}", f"{theirs.mean_bytes:,}"]


def _made(server: served.Served, paths: Sequence[str], size: str) -> Made:
    busy, began = server.processor_seconds(), perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        shares = batched(paths, -(-len(paths) // CLIENTS))
        sizes = clients.map(lambda share: _fetched(server.address, share, size), shares)
        total = sum(map(sum, sizes))
    seconds = perf_counter() - began
    return Made(seconds, server.processor_seconds() - busy, total // len(paths))


def _fetched(address: str, paths: Sequence[str], size: str) -> list[int]:
    place = urlsplit(address)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=120)
    sizes = []
    for path in paths:
        connection.request("GET", f"{path}?thumb={size}", headers={"Accept": "*/*"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {content[:300]!r}")
        sizes.append(len(content))
    connection.close()
    return sizes

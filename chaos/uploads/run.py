"""One upload: the file, the server behind a proxy, what happens to both, and what came of it."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from bench.served import environment, filled, holobase
from chaos.uploads.clients import by_parts
from chaos.uploads.proxy import CuttingProxy
from tests.servers import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bench.served import Served
    from resources.json_text import JsonObject

    type Client = Callable[[Path, str, str], str]

MEBIBYTE = 1024 * 1024
CUT, KILL = "cut", "kill"
RESTART_SECONDS = 60
SAMPLED_EVERY = 0.1
ENDLESS = {"QUOTA_LEVELS": "off", "UPLOAD_HOURS": "24"}


@dataclass
class Trial:
    """What happened to an upload, and what it came to."""

    name: str
    size: int
    sent: str = ""
    stored: str = ""
    cuts: int = 0
    kills: int = 0
    passed: int = 0
    seconds: float = 0.0
    memory: list[int] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Return whether every byte is where it belongs."""
        return bool(self.sent) and self.sent == self.stored

    def line(self) -> str:
        """Return the trial as a row of a table."""
        most, resent = max(self.memory, default=0) / MEBIBYTE, self.passed - self.size
        verdict = "same" if self.is_right else "DIFFERENT"
        return (
            f"| {self.name} | {self.size / MEBIBYTE:,.0f} | {self.cuts} | {self.kills} "
            f"| {resent / MEBIBYTE:,.0f} | {self.seconds:.0f} | {most:.0f} | {verdict} |"
        )


TITLE = """\
| client | MiB | cuts | kills | MiB sent again | seconds | server's memory, most MiB | SHA-256 |
|---|---|---|---|---|---|---|---|"""


class Server:
    """A server that can be killed, and comes back on the same data; a proxy leads to it."""

    def __init__(self, folder: Path, variables: Mapping[str, str], trial: Trial) -> None:
        self.folder = folder
        self.variables = {**ENDLESS, **variables}
        self.trial = trial
        self.life = ExitStack()
        self.served: Served | None = None

    def start(self) -> tuple[str, int]:
        """Start it, again and again while what is left of the former one holds the folder."""
        until = monotonic() + RESTART_SECONDS
        while True:
            try:
                served = holobase(self.folder, self.variables, "--skip-checks")
                self.served = self.life.enter_context(served)
            except httpx.TransportError:
                if monotonic() > until:
                    raise
                sleep(0.2)
            else:
                return HOST, int(self.served.address.rpartition(":")[2])

    def kill(self) -> None:
        """Kill it in the middle of whatever it does."""
        if self.served:
            self.served.process.send_signal(signal.SIGKILL)
            self.served.process.wait()
            self.life.close()

    def sample(self) -> None:
        """Note how much memory the serving process has."""
        served = self.served
        if served is not None and served.process.poll() is None:
            self.trial.memory.append(served.own_memory())


def write_file(path: Path, size: int) -> str:
    """Write a file that a post takes as a PDF, no two mebibytes of it alike; return its SHA-256."""
    digest, noise = sha256(), bytearray(Random(1).randbytes(MEBIBYTE))
    with path.open("wb") as file:
        for number, first in enumerate(range(0, size, MEBIBYTE)):
            noise[16:24] = number.to_bytes(8)
            if not number:
                noise[:8] = b"%PDF-1.7"
            piece = bytes(noise[: size - first])
            file.write(piece)
            digest.update(piece)
    return digest.hexdigest()


@dataclass
class Mishaps:
    """What happens to a connection, spread evenly over the bytes of a file that pass a proxy."""

    trial: Trial
    schedule: list[tuple[int, str]]
    is_killing: Event = field(default_factory=Event)
    proxy: CuttingProxy = field(init=False)

    def __post_init__(self) -> None:
        self.proxy = CuttingProxy(self._notice)

    @classmethod
    def spread(cls, trial: Trial, events: Sequence[str]) -> Mishaps:
        """Return mishaps at equal distances."""
        step = trial.size // (len(events) + 1)
        return cls(trial, [(step * number, event) for number, event in enumerate(events, 1)])

    def _notice(self, passed: int) -> None:
        self.trial.passed = passed
        if not self.schedule or passed < self.schedule[0][0]:
            return
        _at, event = self.schedule.pop(0)
        self.proxy.cut()
        if event == KILL:
            self.is_killing.set()
        else:
            self.trial.cuts += 1


def tried(trial: Trial, client: Client, server: Server, mishaps: Mishaps) -> Trial:
    """Upload a file by a client while there are mishaps, and fetch what has come of it."""
    path = server.folder / "sent.pdf"
    trial.sent = write_file(path, trial.size)
    front, bucket = mishaps.proxy, server.variables.get("S3_ENDPOINT_URL", "")
    if client is by_parts:
        # The bytes pass the server by: what is cut is the way to the bucket.
        server.variables["S3_PUBLIC_URL"] = front.address
        front.target = place_of(bucket)
        front = CuttingProxy(lambda _passed: None)
    rows = filled(1, environment(server.folder, server.variables))
    token = str(rows["tokens"][0])
    front.target = server.start()
    try:
        with looked_after(server, front, mishaps):
            started = monotonic()
            upload_id = client(path, front.address, token)
            trial.seconds = monotonic() - started
            trial.stored = _digest_of(front.address, token, upload_id)
    finally:
        server.life.close()
        front.stop()
        mishaps.proxy.stop()
    return trial


def place_of(address: str) -> tuple[str, int]:
    """Return host and port of an address."""
    parts = urlsplit(address)
    return parts.hostname or HOST, parts.port or 80


@contextmanager
def looked_after(server: Server, front: CuttingProxy, mishaps: Mishaps) -> Iterator[None]:
    """Kill the server when it is due, start it again, and watch its memory all the time."""
    is_over = Event()

    def look() -> None:
        while not is_over.is_set():
            server.sample()
            if mishaps.is_killing.wait(SAMPLED_EVERY):
                mishaps.is_killing.clear()
                server.kill()
                front.target = server.start()
                server.trial.kills += 1

    keeper = Thread(target=look, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()


def _digest_of(address: str, token: str, upload_id: str) -> str:
    """Show the file in a post, fetch it, and return the SHA-256 of what came."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=300) as api:
        upload: JsonObject = api.get(f"/api/v1/uploads/{upload_id}").json()
        sent = api.post("/api/v1/posts", json={"text": "x", "attachment": upload["file"]})
        url = str(sent.raise_for_status().json()["attachment"]["url"])
        digest = sha256()
        with api.stream("GET", url if url.startswith("/") else _path(url)) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                digest.update(chunk)
    return digest.hexdigest()


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]

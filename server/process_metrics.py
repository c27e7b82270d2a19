"""The metrics of all processes of a server at one address, whichever of them is asked.

Each process answers with its own numbers at a Unix socket in the folder that they share. Whoever is
scraped asks them all and marks each series with the label `process`: counters stay what they were
counted as, a process that was started again is an ordinary reset, and one that is dead is gone with
all it said. Names are those of parts (`server`, `worker`, `writer`, `worker-2`), never process ids,
so there are as many series as processes.
"""

from __future__ import annotations

import logging
import socket
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, generate_latest

from server.request_metrics import tell_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

logger = logging.getLogger("holobase.metrics")

ANSWER_SECONDS = 0.5
"""How long one process may take; one that stands still is left out."""
ENDING = ".sock"
WAITING = 16
MAIN = "server"


class SharedMetrics:
    """Where this process shares its metrics, and by which name."""

    folder: Path | None = None
    name = MAIN


shared = SharedMetrics()


@contextmanager
def shared_folder(given: Path | None) -> Iterator[Path]:
    """Yield the folder that processes share: the given one, or a temporary one for the block."""
    if given:
        given.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield given
        return
    with TemporaryDirectory(prefix="holobase-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def share(folder: Path | None, name: str) -> None:
    """Answer with this process's metrics at a socket until it ends."""
    if folder is None:
        return
    try:
        shared.name, listener = _claimed(folder, name)
    except OSError as failure:
        logger.warning("the metrics of this process can't be shared: %s", failure)
        return
    shared.folder = folder
    Thread(target=_answer_for_ever, args=[listener], name="metrics", daemon=True).start()


def gathered() -> str:
    """Return the metrics of all processes that share a folder with this one, as Prometheus text."""
    texts = {shared.name: own_metrics()}
    if shared.folder:
        for path in sorted(shared.folder.glob(f"*{ENDING}")):
            if path.stem not in texts and (text := _asked(path)):
                texts[path.stem] = text
    return merged(texts)


def merged(texts: Mapping[str, str]) -> str:
    """Join texts of metrics by families, each series marked with the process that it is of."""
    headers: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for process, text in texts.items():
        family = ""
        is_new = False
        for line in text.splitlines():
            if line.startswith("# HELP "):
                family = line.split(" ", 3)[2]
                is_new = family not in headers
                headers.setdefault(family, [])
                samples.setdefault(family, [])
            if line.startswith("#"):
                headers[family] += [line] if is_new else []
            else:
                samples[family].append(_marked(line, process))
    return "".join(f"{line}\n" for name in headers for line in headers[name] + samples[name])


def own_metrics() -> str:
    """Return the metrics of this process alone."""
    tell_metrics()
    return generate_latest(REGISTRY).decode()


def _marked(sample: str, process: str) -> str:
    name, brace, rest = sample.partition("{")
    if brace and " " not in name:
        return f'{name}{{process="{process}",{rest}'
    name, _space, number = sample.partition(" ")
    return f'{name}{{process="{process}"}} {number}'


def _claimed(folder: Path, wanted: str) -> tuple[str, socket.socket]:
    """Listen at the first name that no living process has."""
    for number in count(1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        path = folder / f"{name}{ENDING}"
        if path.exists() and not _is_dead(path):
            continue
        with suppress(FileNotFoundError):
            path.unlink()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(WAITING)
        return name, listener
    raise AssertionError


def _is_dead(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return True
    return False


def _answer_for_ever(listener: socket.socket) -> None:
    while True:
        client, _address = listener.accept()
        with client, suppress(OSError):
            client.settimeout(ANSWER_SECONDS)
            client.sendall(own_metrics().encode())


def _asked(path: Path) -> str:
    """Return what a process says; nothing of one that is dead, or does not answer."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_SECONDS)
        try:
            client.connect(str(path))
            return b"".join(_received(client)).decode()
        except ConnectionRefusedError:
            with suppress(OSError):
                path.unlink()
        except OSError:
            logger.warning("%s does not say its metrics", path.stem)
    return ""


def _received(client: socket.socket) -> Iterable[bytes]:
    while data := client.recv(1 << 16):
        yield data

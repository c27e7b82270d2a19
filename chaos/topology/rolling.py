"""All processes restarted one by one, with a migration, while clients and a browser go on."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING

from chaos.faults.cluster import wait_until_up
from chaos.partners.load import Load, lost_in_the_end
from tests.browsers import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

    from chaos.topology.processes import Topology

STREAMS = 5
"""Of the six connections that a browser has to a host."""
FOUND_AGAIN_SECONDS = 3.0
"""How long a proxy may leave out a process that is back."""
PATIENCE_SECONDS = 120.0
CLOSED, OPEN = 2, 1
LISTEN = """
window.streams = [];
for (let number = 0; number < arguments[0]; number++)
    streams.push(new EventSource("/api/v1/events?topic=cards"));
"""
STATES = "return streams.map((stream) => stream.readyState)"


def roll(topology: Topology, token: str, guest: dict[str, str]) -> list[str]:
    """Restart every process; return what went wrong."""
    load = Load(topology.front, guest, token)
    with _page(topology) as page:
        load.start()
        try:
            # The database is that of the release before, which the first new process migrates.
            topology.manage("migrate", "backups", "0001", "--verbosity=0")
            for process in topology.processes:
                sys.stderr.write(f"{process.role} {process.port}\n")
                process.end(signal.SIGTERM)
                process.start()
                if process.role != "worker":
                    wait_until_up([process])
                sleep(FOUND_AGAIN_SECONDS)
            closed = _closed(page)
        finally:
            load.stop()
    failed = [f"{each}" for each in load.answers if not each.is_good]
    lost = lost_in_the_end(load)
    sys.stdout.write(
        f"{len(topology.processes)} processes restarted: {len(load.answers)} requests,"
        f" {len(failed)} failed, {len(lost)} writes lost, {len(load.misread)} wrong reads;"
        f" {closed} of {STREAMS} EventSources closed\n"
    )
    if closed:
        failed.append(f"{closed} EventSources stay closed")
    return failed + [f"lost: {each}: {wrong}" for each, wrong in lost.items()] + load.misread


@contextmanager
def _page(topology: Topology) -> Iterator[Chrome]:
    """Open a page in a browser that listens to event streams."""
    folder: Path = topology.folder / "browser"
    folder.mkdir()
    with chromium(folder) as page:
        port = topology.front.rpartition(":")[2]
        page.get(f"http://localhost:{port}/healthz")
        page.execute_script(LISTEN, STREAMS)
        if _closed(page):
            raise TimeoutError("the browser's event streams do not open")
        yield page


def _closed(page: Chrome) -> int:
    """Wait until every stream is open, or closed for good; return how many are closed."""
    until = monotonic() + PATIENCE_SECONDS
    while not set(states := page.execute_script(STATES)) <= {OPEN, CLOSED}:
        if monotonic() > until:
            raise TimeoutError(f"event streams: {states}")
        sleep(0.2)
    return int(states.count(CLOSED))

"""Two pages in a real Chromium call each other through a room of a real server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx
import pytest
from selenium.webdriver.support.ui import WebDriverWait
from websockets.sync.client import connect

from tests.browsers import chromium
from tests.migrated import EMBEDDED, SERVE, fill_with_migrated_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

pytestmark = pytest.mark.embedded

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("call.js").read_text()
OPEN = {**EMBEDDED, "ROOMS_ALLOW_GUESTS": "yes"}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Run a server that guests may meet on; returns host and port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--port", str(port), "--data", str(tmp_path), "--no-worker"]
    command = [*SERVE, *options]
    fill_with_migrated_database(tmp_path)
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **OPEN}, stdout=log)
    try:
        wait_for(port, tmp_path / "log")
        yield f"localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    with chromium(tmp_path) as running:
        yield running


def wait_for(port: int, log: Path) -> None:
    until = monotonic() + 120
    with httpx.Client() as client:
        while True:
            try:
                client.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.TransportError:
                assert monotonic() < until, log.read_text()
                sleep(0.1)
            else:
                return


def in_page(browser: Chrome, page: str, expression: str) -> object:
    """Wait until an expression is true in a page and return it."""
    browser.switch_to.window(page)
    return WebDriverWait(browser, 15).until(
        lambda _b: browser.execute_script(f"return {expression}"),
        f"{expression}: {browser.execute_script('return window.call.problem')}",
    )


def test_two_pages_call_each_other_and_a_third_sees_who_is_there(
    address: str, browser: Chrome
) -> None:
    with connect(f"ws://{address}/ws/v1") as watcher:
        watcher.send('{"type": "join", "room": "call"}')
        assert json.loads(watcher.recv(30))["peers"] == []
        pages, ids = [], []
        for _page in range(2):
            browser.switch_to.new_window("window")
            browser.get(f"http://{address}/api/docs")
            browser.execute_script(SCRIPT)
            pages.append(browser.current_window_handle)
            ids.append(in_page(browser, pages[-1], "window.call.me"))
        seen = [json.loads(watcher.recv(30)) for _page in pages]
        assert [(frame["action"], frame["peer"]["id"]) for frame in seen] == [
            ("join", peer_id) for peer_id in ids
        ]
        browser.execute_script("dial(arguments[0])", ids[0])
        for page, words in zip(pages, ("from the first", "from the second"), strict=True):
            in_page(browser, page, "window.call.channel?.readyState === 'open'")
            browser.execute_script("call.channel.send(arguments[0])", words)
        assert in_page(browser, pages[0], "window.call.heard[0]") == "from the second"
        assert in_page(browser, pages[1], "window.call.heard[0]") == "from the first"
        browser.close()
        gone = json.loads(watcher.recv(30))
        assert (gone["action"], gone["peer"]["id"]) == ("leave", ids[1])

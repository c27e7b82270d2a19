"""The card site's pages ask the API in a real Chromium, with credentials and tracing headers."""

from __future__ import annotations

import os
import socket
import subprocess
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.browsers import chromium
from tests.migrated import EMBEDDED, ROOT, SERVE, fill_with_migrated_database
from tests.users.social.card_site import card_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from resources.json_text import JsonObject

pytestmark = pytest.mark.embedded

ASK = """
    const [url, options, done] = arguments;
    fetch(url, options).then(
        async (answer) => done([answer.status, (await answer.text()).slice(0, 20)]),
        (error) => done([0, String(error)]),
    );
"""
TRACED: JsonObject = {
    "credentials": "include",
    "cache": "no-store",
    "headers": {
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "X-Requested-With": "XMLHttpRequest",
        "Cache-Control": "no-cache",
        "X-Client-Version": "1",
    },
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Serve the product for a site; returns their addresses, and that of somebody else's site."""
    with card_site("http://localhost:1") as site, card_site("http://localhost:1") as other:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        folder = tmp_path_factory.mktemp("served")
        command = [*SERVE, "--no-worker"]
        command += ["--port", str(port)]
        env = {**os.environ, **EMBEDDED, "SITE_URL": site, "CORS_HEADERS": "X-Client-Version"}
        fill_with_migrated_database(folder)
        served = subprocess.Popen([*command, "--data", str(folder)], cwd=ROOT, env=env)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://localhost:{port}", site, other
        finally:
            served.terminate()
            served.wait(20)


def wait_for(address: str) -> None:
    until = monotonic() + 120
    with httpx.Client() as client:
        while True:
            try:
                client.get(address)
            except httpx.TransportError:
                assert monotonic() < until
                sleep(0.1)
            else:
                return


def ask(browser: Chrome, url: str, **options: object) -> Any:
    browser.set_script_timeout(30)
    return browser.execute_async_script(ASK, url, options)


def test_the_site_may_ask_with_credentials_and_what_its_libraries_add(
    browser: Chrome, places: tuple[str, str, str]
) -> None:
    api, site, _other = places
    browser.get(site)
    assert ask(browser, f"{api}/api/v1/cards", **TRACED) == [200, '{"results":[],"next"']
    body = {"method": "POST", "body": "{}"}
    headers = {**TRACED["headers"], "Content-Type": "application/json", "Idempotency-Key": "k"}
    status, _text = ask(browser, f"{api}/api/v1/cards", **TRACED | body | {"headers": headers})
    assert status == 401


def test_another_site_may_not(browser: Chrome, places: tuple[str, str, str]) -> None:
    api, site, other = places
    browser.get(other)
    assert ask(browser, f"{api}/api/v1/cards")[0] == 0
    browser.get(site)
    assert ask(browser, f"{api}/healthz")[0] == 0

"""The TypeScript client in a page of another origin, in a real Chromium, of a real server."""

from __future__ import annotations

import shutil
import signal
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import time
from typing import TYPE_CHECKING, Any, override

import httpx
import pytest
from selenium.webdriver.support.ui import WebDriverWait

from tests.browsers import chromium
from tests.clients.served import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from resources.json_text import JsonObject

pytestmark = pytest.mark.embedded

PAGE = Path(__file__).with_name("listener.html")
EPIC = 'rarity="epic"'


class QuietFiles(SimpleHTTPRequestHandler):
    """Serves a folder's files and says nothing."""

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Writer(httpx.Client):
    """A member who writes cards by HTTP."""

    def __init__(self, server: Server, access: str) -> None:
        api = f"{server.address}/api/v1/"
        super().__init__(base_url=api, headers={"Authorization": f"Bearer {access}"}, timeout=20)

    def creates(self, title: str, rarity: str = "epic", status: str = "published") -> str:
        """Create a card; returns its id."""
        card = {"title": title, "rarity": rarity, "status": status}
        return str(self.post("cards", json=card).raise_for_status().json()["id"])

    def edits(self, card: str, **values: object) -> None:
        """Change a card."""
        self.patch(f"cards/{card}", json=values).raise_for_status()

    def drops(self, card: str) -> None:
        """Delete a card."""
        self.request("DELETE", f"cards/{card}").raise_for_status()

    def epics(self) -> dict[str, str]:
        """Ask what the server has; returns titles by id."""
        answer = self.get("cards", params={"filter": EPIC, "limit": 100}).raise_for_status()
        return {card["id"]: card["title"] for card in answer.json()["results"]}


@pytest.fixture(scope="module")
def site(client: Path) -> Iterator[str]:
    """Serve the built client and a page that uses it; returns the origin."""
    shutil.copy(PAGE, client)
    files = partial(QuietFiles, directory=str(client))
    with ThreadingHTTPServer(("127.0.0.1", 0), files) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://localhost:{served.server_port}"
        served.shutdown()


@pytest.fixture(scope="module")
def server(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("served"), site)
    running.start()
    yield running
    running.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("browser")) as running:
        yield running


def listens(browser: Chrome, site: str, server: Server, member: JsonObject) -> None:
    """Open the page and have it listen to the epic cards as a member."""
    browser.get(f"{site}/{PAGE.name}")
    holds(browser, "window.listen !== undefined")
    asked = {"api": server.address, "filter": EPIC, "expiresAt": member["exp"] * 1000}
    browser.execute_script("listen(arguments[0])", {**asked, **member})
    holds(browser, "seen.begun === 1")


def holds(browser: Chrome, expression: str) -> None:
    """Wait until an expression is true in the page."""
    WebDriverWait(browser, 15, 0.05).until(
        lambda _b: browser.execute_script(f"return {expression}"),
        f"{expression}: {browser.execute_script('return JSON.stringify(window.seen)')}",
    )


def seen(browser: Chrome) -> Any:
    """Return what the page has seen."""
    return browser.execute_script("return seen")


@contextmanager
def away_while_killed(browser: Chrome, server: Server) -> Iterator[None]:
    """Kill the server and start it anew; until the end of this the page doesn't come back."""
    browser.execute_script("seen.isAway = true")
    server.end(signal.SIGKILL)
    holds(browser, "seen.statuses.at(-1) === 'waiting'")
    server.start()
    yield
    browser.execute_script("seen.isAway = false")


def test_a_page_misses_nothing_of_a_server_that_is_killed(
    browser: Chrome, site: str, server: Server
) -> None:
    members = server.members("dana", "eve", seconds=600)
    with Writer(server, members["dana"]["access"]) as dana:
        old, other = dana.creates("Old"), dana.creates("Other")
        dana.creates("Of another kind", rarity="rare")
        listens(browser, site, server, members["eve"])
        card = dana.creates("Dragon")
        holds(browser, "seen.actions.length === 1")
        dana.edits(card, title="Moth")
        holds(browser, "seen.actions.length === 2")
        dana.edits(card, rarity="rare")
        holds(browser, "seen.actions.length === 3")
        assert seen(browser)["actions"] == ["create", "update", "leave"]
        assert seen(browser)["cards"] == dana.epics() == {old: "Old", other: "Other"}

        with away_while_killed(browser, server):
            dana.creates("Missed")
            dana.edits(card, rarity="epic", title="Back")
            dana.edits(other, title="Changed")
            dana.drops(old)
            assert len(seen(browser)["actions"]) == 3
        holds(browser, "seen.actions.length === 7")
        dana.creates("Live again")
        holds(browser, "seen.actions.length === 8")
        after = seen(browser)
        assert after["actions"][3:] == ["create", "enter", "update", "delete", "create"]
        assert after["cards"] == dana.epics()
        assert sorted(after["cards"].values()) == ["Back", "Changed", "Live again", "Missed"]
        assert (after["begun"], after["resets"], after.get("error")) == (2, 0, None)


def test_a_page_gets_a_new_token_when_the_old_one_has_run_out(
    browser: Chrome, site: str, server: Server
) -> None:
    member = server.members("finn", seconds=6)["finn"]
    listens(browser, site, server, member)
    with Writer(server, member["access"]) as finn:
        finn.creates("Before", status="draft")
        holds(browser, "seen.actions.length === 1")
        assert (seen(browser)["refreshed"], time() < member["exp"]) == (0, True)
        holds(browser, "seen.begun === 2")
        assert seen(browser)["refreshed"] == 1
        assert finn.get("users/me").status_code == 401
        assert time() >= member["exp"]
        finn.headers["Authorization"] = f"Bearer {browser.execute_script('return seen.access')}"
        finn.creates("After", status="draft")
        holds(browser, "seen.actions.length === 2")
        assert seen(browser)["cards"] == finn.epics()
        assert seen(browser)["statuses"] == ["connecting", "open", "waiting", "connecting", "open"]

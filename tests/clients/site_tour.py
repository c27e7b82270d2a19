"""The card site in Chromium, as two members use it: `python -m tests.clients.site_tour [FOLDER]`.

It serves a Holobase with the site, and leaves screenshots in the folder. Building the site takes a
minute, so it stands beside the suite.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browsers import chromium
from tests.mailed import mailed_code
from tests.migrated import ROOT
from tests.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

PHONE, DESKTOP = (390, 844), (1280, 900)
PATIENCE = 30
READY_WITHIN = 1_200  # building the site included
ACCESS_SECONDS = 60
PASSWORD = "a-long-enough-secret"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
FRONT = ROOT / "docs" / "images" / "dragon.png"


@dataclass(frozen=True)
class Window:
    """A member's browser, on the site."""

    browser: Chrome
    site: str

    def open(self, path: str) -> None:
        """Open a page in English."""
        self.browser.get(f"{self.site}/en{path}")

    def until[T](self, found: Callable[[Chrome], T]) -> T:
        """Wait for something."""
        wait = WebDriverWait(
            self.browser, PATIENCE, ignored_exceptions=[StaleElementReferenceException]
        )
        return wait.until(found)

    def find(self, path: str) -> WebElement:
        """Wait for the first element of an XPath."""
        return self.until(lambda browser: _all(browser, path))[0]

    def field(self, label: str) -> WebElement:
        """Return the control of a label."""
        named = f"//label[starts-with(normalize-space(.), '{label}')]"
        return self.find(f"{named}//*[self::input or self::textarea or self::select]")

    def press(self, text: str) -> None:
        """Press the button, or follow the link, that is shown and begins with a text."""
        path = f"//*[self::button or self::a][starts-with(normalize-space(.), '{text}')]"
        self.until(lambda browser: [each for each in _all(browser, path) if each.is_displayed()])
        shown = next(each for each in _all(self.browser, path) if each.is_displayed())
        # Not below the header, which stays at the top.
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", shown)
        shown.click()

    def shows(self, text: str) -> None:
        """Wait until the page says a text."""
        self.until(lambda browser: text in browser.find_element(By.TAG_NAME, "body").text)

    def hides(self, text: str) -> None:
        """Wait until the page does not say a text."""
        self.until(lambda browser: text not in browser.find_element(By.TAG_NAME, "body").text)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """Serve a Holobase with the card site; yield the site's address."""
    port, site_port = free_ports(2)
    site = f"http://localhost:{site_port}"
    environment = {**os.environ, "SITE_URL": site, "ACCESS_TOKEN_MINUTES": "1"}
    command = [str(ROOT / "holo"), "serve", "--site", "--port", str(port), "--data", str(folder)]
    command += options
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        until = monotonic() + READY_WITHIN
        while not _answers(site):
            assert server.poll() is None, "the server has ended"
            assert monotonic() < until, "the site does not answer"
            sleep(1)
        yield site
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)


def join(window: Window, name: str, mails: Path) -> None:
    """Open an account by the code from the mail."""
    window.open("/sign-in")
    window.press("Join")
    for label, value in (
        ("Username", name),
        ("E-mail", f"{name}@example.com"),
        ("Password", PASSWORD),
    ):
        window.field(label).send_keys(value)
    window.find("//form//button").click()
    window.field("The code").send_keys(mailed_code(mails, f"{name}@example.com"))
    window.find("//form//button").click()
    window.find(f"//header//a[normalize-space(.)='{name}']")


def publish(window: Window, title: str) -> str:
    """Upload and publish a card; return its path."""
    window.open("/cards/new")
    window.field("Title").send_keys(title)
    window.field("Front").send_keys(str(FRONT))
    window.press("Publish")
    window.until(lambda browser: re.search(r"/cards/[0-9a-f-]{36}$", browser.current_url))
    return window.browser.current_url.split("/en", 1)[1]


def show_to(window: Window, card: str, visibility: str) -> None:
    """Change who sees a card."""
    window.open(f"{card}/edit")
    window.field("Who sees it").send_keys(visibility)
    window.press("Publish")
    window.until(lambda browser: browser.current_url.endswith(card))


def see_it_come_and_go(alice: Window, bob: Window) -> str:
    """A card that one uploads appears in the other's gallery, and goes when it is made private."""
    bob.open("")
    bob.find("//h1")
    card = publish(alice, "Ember Dragon")
    bob.shows("Ember Dragon")
    show_to(alice, card, "Only me")
    bob.hides("Ember Dragon")
    show_to(alice, card, "Everybody")
    bob.shows("Ember Dragon")
    return card


def talk(alice: Window, bob: Window, card: str) -> None:
    """One follows, likes, comments and reports; the other is told at once."""
    alice.open("")
    bob.open(card)
    bob.press("Like")
    bob.find("//button[@aria-pressed='true']")
    bob.field("Your comment").send_keys("What a shine")
    bob.press("Send")
    bob.shows("What a shine")
    bob.press("Report")
    bob.press("Send report")
    bob.shows("You will be told")
    bob.open("/members/alice")
    bob.press("Follow")
    bob.find("//button[@aria-pressed='true']")
    alice.shows("Notifications (3)")


def arrange(alice: Window, first: str, second: str) -> None:
    """A collection is put into another order by the keyboard, and stays so."""
    alice.open("/collections")
    alice.field("New collection").send_keys("Dragons")
    alice.press("Create")
    alice.until(lambda browser: re.search(r"/collections/[0-9a-f-]{36}$", browser.current_url))
    collection = alice.browser.current_url.split("/en", 1)[1]
    for card in (first, second):
        alice.open(card)
        alice.find("//option[normalize-space(.)='Dragons']").click()
        sleep(1)
    alice.open(collection)
    alice.find("//li[@data-item][2]")
    before = _titles(alice)
    handle = alice.find("//li[@data-item][1]//button[starts-with(normalize-space(.), 'Move')]")
    for key in (Keys.SPACE, Keys.ARROW_RIGHT, Keys.SPACE):
        handle.send_keys(key)
        sleep(0.7)
    alice.until(lambda _: _titles(alice) == before[::-1])
    alice.browser.refresh()
    alice.until(lambda _: _titles(alice) == before[::-1])
    drag(alice)
    alice.until(lambda _: _titles(alice) == before)
    alice.browser.refresh()
    alice.until(lambda _: _titles(alice) == before)


def drag(alice: Window) -> None:
    """The first card of a collection is dragged to the place of the second."""
    handles = "//li[@data-item]//button[starts-with(normalize-space(.), 'Move')]"
    alice.find(f"({handles})[2]")
    first, second = _all(alice.browser, handles)[:2]
    alice.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", first)
    way = second.location["x"] - first.location["x"], second.location["y"] - first.location["y"]
    moves = ActionChains(alice.browser, duration=200).click_and_hold(first)
    for part in range(1, 5):
        moves.move_by_offset(way[0] // 4, way[1] // 4).pause(0.1 * part)
    moves.release().perform()


def sign_in_by_passkey(bob: Window) -> None:
    """A member makes a passkey, signs out, and comes back by it alone."""
    bob.browser.execute_cdp_cmd("WebAuthn.enable", {})
    bob.browser.execute_cdp_cmd("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    bob.open("/members/bob")
    bob.press("Add a passkey")
    bob.shows("you can sign in with this device")
    bob.press("Sign out")
    bob.find("//header//a[normalize-space(.)='Sign in']")
    bob.open("/sign-in")
    bob.press("Passkey")
    bob.find("//header//a[normalize-space(.)='bob']")


def be_known_before_scripts(bob: Window) -> None:
    """Who is signed in stands in the page as the server sends it: the header does not change."""
    cookies = {each["name"]: each["value"] for each in bob.browser.get_cookies()}
    page = httpx.get(f"{bob.site}/en", cookies=cookies, timeout=60).text
    header = page[page.index("<header") : page.index("</header>")]
    assert ">bob</a>" in header, header
    assert "Sign in" not in header, header


def go_on_after_a_cut(alice: Window, bob: Window) -> None:
    """What happens while one is without network is there when it is back."""
    bob.open("")
    bob.find("//article")
    _network(bob, is_cut=True)
    publish(alice, "Cut Off")
    sleep(2)
    assert "Cut Off" not in bob.browser.find_element(By.TAG_NAME, "body").text
    _network(bob, is_cut=False)
    bob.shows("Cut Off")


def refresh_in_three_tabs(alice: Window) -> None:
    """Three tabs whose token has run out refresh at once, and all stay signed in."""
    for _ in range(2):
        alice.browser.switch_to.new_window("tab")
        alice.open("")
    sleep(ACCESS_SECONDS)
    tabs = alice.browser.window_handles
    for tab in tabs:
        alice.browser.switch_to.window(tab)
        alice.browser.execute_script("location.reload()")
    for tab in tabs:
        alice.browser.switch_to.window(tab)
        alice.find("//header//a[normalize-space(.)='alice']")


def take_pictures(alice: Window, bob: Window, card: str, pictures: Path) -> None:
    """Keep how pages look on a phone and a desktop, in both languages."""
    pages = {"gallery": "", "card": card, "editor": "/cards/new", "sign-in": "/sign-in"}
    for window, form in ((alice, "phone"), (bob, "desktop")):
        for language in ("en", "ko"):
            for name, path in pages.items():
                window.browser.get(f"{window.site}/{language}{path}")
                window.find("//h1")
                sleep(1)  # for the pictures
                window.browser.save_screenshot(str(pictures / f"{name}-{form}-{language}.png"))


def _all(browser: Chrome, path: str) -> list[WebElement]:
    found: list[WebElement] = browser.find_elements(By.XPATH, path)
    return found


def _titles(window: Window) -> list[str]:
    cards = window.browser.find_elements(By.CSS_SELECTOR, "li[data-item] [aria-label]")
    return [str(card.get_attribute("aria-label")) for card in cards]


def _network(window: Window, *, is_cut: bool) -> None:
    window.browser.execute_cdp_cmd("Network.enable", {})
    conditions: dict[str, object] = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    window.browser.execute_cdp_cmd(
        "Network.emulateNetworkConditions", {"offline": is_cut, **conditions}
    )


def _answers(site: str) -> bool:
    try:
        return httpx.get(f"{site}/en", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(pictures: Path) -> None:
    """Go through it all; raise an error at what does not happen."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        site = stack.enter_context(served(folder / "data"))
        alice, bob = (
            Window(stack.enter_context(chromium(_made(folder / name))), site)
            for name in ("alice", "bob")
        )
        alice.browser.set_window_size(*PHONE)
        bob.browser.set_window_size(*DESKTOP)
        for window, name in ((alice, "alice"), (bob, "bob")):
            join(window, name, folder / "data" / "mail")
        _say("joined by mailed codes")
        first = see_it_come_and_go(alice, bob)
        _say("a card appeared in the other window, and vanished when it was made private")
        talk(alice, bob, first)
        _say("commented, followed, notified, reported")
        bob.browser.save_screenshot(str(pictures / "member.png"))
        arrange(alice, first, publish(alice, "Quiet Owl"))
        alice.browser.save_screenshot(str(pictures / "collection.png"))
        _say("a collection arranged, by the keyboard and by dragging")
        be_known_before_scripts(bob)
        sign_in_by_passkey(bob)
        _say("signed in by a passkey, and known before any script has run")
        go_on_after_a_cut(alice, bob)
        bob.browser.save_screenshot(str(pictures / "gallery.png"))
        _say("the network cut and back")
        refresh_in_three_tabs(alice)
        _say("three tabs refreshed at once")
        take_pictures(alice, bob, first, pictures)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))

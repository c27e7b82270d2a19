"""A moderator's browser window: its width and language, its keys, and what is wrong with a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver import Chrome

PATIENCE = 20
DESKTOP, PHONE = (1360, 900), (390, 844)
WIDTHS = "return [document.documentElement.scrollWidth, innerWidth]"


@dataclass
class Window:
    """One browser at one server."""

    browser: Chrome
    url: str

    def becomes(self, size: tuple[int, int], language: str) -> None:
        """Take a size in CSS pixels and a language; cookies are forgotten."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1}
        mobile = {"mobile": size == PHONE}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics | mobile)
        self.browser.execute_cdp_cmd("Network.enable", {})
        headers = {"headers": {"Accept-Language": language}}
        self.browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", headers)
        self.browser.delete_all_cookies()

    def opens(self, path: str) -> None:
        """Open a page."""
        self.browser.get(f"{self.url}{path}")

    def signs_in(self, name: str, password: str) -> None:
        """Sign in to the admin by its form."""
        self.opens("/admin/login/?next=/admin/")
        self.browser.find_element(By.NAME, "username").send_keys(name)
        self.browser.find_element(By.NAME, "password").send_keys(password, Keys.ENTER)
        self.waits(lambda: self.path == "/admin/")

    def presses(self, *keys: str) -> None:
        """Press keys where the focus is, all of them at once."""
        chain = ActionChains(self.browser)
        for key in keys:
            chain.key_down(key)
        for key in reversed(keys):
            chain.key_up(key)
        chain.perform()

    def types(self, text: str) -> None:
        """Type a text where the focus is."""
        ActionChains(self.browser).send_keys(text).perform()

    def clicks(self, selector: str) -> None:
        """Click the first element of a CSS selector."""
        found = self.browser.find_element(By.CSS_SELECTOR, selector)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        found.click()

    def waits(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        WebDriverWait(self.browser, PATIENCE).until(lambda _browser: condition())

    @property
    def path(self) -> str:
        """Return the path of the page."""
        return self.browser.current_url.removeprefix(self.url)

    @property
    def text(self) -> str:
        """Return what can be read on the page."""
        return str(self.browser.execute_script("return document.body?.innerText ?? ''"))

    def faults(self) -> list[str]:
        """Return what is wrong with the page: wider than its window, or scripts that failed."""
        width, window = self.browser.execute_script(WIDTHS)
        wide = [f"{self.path}: {width} > {window} pixels"] if width > window else []
        driver: Any = self.browser  # whose log is not typed
        logged = [line["message"] for line in driver.get_log("browser")]
        return wide + [line for line in logged if "favicon" not in line]

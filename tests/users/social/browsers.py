"""A real Chromium, driven by its own driver, and the site it visits."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, override

import httpx
import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("chromium", "chromedriver")
INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "chromium-driver"]
PAGE = Path(__file__).with_name("card_site.html")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-popup-blocking",
    # Calls between two pages of this machine: they need its addresses, loopback too.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
    "--window-size=900,620",
)


def _missing_programs() -> str:
    """Install the browser where that is possible; give why it is not there, else nothing."""
    is_debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    if not _has_programs() and is_debian and os.geteuid() == 0:
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(INSTALL, check=False, capture_output=True)
    return "" if _has_programs() else f"{' and '.join(PROGRAMS)} are not installed"


def _has_programs() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


@contextmanager
def chromium(folder: Path) -> Iterator[Chrome]:
    """Run a Chromium without window, which reaches nothing but this machine.

    Skips the test where there is none.
    """
    missing = _missing_programs()
    if missing:
        pytest.skip(missing)
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for option in (*OPTIONS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(option)
    service = Service(str(shutil.which("chromedriver")), log_output=str(folder / "driver.log"))
    browser = Chrome(options, service)
    try:
        yield browser
    finally:
        browser.quit()


@contextmanager
def card_site(api: str) -> Iterator[str]:
    """Serve the card site's page, and the API below the same origin as a proxy would."""

    class Handler(BaseHTTPRequestHandler):
        """Gives the page, or passes on."""

        def do_GET(self) -> None:
            if self.path.startswith("/api/"):
                self.reply(httpx.get(f"{api}{self.path}"))
            else:
                self.reply(httpx.Response(200, html=PAGE.read_text()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = {"Content-Type": self.headers["Content-Type"]}
            self.reply(httpx.post(f"{api}{self.path}", content=body, headers=kind))

        def reply(self, answer: httpx.Response) -> None:
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()

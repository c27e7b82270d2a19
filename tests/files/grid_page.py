"""A page with a grid of cards, and how many bytes a browser takes for its pictures."""

from __future__ import annotations

from contextlib import contextmanager
from html import escape
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, override

from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from selenium.webdriver import Chrome

    from resources.json_text import JsonObject

PATIENCE = 120
POINTS = 220
"""Width of a card in the grid."""
IS_SHOWN = """
    return [...document.images].every((image) => image.complete && image.naturalWidth > 0);
"""
SHOWN_WIDTHS = "return [...document.images].map((image) => image.naturalWidth);"
PASSED_ON = ("accept", "user-agent", "accept-language")


def grid_page(fronts: Sequence[Any], *, with_variants: bool) -> str:
    """Write a page of pictures, as originals or as the `srcset` of each offers them."""
    images = [
        f'<img width="{POINTS}" src="{escape(front["url"])}"'
        + (f' srcset="{escape(_srcset(front))}" sizes="{POINTS}px">' if with_variants else ">")
        for front in fronts
    ]
    return "<!doctype html><title>Cards</title>" + "".join(images)


def _srcset(front: JsonObject) -> str:
    srcset: str = front["variants"]["srcset"]
    return srcset


class Site(ThreadingHTTPServer):
    """Serves one page, and passes all else on to a server, whose bytes of files it counts."""

    daemon_threads = True

    def __init__(self, server: str, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.server = server
        self.page = page
        self.taken = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(200, {"Content-Type": "text/html"}, self.server.page.encode())
            return
        upstream = HTTPConnection(self.server.server, timeout=PATIENCE)
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        upstream.request("GET", self.path, headers=headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        described = {"Content-Type": answer.getheader("Content-Type", "")}
        if self.path.startswith("/files/"):
            self.server.taken += len(content)
        self._send(answer.status, described, content)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def bytes_taken(browser: Chrome, server: str, page: str) -> int:
    """Show a page until all its pictures are there; return the bytes of their answers."""
    with _site(server, page) as site:
        browser.get(f"http://localhost:{site.server_port}/")
        WebDriverWait(browser, PATIENCE).until(lambda shown: shown.execute_script(IS_SHOWN))
        return site.taken


@contextmanager
def _site(server: str, page: str) -> Iterator[Site]:
    with Site(server, page) as site:
        thread = Thread(target=site.serve_forever)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()

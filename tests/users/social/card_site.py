"""The site that members of a community visit, in front of the API."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, override

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("card_site.html")


@contextmanager
def card_site(api: str) -> Iterator[str]:
    """Serve the card site's page, and the API below the same origin as a proxy would."""

    class Handler(BaseHTTPRequestHandler):
        """Serves the page, and passes calls of the API on."""

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
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()

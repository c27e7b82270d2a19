"""The whole ASGI application in one event loop, held to what any client may rely on.

Whatever is sent to it ends in an answer below 500, or in a 503 that says when to come again; no
exception leaves the application or one of its tasks.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote_to_bytes

from server.app import application

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.json_text import JsonObject

type Headers = Sequence[tuple[bytes, bytes]]

PATIENCE_SECONDS = 60
"""How long an answer may take before it counts as missing: waited for only where a test fails."""

PEER = ("198.51.100.7", 50_000)
statuses: Counter[str] = Counter()
"""What was answered in this process, by status, for the report of a long run."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One HTTP request as bytes: what a client may put on the wire once it is HTTP at all.

    `chunks` is the body in the pieces in which it arrives.
    """

    method: str = "GET"
    path: str = "/"
    query: bytes = b""
    headers: Headers = ()
    chunks: tuple[bytes, ...] = (b"",)

    def with_header(self, name: bytes, value: bytes) -> Sent:
        """Return the same request with one more header."""
        return replace(self, headers=[*self.headers, (name, value)])

    def scope(self) -> JsonObject:
        """Return the request as ASGI describes it."""
        raw = self.path.encode("utf-8", "surrogatepass")
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
            "raw_path": raw,
            "root_path": "",
            "query_string": self.query,
            "client": PEER,
            "server": ("testserver", 80),
            "headers": _with_host(self.headers),
        }


def _with_host(headers: Headers) -> list[tuple[bytes, bytes]]:
    is_given = any(name == b"host" for name, _value in headers)
    return [*headers] if is_given else [(b"host", b"testserver"), *headers]


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    is_whole: bool = False

    def header(self, name: bytes) -> bytes:
        """Return a header, empty where there is none."""
        return dict(self.headers).get(name, b"")


class Service:
    """The application, its event loop, and the failures that its tasks have left behind."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.failures: list[str] = []
        self.application: Any = application

    def __enter__(self) -> Self:
        self.runner.get_loop().set_exception_handler(self._note)
        return self

    def __exit__(self, *_failure: object) -> None:
        self.runner.close()

    def _note(self, _loop: asyncio.AbstractEventLoop, told: dict[str, object]) -> None:
        self.failures.append(f"{told['message']}: {told.get('exception')!r}")

    def ask(self, sent: Sent) -> Answer:
        """Send a request and return its answer, which is checked."""
        answer = self.runner.run(self._ask(sent))
        statuses[str(answer.status)] += 1
        check(answer, sent)
        assert not self.failures, (sent, self.failures)
        return answer

    async def _ask(self, sent: Sent) -> Answer:
        answer, chunks = Answer(), list(sent.chunks)
        has_begun = asyncio.Event()

        async def receive() -> JsonObject:
            if chunks:
                body = chunks.pop(0)
                return {"type": "http.request", "body": body, "more_body": bool(chunks)}
            # Streams go on until the client goes away.
            await has_begun.wait()
            await asyncio.sleep(0)
            return {"type": "http.disconnect"}

        async def send(message: JsonObject) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
                if answer.header(b"content-type").startswith(b"text/event-stream"):
                    has_begun.set()
                    answer.is_whole = True
            else:
                answer.body += message.get("body", b"")
                answer.is_whole = answer.is_whole or not message.get("more_body", False)

        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.application(sent.scope(), receive, send)
        return answer


def check(answer: Answer, sent: Sent) -> None:
    """Hold an answer to what every client may rely on; raises AssertionError."""
    assert answer.is_whole, f"no whole answer to {sent}"
    is_documented = answer.status == 503 and answer.header(b"retry-after")
    assert 200 <= answer.status < 500 or is_documented, (answer.status, answer.body[:300], sent)
    assert b"Traceback" not in answer.body, (answer.body[:300], sent)
    for name, value in answer.headers:
        assert b"\n" not in name + value, (name, value, sent)
        assert b"\r" not in name + value, (name, value, sent)
    kind = answer.header(b"content-type")
    if b"json" in kind and answer.body and sent.method != "HEAD":
        json.loads(answer.body.decode())
    if answer.status >= 400 and sent.path.startswith("/api/") and answer.body:
        assert b"json" in kind, (answer.status, kind, sent)

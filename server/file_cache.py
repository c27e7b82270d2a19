"""Small files that anyone may fetch, answered from memory in front of Django.

Kept is the whole answer, by address and, where it was chosen by it, `Accept`. Whether anyone may
fetch the file is asked each time: of memory, while nothing has changed that could decide otherwise
(`files.access.public_files`), else of the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from files.access.public_files import find_public, keep_public
from files.access.who import may_anyone_fetch
from files.serving.answers import PIECE_BYTES
from files.serving.metrics import CACHE_HITS, CACHE_MISSES, SENT_FROM_MEMORY
from resources.byte_cache import ByteCache
from resources.http.client_networks import address_of_scope
from resources.http.conditions import is_known
from server.envelope import Envelope, caller_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from files.models import File
    from realtime.asgi_types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/files/"
METHODS = ("GET", "HEAD")
CONDITIONS = frozenset(
    {b"range", b"if-range", b"if-match", b"if-modified-since", b"if-unmodified-since"}
)
"""Headers whose requests are left to Django; `If-None-Match` is answered here."""
OF_ONE_REQUEST = frozenset({b"x-request-id", b"content-language"})
NOT_FOR_304 = frozenset({b"content-length", b"content-type"})
VIEW = "stored-file"

type Headers = list[tuple[bytes, bytes]]
type Address = tuple[str, bytes, bytes]


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """The answer to a GET, for everybody."""

    file: File
    headers: Headers
    tag: str
    body: bytes

    @property
    def size(self) -> int:
        """Return the bytes that it takes in memory, roughly."""
        named = sum(len(name) + len(value) + 200 for name, value in self.headers)
        return len(self.body) + named + 3_000


class FileCache:
    """Answers requests for files from memory where it can; everything else goes to `next_app`."""

    def __init__(
        self, next_app: ASGIApp, in_thread: Callable[[Callable[[], bool]], Awaitable[object]]
    ) -> None:
        self.next_app = next_app
        self.in_thread = in_thread
        self.kept: ByteCache[FileAnswer] = ByteCache(
            settings.FILES_CACHE_BYTES // settings.PROCESSES
        )

    async def answer(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        """Answer one request for a file; `scope` has the epoch in which it came."""
        if scope["method"] not in METHODS or headers.keys() & CONDITIONS:
            await self.next_app(scope, receive, send)
            return
        kept = self._kept(scope, headers)
        if kept is None or not await self._may_be_sent(kept, scope):
            CACHE_MISSES.inc()
            recorder = Recorder(self.kept, scope, headers, send)
            await self.next_app(scope, receive, recorder.send)
            return
        CACHE_HITS.inc()
        await _send(kept, scope, headers, send)

    def _kept(self, scope: Scope, headers: Mapping[bytes, bytes]) -> FileAnswer | None:
        path, query = scope["path"], scope["query_string"]
        return self.kept.get((path, query, b"")) or self.kept.get(
            (path, query, headers.get(b"accept", b""))
        )

    async def _may_be_sent(self, kept: FileAnswer, scope: Scope) -> bool:
        """Return whether anyone may still fetch the file of an answer."""
        if find_public(kept.file.key, scope) is not None:
            return True
        if await self.in_thread(lambda: may_anyone_fetch(kept.file)) is not True:
            return False
        keep_public(kept.file, scope)
        return True


class Recorder:
    """Passes an answer on, and keeps it if it is small, whole and for everybody."""

    def __init__(
        self,
        kept: ByteCache[FileAnswer],
        scope: Scope,
        headers: Mapping[bytes, bytes],
        send: Send,
    ) -> None:
        self.kept = kept
        self.scope = scope
        self.accept = headers.get(b"accept", b"")
        self.next_send = send
        self.headers: Headers = []

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            is_whole = message["status"] == 200 and self.scope["method"] == "GET"
            self.headers = message["headers"] if is_whole else []
        elif self.headers and not message.get("more_body"):
            self._keep(message["body"])
        else:
            self.headers = []
        await self.next_send(message)

    def _keep(self, body: bytes) -> None:
        headers = dict(self.headers)
        file = find_public(self.scope["path"].removeprefix(PREFIX), self.scope)
        is_whole = headers.get(b"content-length") == str(len(body)).encode()
        if file is None or not is_whole or len(body) > PIECE_BYTES or b"set-cookie" in headers:
            return
        is_negotiated = b"accept" in headers.get(b"vary", b"").lower().split(b", ")
        address = self.scope["path"], self.scope["query_string"]
        key: Address = (*address, self.accept if is_negotiated else b"")
        shared = [pair for pair in self.headers if pair[0] not in OF_ONE_REQUEST]
        answer = FileAnswer(file, shared, headers[b"etag"].decode("latin-1"), body)
        self.kept.put(key, answer, answer.size + sum(map(len, key)))


async def _send(kept: FileAnswer, scope: Scope, headers: Mapping[bytes, bytes], send: Send) -> None:
    envelope = Envelope.opened(
        scope["method"], scope["path"], address_of_scope(scope), *caller_of(headers)
    )
    request_id = (b"x-request-id", envelope.context.request_id.encode())
    if_none_match = headers.get(b"if-none-match")
    if if_none_match and is_known(if_none_match.decode("latin-1"), kept.tag):
        status, body = 304, b""
        sent = [pair for pair in kept.headers if pair[0] not in NOT_FOR_304]
    else:
        status, body, sent = 200, kept.body if scope["method"] == "GET" else b"", kept.headers
    await send({"type": "http.response.start", "status": status, "headers": [*sent, request_id]})
    await send({"type": "http.response.body", "body": body})
    SENT_FROM_MEMORY.inc(len(body))
    envelope.measure(status, VIEW)
    envelope.log(status)

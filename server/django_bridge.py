"""Django behind ASGI, in a pool of lasting threads.

Django's own ASGI handler starts a thread, and so opens a database connection, for every request to
a synchronous view; here threads and their connections stay.
"""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.urls import set_script_prefix

from files.serving.answers import StoredBytesResponse
from resources.errors import Problem
from resources.http.client_networks import address_of_scope, limited_network
from server import error_pages
from server.refusals import turn_away
from server.request_bodies import DisconnectedError, IncomingBody, most_bytes, on_disk
from server.sign_in_lane import SignInLane, is_sign_in
from server.stored_file_sender import StoredFileSender
from server.upload_limit import is_upload, upload_line
from server.variant_lane import VariantLane, is_of_variant
from server.waiting import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http.response import HttpResponseBase

    from realtime.asgi_types import Receive, Scope, Send

IN_MEMORY = 64 * 1024
"""Bytes of a body beyond which it is put into a temporary file."""
BODILESS = frozenset({204, 304})
PROBES = ("/healthz", "/readyz", "/metrics")


class DjangoBridge(BaseHandler):
    """An ASGI application that answers with Django's views and middleware."""

    def __init__(self) -> None:
        self.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(settings.REQUEST_THREADS, "django")
        self.sign_ins = SignInLane()
        self.probes = ThreadPoolExecutor(2, "probes")
        self.uploads = ThreadPoolExecutor(settings.UPLOAD_THREADS, "upload")
        self.files = StoredFileSender()
        self.variants = VariantLane()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        network = limited_network(address_of_scope(scope))
        incoming = IncomingBody(scope, receive, on_disk, network)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body, incoming:
            try:
                async for chunk in incoming.chunks(most_bytes(scope)):
                    body.write(chunk)
                body.seek(0)
                response = await self._answer(scope, body)
            except DisconnectedError:
                return
            except Problem as problem:
                await turn_away(problem, scope, send, "refused-before-django")
                return
            await self._send_headers(response, send)
            if isinstance(response, StoredBytesResponse):
                await self.files.send_body(response, receive, send)
            else:
                await self._send_body(response, send, is_head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        if scope["path"] in PROBES:
            # What operators ask is answered whatever the others wait for.
            work = partial(copy_context().run, self._respond, scope, body)
            return await asyncio.get_running_loop().run_in_executor(self.probes, work)
        if is_upload(scope):
            return await self._uploaded(scope, body)
        if is_sign_in(scope):
            work = partial(copy_context().run, self._respond, scope, body)
            return await self.sign_ins.run(scope, work)
        if is_of_variant(scope):
            scope = await self.variants.make_first(scope, self.threads)
        return await _in_thread(self.threads, self._respond, scope, body)

    async def _uploaded(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Answer a form with files in a thread of its own, where it waits for its pictures."""
        with upload_line.joined():
            return await _in_thread(self.uploads, self._respond, scope, body)

    def _respond(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(scope.get("root_path", ""))
        signals.request_started.send(sender=type(self), scope=scope)
        try:
            request = ASGIRequest(scope, body)
        except UnicodeDecodeError:  # bytes in a query that are no text
            return error_pages.malformed_problem().response()
        response = self.get_response(request)
        if not response.streaming or isinstance(response, StoredBytesResponse):
            response.close()
        return response

    @staticmethod
    async def _send_headers(response: HttpResponseBase, send: Send) -> None:
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in response.items()
            # RFC 9110, 8.6: nothing has no length, and what a client has already is longer than 0.
            if not (name == "Content-Length" and response.status_code in BODILESS)
        ]
        headers += [
            (b"set-cookie", cookie.output(header="").strip().encode())
            for cookie in response.cookies.values()
        ]
        status = response.status_code
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def _send_body(
        self, response: HttpResponseBase, send: Send, *, is_head: bool = False
    ) -> None:
        if is_head:
            # RFC 9110, 9.3.2: the headers of a GET and nothing else.
            await _in_thread(self.threads, response.close)
            await send({"type": "http.response.body", "body": b""})
        elif response.streaming:
            await self._stream(response, send)
        else:
            content = getattr(response, "content", b"")
            await send({"type": "http.response.body", "body": content})

    async def _stream(self, response: HttpResponseBase, send: Send) -> None:
        chunks = iter(_chunks(response))
        try:
            while (chunk := await _in_thread(self.threads, next, chunks, None)) is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await _in_thread(self.threads, response.close)


async def _in_thread[**P, R](
    threads: ThreadPoolExecutor, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    run = copy_context().run
    return await in_thread(threads, lambda: run(work, *args, **kwargs))


def _chunks(response: HttpResponseBase) -> Iterable[bytes]:
    streaming: Any = response
    chunks: Iterable[bytes] = streaming.streaming_content
    return chunks

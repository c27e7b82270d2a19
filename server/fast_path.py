"""The fast path: reads and JSON writes of resources, answered before Django's request cycle.

The same plans, operations, limits and errors as through Django; what is left out is what the API
has no use for: sessions, cookies, templates, messages.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation

from resources.answers import HttpAnswer, answered
from resources.errors import Problem
from resources.http.client_networks import limited_network
from resources.http.writes import LIMITS
from server.asked import READS, what_is_asked
from server.envelope import Envelope, security_headers
from server.read_executor import ReadExecutor
from server.request_bodies import DisconnectedError, IncomingBody, in_memory, let_pass, most_bytes
from server.write_executor import writers

if TYPE_CHECKING:
    from realtime.asgi_types import Receive, Scope, Send
    from server.asked import Asked
    from server.write_executor import WriteExecutor


class FastPath:
    """Answers what it can itself and passes everything else on to Django."""

    def __init__(self, next_app: Any) -> None:
        self.next_app = next_app
        self.readers = ReadExecutor()
        self.writers: WriteExecutor = writers(settings.RESOURCE_THREADS)
        self.security = [
            (name.lower().encode(), value.encode()) for name, value in security_headers().items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        asked = what_is_asked(scope)
        if asked is None or not (asked.is_ours() or asked.is_form()):
            await self.next_app(scope, receive, send)
            return
        given_id = asked.header(b"x-request-id")
        envelope = Envelope.opened(asked.method, scope["path"], asked.address, given_id)
        if translation.get_language() != asked.language:
            translation.activate(asked.language)
        if asked.is_form():
            answer = await self._refused(asked)
            if answer is None:
                await self.next_app({**scope, LIMITS: asked.limits}, receive, send)
                return
            await let_pass(receive)
        else:
            try:
                answer = await self._answer(asked, receive)
            except DisconnectedError:
                return
        await self._send(answer, envelope, asked.language, send)
        envelope.measure(answer.status, f"{asked.resource}-{asked.kind}")
        envelope.log(answer.status)

    async def _answer(self, asked: Asked, receive: Receive) -> HttpAnswer:
        if asked.method in READS:
            return await self.readers.answer(asked.read, receive)
        return await self._refused(asked) or await self._written(asked, receive)

    async def _refused(self, asked: Asked) -> HttpAnswer | None:
        """Turn a write away before its body is read, or note who asks for it and count it."""
        caller = await self.readers.caller(asked.header(b"authorization"))
        if isinstance(caller, HttpAnswer):
            return caller
        asked.caller = caller
        limits = await self.readers.here_or_in_thread(asked.admitted)
        if isinstance(limits, HttpAnswer):
            return limits
        asked.limits = limits
        return None

    async def _written(self, asked: Asked, receive: Receive) -> HttpAnswer:
        network = limited_network(asked.address)
        with IncomingBody(asked.scope, receive, in_memory, network) as incoming:
            try:
                chunks = [chunk async for chunk in incoming.chunks(most_bytes(asked.scope))]
            except Problem as problem:
                return answered(partial(_refuse, problem))
            asked.body = b"".join(chunks)
            return await self.writers.write(asked)

    async def _send(
        self, answer: HttpAnswer, envelope: Envelope, language: str, send: Send
    ) -> None:
        headers = [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in answer.headers.items()
        ]
        headers += self.security
        headers.append((b"x-request-id", envelope.context.request_id.encode()))
        headers.append((b"content-language", language.encode()))
        if answer.status not in (204, 304):
            headers.append((b"content-length", str(len(answer.body)).encode()))
        body = b"" if envelope.method == "HEAD" else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _refuse(problem: Problem) -> HttpAnswer:
    raise problem

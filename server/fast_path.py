"""The fast path: reads and JSON writes of resources, answered before Django's request cycle.

The same pipelines as through Django; what is left out is what the API has no use for: sessions,
cookies, templates, messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from files.access.public_files import EPOCH
from resources.answers import JSON, HttpAnswer, problem_answer
from resources.errors import Problem
from resources.http.client_networks import limited_network
from resources.http.pipeline import ADMISSION, BATCH_ADMISSION, READ, READ_BATCH
from resources.http.request import READS, Request, media_type_of
from resources.http.writes import LIMITS
from resources.targets import API_PREFIX, BATCH, Target, target_of_request
from resources.writing.merge_patch import MEDIA_TYPE as MERGE_PATCH
from server.envelope import Envelope, caller_of, send_answer
from server.file_cache import FileCache
from server.hosts import is_addressed_here
from server.pipelined_writer import writers
from server.read_executor import ReadExecutor
from server.request_bodies import DisconnectedError, IncomingBody, in_memory, let_pass, most_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.asgi_types import ASGIApp, Receive, Scope, Send
    from resources.http.exchange import Exchange
    from server.write_executor import WriteExecutor

FILES = "/files/"
FORM_METHODS = frozenset({"POST", "PATCH"})
NO_IDS = frozenset({"me", "explain"})
"""Words of Django's own views, which stand where a record's id would."""


class FastPath:
    """An ASGI application that answers what it can and passes everything else to Django."""

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app
        self.readers = ReadExecutor()
        self.files = FileCache(next_app, self.readers.threads.run)
        self.writers: WriteExecutor = writers(settings.RESOURCE_THREADS)
        self.language: str = settings.LANGUAGE_CODE
        """What is spoken where no language is activated."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        target = _target(scope["path"])
        is_here = target is not None and is_answered_here(scope, headers, target)
        if target is None or not (is_here or is_form(scope, headers, target)):
            if scope["path"].startswith(FILES) and is_addressed_here(scope, headers):
                scope = {**scope, EPOCH: self.readers.look()}
                await self.files.answer(scope, headers, receive, send)
            else:
                await self.next_app(scope, receive, send)
            return
        request = Request.from_scope(scope, target, headers)
        envelope = Envelope.opened(
            request.method, request.path, request.address, *caller_of(headers)
        )
        exchange = self.readers.exchange(request)
        answer = self.readers.cached(exchange)
        if answer is None:
            # Only from here on something may have to be said in the client's language.
            if request.language != self.language:
                translation.activate(request.language)
            if is_here:
                answer = await self._answer(exchange, scope, receive)
            else:
                answer = await self._form(exchange, scope, receive, send)
        if answer is not None:
            await send_answer(answer, envelope, request.language, send)
            envelope.measure(answer.status, request.view)
            envelope.log(answer.status)

    async def _answer(
        self, exchange: Exchange, scope: Scope, receive: Receive
    ) -> HttpAnswer | None:
        """Return the answer; None when the client goes away before it has one."""
        try:
            if exchange.request.method in READS:
                return await self.readers.run(READ, exchange, receive) or HttpAnswer(500)
            admission = BATCH_ADMISSION if exchange.request.is_batch else ADMISSION
            refusal = await self.readers.run(admission, exchange, receive)
            return refusal or await self._written(exchange, scope, receive)
        except DisconnectedError:
            return None

    async def _form(
        self, exchange: Exchange, scope: Scope, receive: Receive, send: Send
    ) -> HttpAnswer | None:
        """Have Django answer a form; return the refusal of one that is not admitted."""
        refusal = await self.readers.run(ADMISSION, exchange, receive)
        if refusal is None:
            await self.next_app({**scope, LIMITS: exchange.limits}, receive, send)
        else:
            await let_pass(receive, limited_network(exchange.request.address))
        return refusal

    async def _written(self, exchange: Exchange, scope: Scope, receive: Receive) -> HttpAnswer:
        network = limited_network(exchange.request.address)
        with IncomingBody(scope, receive, in_memory, network) as incoming:
            try:
                chunks = [chunk async for chunk in incoming.chunks(most_bytes(scope))]
            except Problem as problem:
                return problem_answer(problem)
            exchange.request = exchange.request.with_body(b"".join(chunks))
            if exchange.request.is_batch:
                refusal = await self.readers.run(READ_BATCH, exchange, receive)
                if refusal is not None:
                    return refusal
            return await self.writers.write(exchange)


def is_answered_here(scope: Scope, headers: Mapping[bytes, bytes], target: Target) -> bool:
    """Return whether the fast path can answer this; Django looks at everything else."""
    if not is_addressed_here(scope, headers):
        return False
    method: str = scope["method"]
    if target.action_name:
        is_sent = media_type_of(headers) == JSON or _is_empty(headers)
        return is_sent and target.action(method) is not None
    if method in READS and target is not BATCH:
        return True
    if method == "DELETE":
        return bool(target.record_id)
    is_fitting = method == ("PATCH" if target.record_id else "POST")
    return is_fitting and _is_json(method, headers)


def is_form(scope: Scope, headers: Mapping[bytes, bytes], target: Target) -> bool:
    """Return whether this is a write as a form, maybe with files: Django reads those."""
    method: str = scope["method"]
    if target is BATCH or method not in FORM_METHODS or _is_json(method, headers):
        return False
    if target.action_name and target.action(method) is None:
        return False
    return method != "POST" or not target.record_id


def _target(path: str) -> Target | None:
    """Return the resource and record that a path names, None for one of Django's own views."""
    if not path.startswith(API_PREFIX) or path.endswith("/"):
        return None
    target = target_of_request(path[len(API_PREFIX) :])
    return target if target is not None and target.record_id not in NO_IDS else None


def _is_json(method: str, headers: Mapping[bytes, bytes]) -> bool:
    media_type = media_type_of(headers)
    return media_type == JSON or (media_type == MERGE_PATCH and method == "PATCH")


def _is_empty(headers: Mapping[bytes, bytes]) -> bool:
    is_sized = headers.get(b"content-length", b"0") == b"0"
    return is_sized and not headers.keys() & {b"transfer-encoding", b"content-type"}

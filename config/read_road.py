"""Reads of resources before Django's request cycle: the same plans and errors, less in between."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

from config.envelope import Envelope, security_headers
from resources import registry
from resources.http.reads import Read, ReadAnswer, answer_read

if TYPE_CHECKING:
    from config.django_road import DjangoRoad, Receive, Scope, Send

PREFIX = "/api/v1/"
METHODS = frozenset({"GET", "HEAD"})
RECORD, LIST = "record", "list"


class ReadRoad:
    """Answers reads of records and lists itself and passes everything else on."""

    def __init__(self, onwards: DjangoRoad) -> None:
        self.onwards = onwards
        self.threads = ThreadPoolExecutor(settings.READ_THREADS, "reads")
        self.security = [
            (name.lower().encode(), value.encode()) for name, value in security_headers().items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = dict(scope["headers"])
        read = _read(scope, headers) if scope["method"] in METHODS else None
        if read is None:
            await self.onwards(scope, receive, send)
            return
        given_id = headers.get(b"x-request-id", b"").decode("latin-1")
        address = scope["client"][0] if scope["client"] else ""
        envelope = Envelope.opened(scope["method"], scope["path"], address, given_id)
        translation.activate(_language(headers.get(b"accept-language", b"")))
        run = copy_context().run
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.threads, run, _answer, read)
        await self._send(answer, envelope, send)
        envelope.measure(answer.status, f"{read.resource}-{RECORD if read.record_id else LIST}")
        envelope.log(answer.status)

    async def _send(self, answer: ReadAnswer, envelope: Envelope, send: Send) -> None:
        headers = [
            (name.lower().encode(), value.encode()) for name, value in answer.headers.items()
        ]
        headers += self.security
        headers.append((b"x-request-id", envelope.context.request_id.encode()))
        headers.append((b"content-language", translation.get_language().encode()))
        if answer.status != 304:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        body = b"" if envelope.method == "HEAD" else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _answer(read: Read) -> ReadAnswer:
    try:
        return answer_read(read)
    finally:
        connection.close_if_unusable_or_obsolete()


def _read(scope: Scope, headers: dict[bytes, bytes]) -> Read | None:
    """Give the read that a request is, or None for what Django must look at."""
    path: str = scope["path"]
    if not path.startswith(PREFIX):
        return None
    name, _slash, record_id = path[len(PREFIX) :].partition("/")
    resource = registry.named(name)
    host = headers.get(b"host", b"").decode("latin-1")
    scheme = _scheme(scope, headers)
    is_ours = "/" not in record_id and record_id != "me" and not path.endswith("/")
    if resource is None or not is_ours or not _is_allowed(host):
        return None
    if settings.SECURE_SSL_REDIRECT and scheme != "https":
        return None
    return Read(
        resource,
        record_id or None,
        scope["query_string"].decode("latin-1"),
        f"{scheme}://{host}{path}",
        headers.get(b"authorization", b"").decode("latin-1"),
        headers.get(b"if-none-match", b"").decode("latin-1"),
    )


def _scheme(scope: Scope, headers: dict[bytes, bytes]) -> str:
    if settings.SECURE_PROXY_SSL_HEADER:
        return "https" if headers.get(b"x-forwarded-proto") == b"https" else "http"
    return str(scope.get("scheme", "http"))


@lru_cache(maxsize=256)
def _is_allowed(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(maxsize=256)
def _language(header: bytes) -> str:
    """Choose the language of an `Accept-Language` header."""
    for code, _quality in parse_accept_lang_header(header.decode("latin-1").lower()):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE



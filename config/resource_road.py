"""The short road: reads and JSON writes of resources, answered before Django's request cycle.

The same plans, operations, limits and errors as by Django's road; what is left out is what the API
has no use for: sessions, cookies, templates, messages.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

from config.envelope import Envelope, security_headers
from config.readers import Readers
from config.writers import writer
from resources import registry
from resources.answers import HttpAnswer, answered
from resources.errors import Problem
from resources.http.authentication import actor_of_header
from resources.http.reads import Read
from resources.http.throttles import client_address
from resources.http.writes import Write, answer_write

if TYPE_CHECKING:
    from config.django_road import DjangoRoad, Receive, Scope, Send
    from resources.actors import Actor
    from resources.declaration import RecordAction, Resource

PREFIX = "/api/v1/"
READS = frozenset({"GET", "HEAD"})
JSON = b"application/json"


class Asked:
    """A request for a resource: what it is about, and its headers by name."""

    def __init__(
        self, scope: Scope, resource: Resource, record_id: str, action: RecordAction | None = None
    ) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.resource = resource
        self.record_id = record_id
        self.action = action
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.body = b""
        self.caller: Actor | None = None

    def header(self, name: bytes) -> str:
        """Give a header, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1")

    @cached_property
    def address(self) -> str:
        """Give the network address that the request came from."""
        peer = self.scope["client"][0] if self.scope["client"] else ""
        return client_address(peer, self.header(b"x-forwarded-for"))

    @property
    def query_string(self) -> str:
        """Give the query without its question mark."""
        query: bytes = self.scope["query_string"]
        return query.decode("latin-1")

    @property
    def scheme(self) -> str:
        """Give `https` or `http`, as the proxy in front saw it if there is one."""
        if settings.SECURE_PROXY_SSL_HEADER:
            return "https" if self.header(b"x-forwarded-proto") == "https" else "http"
        return str(self.scope.get("scheme", "http"))

    def is_ours(self) -> bool:
        """Tell whether the short road can answer this; Django looks at everything else."""
        if settings.SECURE_SSL_REDIRECT and self.scheme != "https":
            return False
        if not _is_allowed(self.header(b"host")):
            return False
        if self.action:
            return self._is_json or self._is_empty
        if self.method in READS:
            return True
        if self.method == "DELETE":
            return bool(self.record_id)
        is_fitting = self.method == ("PATCH" if self.record_id else "POST")
        return is_fitting and self._is_json

    @property
    def _is_json(self) -> bool:
        return self.headers.get(b"content-type", b"").startswith(JSON)

    @property
    def _is_empty(self) -> bool:
        is_sized = self.headers.get(b"content-length", b"0") == b"0"
        return is_sized and not self.headers.keys() & {b"transfer-encoding", b"content-type"}

    @property
    def kind(self) -> str:
        """Say what is asked for, in the words of the metrics."""
        if self.action:
            return self.action.name
        return "record" if self.record_id else "list"

    @property
    def language(self) -> str:
        """Give the language that the caller reads."""
        return _language(self.headers.get(b"accept-language", b""))

    @property
    def read(self) -> Read:
        """Give the request as a read."""
        url = f"{self.scheme}://{self.header(b'host')}{self.scope['path']}"
        return Read(
            self.resource,
            self.record_id or None,
            self.query_string,
            url,
            self.header(b"authorization"),
            self.header(b"if-none-match"),
            self.address,
        )

    def write(self) -> HttpAnswer:
        """Answer a write, in the thread that does the work; again if the first time was in vain."""
        translation.activate(self.language)
        return answered(lambda: answer_write(self._write))

    @cached_property
    def _write(self) -> Write:
        key = self.headers.get(b"idempotency-key")
        return Write(
            self.resource,
            self.method,
            self.scope["path"],
            self.record_id,
            self.caller or actor_of_header(self.header(b"authorization")),
            _parsed(self.body) if self.action or self.method != "DELETE" else None,
            self.query_string,
            self.body,
            key.decode("latin-1") if key is not None else None,
            self.header(b"if-match"),
            self.address,
            self.action,
        )


class ResourceRoad:
    """Answers what it can itself and passes everything else on to Django."""

    def __init__(self, onwards: DjangoRoad) -> None:
        self.onwards = onwards
        self.readers = Readers()
        self.writers = writer(settings.RESOURCE_THREADS)
        self.security = [
            (name.lower().encode(), value.encode()) for name, value in security_headers().items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        asked = _asked(scope)
        if asked is None or not asked.is_ours():
            await self.onwards(scope, receive, send)
            return
        given_id = asked.header(b"x-request-id")
        envelope = Envelope.opened(asked.method, scope["path"], asked.address, given_id)
        if translation.get_language() != asked.language:
            translation.activate(asked.language)
        answer = await self._answer(asked, receive)
        await self._send(answer, envelope, asked.language, send)
        envelope.measure(answer.status, f"{asked.resource}-{asked.kind}")
        envelope.log(answer.status)

    async def _answer(self, asked: Asked, receive: Receive) -> HttpAnswer:
        if asked.method in READS:
            return await self.readers.answer(asked.read)
        body = await _body(receive)
        if body is None:
            return answered(_refuse_size)
        asked.body = body
        asked.caller = self.readers.caller(asked.header(b"authorization"))
        return await self.writers.run(asked.write)

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


def _asked(scope: Scope) -> Asked | None:
    """Find the resource, the record and the action that a path names."""
    path: str = scope["path"]
    if not path.startswith(PREFIX) or path.endswith("/"):
        return None
    name = path[len(PREFIX) :]
    resource = registry.named(name)
    if resource is not None:
        return Asked(scope, resource, "")
    stem, _slash, last = name.rpartition("/")
    resource = registry.named(stem)
    if resource is not None:
        return Asked(scope, resource, last) if last != "me" else None
    name, _slash, record_id = stem.rpartition("/")
    resource = registry.named(name)
    action = _action(resource, last, scope["method"]) if resource else None
    if resource is None or action is None or record_id == "me":
        return None
    return Asked(scope, resource, record_id, action)


def _action(resource: Resource, name: str, method: str) -> RecordAction | None:
    found = (each for each in resource.actions if (each.name, each.method) == (name, method))
    return next(found, None)


async def _body(receive: Receive) -> bytes | None:
    """Read a request's body; None when it is larger than bodies without files may be."""
    chunks: list[bytes] = []
    size = 0
    is_more = True
    while is_more:
        message: dict[str, Any] = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        is_more = message.get("more_body", False)
    return b"".join(chunks)


def _refuse_size() -> HttpAnswer:
    raise Problem(413, "too_large", _("What was sent is too large."))


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        detail = _("The body is no JSON: %(reason)s") % {"reason": error.msg}
        raise Problem(400, "parse_error", detail) from None


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

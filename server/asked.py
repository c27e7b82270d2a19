"""What a request asks of a resource, read from its ASGI scope."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

from resources import registry
from resources.actors import ANONYMOUS
from resources.answers import HttpAnswer, answered
from resources.byte_cache import kept
from resources.http.bodies import parsed_body
from resources.http.client_networks import address_of_scope
from resources.http.reads import Read
from resources.http.writes import Write, admitted, answer_write
from resources.writing.merge_patch import MEDIA_TYPE, as_merge_patch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.asgi_types import Scope
    from resources.declaration import RecordAction, Resource

PREFIX = "/api/v1/"
READS = frozenset({"GET", "HEAD"})
WRITES = frozenset({"POST", "PATCH"})
JSON = b"application/json"
MERGE_PATCH = MEDIA_TYPE.encode()
HEADER_BYTES = 256 * 1024
"""Memory for the hosts, and for the languages, that headers have named."""


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
        self.caller = ANONYMOUS
        self.limits: Mapping[str, str] | None = None

    def header(self, name: bytes) -> str:
        """Give a header, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1")

    @cached_property
    def address(self) -> str:
        """Return the network address that the request came from."""
        return address_of_scope(self.scope)

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
        """Tell whether the fast path can answer this; Django looks at everything else."""
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
        return is_fitting and (self._is_json or self._is_merge_patch)

    @cached_property
    def _media_type(self) -> bytes:
        return self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()

    def is_form(self) -> bool:
        """Tell whether this is a write as a form, maybe with files: Django reads those."""
        if self._is_json or self._is_merge_patch:
            return False
        return self.method in WRITES and (self.method != "POST" or not self.record_id)

    @property
    def _is_json(self) -> bool:
        return self._media_type == JSON

    @property
    def _is_merge_patch(self) -> bool:
        return self.method == "PATCH" and self._media_type == MERGE_PATCH

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
        return language_of(self.headers.get(b"accept-language", b""))

    @property
    def read(self) -> Read:
        """Give the request as a read."""
        url = settings.PUBLIC_URL + self.scope["path"]
        return Read(
            self.resource,
            self.record_id or None,
            self.query_string,
            url,
            self.header(b"authorization"),
            self.header(b"if-none-match"),
            self.address,
        )

    def admitted(self) -> Mapping[str, str]:
        """Let the write of a known caller in; raises Problem 401, 403, 429 and MustRunInThread."""
        return admitted(self.resource, self.method, self.action, self.caller, self.address)

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
            self.caller,
            self._sent(),
            self.query_string,
            self.body,
            key.decode("latin-1") if key is not None else None,
            self.header(b"if-match"),
            self.header(b"if-none-match"),
            self.address,
            self.action,
            self.limits,
        )

    def _sent(self) -> Any:
        if not self.action and self.method == "DELETE":
            return None
        parsed = parsed_body(self.body)
        return as_merge_patch(parsed) if self._is_merge_patch else parsed


def what_is_asked(scope: Scope) -> Asked | None:
    """Find the resource, the record and the action that a path names; None when it names none."""
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


@kept(HEADER_BYTES, lambda host: 2 * len(host))
def _is_allowed(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@kept(HEADER_BYTES, lambda header: 2 * len(header))
def language_of(header: bytes) -> str:
    """Choose the language of an `Accept-Language` header."""
    for code, _quality in parse_accept_lang_header(header.decode("latin-1").lower()):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE

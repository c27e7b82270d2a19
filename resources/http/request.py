"""One request for a resource, whichever way it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.conf import settings
from django.utils.translation import get_language

from resources.http.bodies import composed_data, fingerprint_of, parsed_body
from resources.http.client_networks import address_of_request, address_of_scope
from resources.http.languages import language_of
from resources.targets import API_PREFIX, BATCH, Target, target_of_request
from resources.writing.merge_patch import MEDIA_TYPE, MergePatch, as_merge_patch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest
    from rest_framework.request import Request as DrfRequest

    from resources.declaration import RecordAction, Resource

READS = frozenset({"GET", "HEAD"})
VERBS = {"POST": "create", "PATCH": "update", "DELETE": "delete"}

UNPARSED: object = object()
"""In place of a body that Django has not read."""

type Wire = tuple[
    str, str, str, str, str, str, str | None, str, str, str, bytes
]  # of what `marshal` takes: see `Request.to_wire`


class Request(NamedTuple):
    """What a client asks of a resource.

    `record_id` is empty for a list and a creation; `address` is the client's network address;
    `idempotency_key` is None without that header. `body` is JSON as it was sent; a body that
    Django has read, such as a form with files, is in `parsed`.
    """

    resource: Resource
    method: str
    path: str
    record_id: str = ""
    action: RecordAction | None = None
    query_string: str = ""
    authorization: str = ""
    if_match: str = ""
    if_none_match: str = ""
    idempotency_key: str | None = None
    media_type: str = ""
    language: str = ""
    address: str = ""
    body: bytes = b""
    parsed: object = UNPARSED

    @classmethod
    def from_scope(
        cls, scope: Mapping[str, Any], target: Target, headers: Mapping[bytes, bytes]
    ) -> Self:
        """Build the request of an ASGI scope; its body is still to come (`with_body`)."""
        method: str = scope["method"]
        key = headers.get(b"idempotency-key")
        return cls(
            target.resource,
            method,
            scope["path"],
            target.record_id,
            target.action(method) if target.action_name else None,
            scope["query_string"].decode("latin-1"),
            headers.get(b"authorization", b"").decode("latin-1"),
            headers.get(b"if-match", b"").decode("latin-1"),
            headers.get(b"if-none-match", b"").decode("latin-1"),
            None if key is None else key.decode("latin-1"),
            media_type_of(headers),
            language_of(headers.get(b"accept-language", b"")),
            address_of_scope(scope),
        )

    @classmethod
    def from_django(
        cls, request: HttpRequest | DrfRequest, target: Target, parsed: object = UNPARSED
    ) -> Self:
        """Build the request that one of Django's views has got, with its body as parsed."""
        method = request.method or ""
        return cls(
            target.resource,
            method,
            request.path,
            target.record_id,
            target.action(method) if target.action_name else None,
            request.META.get("QUERY_STRING", ""),
            request.META.get("HTTP_AUTHORIZATION", ""),
            request.META.get("HTTP_IF_MATCH", ""),
            request.META.get("HTTP_IF_NONE_MATCH", ""),
            request.META.get("HTTP_IDEMPOTENCY_KEY"),
            language=get_language() or "",
            address=address_of_request(request),
            parsed=parsed,
        )

    @classmethod
    def from_wire(cls, wire: Wire) -> Self:
        """Build the request that `to_wire` took apart; raises LookupError if nothing is there."""
        method, path = wire[:2]
        fields = wire[2:]
        target = target_of_request(path.removeprefix(API_PREFIX))
        if target is None:
            raise LookupError(f"{path} names no resource here, but did in the server")
        action = target.action(method) if target.action_name else None
        return cls(target.resource, method, path, target.record_id, action, *fields)

    def to_wire(self) -> Wire:
        """Return the request as plain values, for the process that writes."""
        return (
            self.method,
            self.path,
            self.query_string,
            self.authorization,
            self.if_match,
            self.if_none_match,
            self.idempotency_key,
            self.media_type,
            self.language,
            self.address,
            self.body,
        )

    def with_body(self, body: bytes) -> Self:
        """Return the same request with its body."""
        return self._replace(body=body)

    @property
    def is_batch(self) -> bool:
        """Return whether this is several writes at once."""
        return self.resource is BATCH.resource

    @property
    def url(self) -> str:
        """Return the address as clients know it, without its query."""
        return str(settings.PUBLIC_URL) + self.path

    @property
    def kind(self) -> str:
        """Return what of the resource is asked for: `list`, `record` or an action."""
        if self.action:
            return self.action.name
        return "record" if self.record_id else "list"

    @property
    def view(self) -> str:
        """Return what is asked for, in the words of the metrics."""
        return self.resource.name if self.is_batch else f"{self.resource}-{self.kind}"

    @property
    def verb(self) -> str:
        """Return what a write does, in the words of `Resource.throttle`."""
        return self.action.name if self.action else VERBS[self.method]

    @property
    def text_bytes(self) -> int:
        """Return how many bytes of the client's text name the answer in a cache."""
        return len(self.query_string) + len(self.path) + len(self.record_id)

    @property
    def fingerprint(self) -> bytes:
        """Return what stands for the whole body, to recognise a repeated request."""
        return self.body if self.parsed is UNPARSED else fingerprint_of(self.parsed)

    def data(self) -> object:
        """Return the parsed body, its texts in composed form; None for a request without one.

        Raises Problem 400.
        """
        if self.parsed is not UNPARSED:
            composed = composed_data(self.parsed)
            return as_merge_patch(composed) if isinstance(self.parsed, MergePatch) else composed
        if self.method == "DELETE" and not self.action:
            return None
        parsed = parsed_body(self.body)
        if not self.body.isascii() or b"\\u" in self.body:
            parsed = composed_data(parsed)
        return as_merge_patch(parsed) if self.media_type == MEDIA_TYPE else parsed


def media_type_of(headers: Mapping[bytes, bytes]) -> str:
    """Return the media type of a body without its parameters, in lower case; empty without one."""
    value = headers.get(b"content-type", b"")
    return value.partition(b";")[0].strip().lower().decode("latin-1") if value else ""

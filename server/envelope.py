"""What every request gets, on either path: an id, a log line, metrics, headers."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING

from django.conf import settings

from resources import context, spans
from resources.tracing import trace_id, trace_of
from server.logs import sole_handler
from server.request_metrics import count_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtime.asgi_types import Send
    from resources.answers import HttpAnswer

logger = logging.getLogger("holobase.request")

LONGEST_METHOD = 20
"""Letters of a method in a log line: clients can send any word."""
ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Envelope:
    """One request from its arrival to its answer."""

    method: str
    path: str
    ip_address: str
    context: context.RequestContext
    parent: str = ""
    """The span of the client that this request is a part of, if it names one."""
    started: float = field(default_factory=perf_counter)

    @classmethod
    def opened(
        cls, method: str, path: str, ip_address: str, given_id: str, parent: str
    ) -> Envelope:
        """Begin a request; its id is taken over from a proxy if it is a plain word."""
        request_id = given_id if given_id and ACCEPTED_ID.fullmatch(given_id) else ""
        return cls(method, path, ip_address, context.begin(request_id), parent)

    def log(self, status: int) -> None:
        """Write the request's one line, and its span if traces are on."""
        if spans.exporter.is_on:
            self._trace(status)
        if not logger.isEnabledFor(logging.INFO):
            return
        method = self.method[:LONGEST_METHOD]
        message = f"{method} {self.path}"
        fields = {
            "ip_address": self.ip_address,
            "method": method,
            "path": self.path,
            "status": status,
            "duration_ms": round((perf_counter() - self.started) * 1000, 2),
        }
        lines = sole_handler(logger)
        if lines is not None:
            lines.info(message, fields)
        else:
            logger.info(message, extra={"fields": fields})

    def _trace(self, status: int) -> None:
        attributes: dict[str, str | int] = {
            "http.request.method": self.method[:LONGEST_METHOD],
            "url.path": self.path,
            "http.response.status_code": status,
        }
        # Without ids, so that the same kind of request has the same name.
        name = f"{self.method[:LONGEST_METHOD]} {'/'.join(self.path.split('/')[:4])}"
        seconds = perf_counter() - self.started
        spans.note_request(name, self.context.request_id, self.parent, seconds, attributes)

    def measure(self, status: int, view: str) -> None:
        """Count the request."""
        count_request(self.method, status, view, perf_counter() - self.started)


def caller_of(headers: Mapping[bytes, bytes]) -> tuple[str, str]:
    """Return the request id that a client or proxy names, and the span that it calls from.

    Without an id of its own the request takes that of the trace it belongs to.
    """
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    traceparent = headers.get(b"traceparent")
    if traceparent is None:
        return given, ""
    trace, span = trace_of(traceparent.decode("latin-1"))
    is_same = not given or trace_id(given) == trace
    return given or trace, span if is_same else ""


def security_headers() -> Mapping[str, str]:
    """Return the headers that Django's security middleware adds to its answers."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if settings.SECURE_HSTS_SECONDS:
        hsts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        hsts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
        hsts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
        headers["Strict-Transport-Security"] = "; ".join(hsts)
    return headers


async def send_answer(answer: HttpAnswer, envelope: Envelope, language: str, send: Send) -> None:
    """Send an answer with what every answer of the API carries."""
    headers = [
        *answer.encoded_headers,
        *_security(),
        (b"x-request-id", envelope.context.request_id.encode()),
        (b"content-language", language.encode()),
    ]
    body = b"" if envelope.method == "HEAD" else answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@cache
def _security() -> Sequence[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in security_headers().items()]

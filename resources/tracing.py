"""W3C Trace Context (https://www.w3.org/TR/trace-context/): whose trace a request belongs to.

The id of a request is the id of its trace. A request that names a trace and no request id of its
own takes over the former; so log lines, changes, jobs and webhooks carry the trace's id without a
column of their own. An id of another form stands for the trace that is derived from it.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
TRACE_ID = re.compile(r"[0-9a-f]{32}")
NO_TRACE, NO_SPAN = "0" * 32, "0" * 16


def trace_of(traceparent: str) -> tuple[str, str]:
    """Return the ids of the trace and of the calling span; two empty texts if there are none."""
    found = TRACEPARENT.fullmatch(traceparent)
    if not found or traceparent.startswith("ff") or NO_TRACE in found[1] or found[2] == NO_SPAN:
        return "", ""
    return found[1], found[2]


def trace_id(request_id: str) -> str:
    """Return the id of the trace that a request belongs to, 32 hexadecimal digits."""
    if TRACE_ID.fullmatch(request_id) and request_id != NO_TRACE:
        return request_id
    return sha256(request_id.encode()).hexdigest()[:32]


def span_id(request_id: str) -> str:
    """Return the id of a request's own span, 16 hexadecimal digits: known without being kept."""
    return sha256(f"span {request_id}".encode()).hexdigest()[:16]


def passed_on(request_id: str) -> Mapping[str, str]:
    """Return the headers that tell another server for which request it is called."""
    if not request_id:
        return {}
    parent = f"00-{trace_id(request_id)}-{span_id(request_id)}-01"
    return {"X-Request-ID": request_id, "traceparent": parent}

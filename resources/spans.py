"""OpenTelemetry traces: a span for each request and statement, sent to a collector by OTLP.

Off unless `OTLP_ENDPOINT` is set. What is sent is OTLP over HTTP as JSON
(https://opentelemetry.io/docs/specs/otlp/), which every collector takes: so nothing has to be
installed, and a process without traces loads nothing. A collector that is away loses spans; nobody
waits for it.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from secrets import token_hex
from threading import Thread
from time import sleep, time_ns
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import Request, urlopen

import orjson

from resources import tracing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

logger = logging.getLogger("holobase.traces")

SERVICE = "holobase"
SENT_EVERY, ANSWER_SECONDS = 1.0, 5.0
MOST_WAITING = 20_000
"""Spans that wait to be sent; the oldest is dropped for another."""
AT_ONCE = 2_000
INTERNAL, SERVER, CLIENT, CONSUMER = 1, 2, 3, 5
FAILED = 2


class SpanExporter:
    """Gathers spans and sends them, once a second, from a thread of its own."""

    def __init__(self) -> None:
        self.is_on = False
        self.address = ""
        self.waiting: deque[Mapping[str, object]] = deque(maxlen=MOST_WAITING)
        self.thread: Thread | None = None
        os.register_at_fork(after_in_child=self._begin_anew)

    def send_to(self, endpoint: str) -> None:
        """Send from now on to a collector, such as `http://localhost:4318`."""
        self.address, self.is_on = f"{endpoint}/v1/traces", True

    def add(self, span: Mapping[str, object]) -> None:
        """Have a span sent within a second or two."""
        self.waiting.append(span)
        # Not sooner: the process may have forked meanwhile.
        if self.thread is None:
            self.thread = Thread(target=self._send_for_ever, name="traces", daemon=True)
            self.thread.start()

    def _begin_anew(self) -> None:
        """Have a child that was forked send its own spans."""
        self.waiting.clear()
        self.thread = None

    def _send_for_ever(self) -> None:
        while True:
            sleep(SENT_EVERY)
            self.flush()

    def flush(self) -> None:
        """Send what waits; what a collector does not take is lost."""
        while spans := [self.waiting.popleft() for _turn in range(min(len(self.waiting), AT_ONCE))]:
            body = orjson.dumps(self.document(spans))
            request = Request(self.address, body, {"Content-Type": "application/json"})  # noqa: S310 - the operator's
            try:
                urlopen(request, timeout=ANSWER_SECONDS).close()  # noqa: S310 - the operator's
            except OSError as failure:
                logger.warning("%d spans are lost: %s", len(spans), failure)
                return

    def document(self, spans: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
        """Return spans as the OTLP message `ExportTraceServiceRequest`."""
        resource = {"attributes": _attributes({"service.name": SERVICE})}
        scope = {"scope": {"name": "holobase"}, "spans": spans}
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


exporter = SpanExporter()


class SpanIds(NamedTuple):
    """Which trace a span is of, which it is, and of which other it is a part."""

    trace: str
    own: str
    parent: str


def note_request(
    name: str, request_id: str, parent: str, seconds: float, attributes: Mapping[str, str | int]
) -> None:
    """Note the span of a request, which ends now and took so many seconds."""
    ids = SpanIds(tracing.trace_id(request_id), tracing.span_id(request_id), parent)
    span = _span(name, SERVER, ids, seconds, attributes)
    if int(attributes.get("http.response.status_code", 0)) >= 500:
        span["status"] = {"code": FAILED}
    exporter.add(span)


def note_step(
    name: str, kind: int, request_id: str, seconds: float, attributes: Mapping[str, str | int]
) -> None:
    """Note what was a part of a request, or was done for it later, and ends now."""
    ids = SpanIds(tracing.trace_id(request_id), token_hex(8), tracing.span_id(request_id))
    exporter.add(_span(name, kind, ids, seconds, attributes))


def _span(
    name: str, kind: int, ids: SpanIds, seconds: float, attributes: Mapping[str, str | int]
) -> dict[str, object]:
    end = time_ns()
    begin = end - int(seconds * 1e9)
    return {
        "traceId": ids.trace,
        "spanId": ids.own,
        "parentSpanId": ids.parent,
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(begin),
        "endTimeUnixNano": str(end),
        "attributes": _attributes(attributes),
    }


def _attributes(values: Mapping[str, str | int]) -> list[dict[str, object]]:
    return [
        {
            "key": key,
            "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value},
        }
        for key, value in values.items()
    ]

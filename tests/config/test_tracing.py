"""One id from a client's trace to log lines, changes and webhooks; spans if a collector is set."""

from __future__ import annotations

import json
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import make_server

import pytest
from django.db import connection

from resources import context, spans, tracing
from resources.jobs.declaration import job
from resources.models import Change
from server import statements
from tests.client import Api, Browser
from tests.config.test_fast_path_and_django import ask
from tests.working import run_due

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resources.json_text import JsonObject
    from tests.personas import Persona


@job()
def keeps_quiet() -> None:
    """Do nothing."""


TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


def test_a_trace_names_its_requests_on_both_paths(transactional_db: None, alice: Persona) -> None:
    headers = {"Authorization": alice.authorization, "traceparent": TRACEPARENT}
    made = ask("POST", "/api/v1/cards", json={"title": "Dragon"}, headers=headers)
    assert made.headers["x-request-id"] == TRACE
    assert Change.objects.get(resource="cards").request_id == TRACE
    assert Browser().get("/healthz", headers=headers)["X-Request-ID"] == TRACE
    named = headers | {"X-Request-ID": "from-a-proxy"}
    assert ask("GET", "/api/v1/cards", headers=named).headers["x-request-id"] == "from-a-proxy"


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
    ],
)
def test_what_is_no_trace_names_nothing(given: str) -> None:
    assert tracing.trace_of(given) == ("", "")


def test_another_server_is_told_for_which_request_it_is_called() -> None:
    assert tracing.trace_of(TRACEPARENT) == (TRACE, SPAN)
    assert tracing.passed_on("") == {}
    told = tracing.passed_on(TRACE)
    assert told["X-Request-ID"] == TRACE
    assert tracing.trace_of(told["traceparent"]) == (TRACE, tracing.span_id(TRACE))
    other = tracing.trace_of(tracing.passed_on("from-a-proxy")["traceparent"])
    assert other == (tracing.trace_id("from-a-proxy"), tracing.span_id("from-a-proxy"))


@pytest.fixture
def collector() -> Iterator[tuple[str, list[object]]]:
    """Serve OTLP over HTTP. Yield its address and the spans that came."""
    spans_heard: list[Any] = []

    def app(environ: JsonObject, start: Callable[..., object]) -> list[bytes]:
        assert environ["PATH_INFO"] == "/v1/traces"
        message = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        for resource in message["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                spans_heard.extend(scope["spans"])
        start("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    with make_server("127.0.0.1", 0, app) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", spans_heard
        server.shutdown()
        thread.join()


def test_a_request_and_its_statements_are_spans_of_one_trace(
    alice: Persona, collector: tuple[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, heard = collector
    exporter = spans.SpanExporter()
    exporter.send_to(endpoint)
    monkeypatch.setattr(spans, "exporter", exporter)
    client = Api(alice.token).client
    with connection.execute_wrapper(statements.watched):
        answer = client.post(
            "/api/v1/posts",
            {"text": "A text that nobody's collector has to know"},
            content_type="application/json",
            headers={"traceparent": TRACEPARENT},
        )
    assert answer.status_code == 201
    exporter.flush()
    assert {span["traceId"] for span in heard} == {TRACE}
    (request,) = [span for span in heard if span["kind"] == spans.SERVER]
    assert request["parentSpanId"] == SPAN
    assert request["name"].startswith("POST ")
    assert int(request["startTimeUnixNano"]) < int(request["endTimeUnixNano"])
    statements_seen = [span for span in heard if span["kind"] == spans.CLIENT]
    assert "INSERT" in {span["name"] for span in statements_seen}
    assert {span["parentSpanId"] for span in statements_seen} == {request["spanId"]}
    assert "A text that nobody" not in json.dumps(heard)


def test_a_job_is_a_part_of_the_request_that_asked_for_it(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = spans.SpanExporter()
    exporter.is_on = True
    monkeypatch.setattr(exporter, "add", exporter.waiting.append)
    monkeypatch.setattr(spans, "exporter", exporter)
    with context.within(TRACE):
        keeps_quiet.enqueue()
    assert run_due() == 1
    (attempt,) = [span for span in exporter.waiting if span["kind"] == spans.CONSUMER]
    assert attempt["name"] == "job keeps_quiet"
    assert (attempt["traceId"], attempt["parentSpanId"]) == (TRACE, tracing.span_id(TRACE))


def test_a_collector_that_is_away_costs_spans_alone(caplog: pytest.LogCaptureFixture) -> None:
    exporter = spans.SpanExporter()
    exporter.address = "http://127.0.0.1:9/v1/traces"
    exporter.waiting.append({"name": "x"})
    exporter.flush()
    assert "1 spans are lost" in caplog.text
    assert not exporter.waiting


def test_slow_statements_are_logged_without_values_and_with_how_they_run(
    transactional_db: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements.threshold, "seconds", 0.0)
    context.begin(TRACE)
    with connection.execute_wrapper(statements.watched), connection.cursor() as cursor:
        sql = "SELECT id FROM community_post WHERE text = %s ORDER BY created_at"
        cursor.execute(sql, ["nobody's business"])
    told = [
        vars(each)["fields"] for each in caplog.records if each.getMessage() == "slow statement"
    ]
    assert {each["sql"] for each in told} == {sql}
    fields = told[0]
    assert "scan" in fields["plan"].lower(), "of the table, in either database's words"
    assert fields["duration_ms"] >= 0
    assert "nobody's business" not in str(fields)


@pytest.mark.embedded
def test_the_lean_cursor_of_sqlite_notices_slow_statements_too(
    transactional_db: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements.threshold, "seconds", 0.0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM community_post WHERE text = %s", ["private"])
    texts = [vars(each)["fields"]["sql"] for each in caplog.records if "slow" in each.getMessage()]
    assert texts == ["SELECT COUNT(*) FROM community_post WHERE text = %s"]

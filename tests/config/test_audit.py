"""`./holo audit`: clean, vulnerable, explained, and a service that can't be reached."""

from __future__ import annotations

import json
import socket
from io import StringIO
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.simple_server import make_server

import pytest
from django.core.management import call_command

from config.management.commands import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resources.json_text import JsonObject

KNOWN = ("django", "GHSA-aaaa-bbbb-cccc")


@pytest.fixture
def service() -> Iterator[str]:
    """Serve the protocol of osv.dev, which knows something about one package."""

    def app(environ: JsonObject, start: Callable[..., object]) -> list[bytes]:
        length = int(environ["CONTENT_LENGTH"])
        queries = json.loads(environ["wsgi.input"].read(length))["queries"]
        results = [
            {"vulns": [{"id": KNOWN[1]}]} if query["package"]["name"] == KNOWN[0] else {}
            for query in queries
        ]
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"results": results}).encode()]

    with make_server("127.0.0.1", 0, app) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def audited(address: str) -> tuple[int, str]:
    out, status = StringIO(), 0
    try:
        call_command("audit", service=address, stdout=out, stderr=out)
    except SystemExit as ended:
        status = int(str(ended.code))
    return status, out.getvalue()


def test_a_known_vulnerability_fails_until_it_is_explained(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = audited(service)
    assert status == audit.VULNERABLE
    assert f"{KNOWN[1]}  not explained" in said
    why = {KNOWN[1]: "only for those who use MySQL"}
    monkeypatch.setattr(audit, "accepted_vulnerabilities", lambda: why)
    status, said = audited(service)
    assert status == 0
    assert "only for those who use MySQL" in said
    assert "nothing that is not explained" in said


def test_a_service_that_can_not_be_reached_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    status, said = audited(f"http://127.0.0.1:{port}")
    assert status == audit.UNREACHABLE
    assert said.startswith("unreachable: ")
    names = dict(audit.locked_packages())
    assert names["django"].startswith("6.")
    assert f"the {len(audit.locked_packages())} packages" in said

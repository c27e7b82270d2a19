"""The application as a server runs it: the fast path and Django's answer alike."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from asgiref.testing import ApplicationCommunicator

from cards.models import Card
from config.readiness import CHECKS
from files.storage import set_up_storage
from resources import registry
from resources.targets import Target
from server.app import application
from server.fast_path import is_answered_here
from tests.client import Api
from tests.personas import new_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

JSON = {"Content-Type": "application/json"}
# What differs from one request to the next, or is the server's own business.
PASSING = {"x-request-id", "content-length", "date", "ratelimit-reset"}


served: Any = application


def ask(method: str, path: str, **options: Any) -> httpx.Response:
    """Send one request through the whole ASGI application."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=served, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


@pytest.fixture
def dana(transactional_db: None) -> dict[str, str]:
    """Sign a member in for tests whose rows other threads must see."""
    return {"Authorization": new_member("dana").authorization}


def test_a_card_can_be_written_and_read_by_the_fast_path(dana: dict[str, str]) -> None:
    created = ask("POST", "/api/v1/cards", json={"title": "Dragon"}, headers=dana)
    assert created.status_code == 201, created.text
    path = created.headers["location"]
    tag = created.headers["etag"]
    seen = ask("GET", path, headers=dana | {"If-None-Match": tag})
    assert (seen.status_code, seen.content) == (304, b"")
    changed = ask("PATCH", path, json={"title": "Moth"}, headers=dana | {"If-Match": tag})
    assert changed.json()["title"] == "Moth"
    listed = ask("GET", "/api/v1/cards?limit=1&count=exact", headers=dana).json()
    assert (listed["results"][0]["title"], listed["count"]) == ("Moth", 1)
    head = ask("HEAD", path, headers=dana)
    assert (head.status_code, head.content) == (200, b"")
    assert ask("DELETE", path, headers=dana).status_code == 204
    assert ask("GET", path, headers=dana).status_code == 404


def test_many_can_write_at_once_and_one_failure_harms_no_other(dana: dict[str, str]) -> None:
    async def write(client: httpx.AsyncClient, number: int) -> int:
        title = "" if number % 5 == 0 else f"Card {number}"
        sent = await client.post("/api/v1/cards", json={"title": title}, headers=dana)
        return sent.status_code

    async def write_all() -> list[int]:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await asyncio.gather(*(write(client, number) for number in range(40)))

    assert sorted(asyncio.run(write_all())) == [201] * 32 + [400] * 8
    counted = ask("GET", "/api/v1/cards?count=exact&limit=1", headers=dana).json()["count"]
    assert counted == 32


def test_a_form_with_a_picture_goes_through_django(dana: dict[str, str]) -> None:
    sent = ask("POST", "/api/v1/cards", data={"title": "Form"}, files={"x": b""}, headers=dana)
    assert sent.json()["errors"][0] == {
        "field": "x",
        "code": "unknown_field",
        "message": "There is no such field to write here.",
    }
    created = ask("POST", "/api/v1/cards", json={"title": "Dragon"}, headers=dana).json()
    published = ask("POST", f"/api/v1/cards/{created['id']}/publish", headers=dana)
    assert published.json()["status"] == "published"
    assert ask("GET", "/healthz").json() == {"status": "ok"}
    assert ask("GET", "/").status_code == 200
    docs = ask("GET", "/api/docs")
    assert "swagger" in docs.text


REQUESTS = [
    ("GET", "/api/v1/cards", {}),
    ("GET", "/api/v1/cards?expand=creator&fields=id,expand.creator.id", {}),
    ("GET", '/api/v1/cards?filter=title~"x"', {}),
    ("GET", "/api/v1/cards?filter=titel=1", {"Accept-Language": "ko"}),
    ("GET", "/api/v1/cards/nothing", {}),
    ("GET", "/api/v1/cards?limit=0", {}),
    ("GET", "/api/v1/card-likes", {}),
    ("GET", "/api/v1/users?sort=username", {}),
    ("GET", "/api/v1/cards", {"Authorization": "Bearer nonsense"}),
    ("POST", "/api/v1/cards", JSON),
    ("PATCH", "/api/v1/cards/nothing", JSON),
    ("DELETE", "/api/v1/cards/nothing", {}),
    ("PUT", "/api/v1/cards/nothing/like", {}),
    ("PUT", f"/api/v1/cards/{UUID(int=0)}/like?fields=titel", JSON),
    ("DELETE", f"/api/v1/cards/{UUID(int=0)}/like", {}),
    ("POST", f"/api/v1/cards/{UUID(int=0)}/like", {}),
    ("POST", f"/api/v1/cards/{UUID(int=0)}/restore", JSON),
    ("POST", "/api/v1/users/me/sign-out", JSON),
]


@pytest.mark.parametrize(("method", "path", "headers"), REQUESTS)
def test_both_paths_give_the_same_answer(
    dana: dict[str, str], method: str, path: str, headers: dict[str, str]
) -> None:
    for who in ({}, dana):
        sent = who | headers
        body = b'{"title": ""}' if method in ("POST", "PATCH") else b""
        short = ask(method, path, headers=sent, content=body)
        django = getattr(Api().client, method.lower())
        content = {"data": body, "content_type": "application/json"} if body else {}
        long = django(path, headers=sent, **content)
        assert short.status_code == long.status_code, short.text
        if short.headers.get("content-type", "").endswith("json"):
            ours, theirs = short.json(), long.json()
            for answer in (ours, theirs):
                answer.pop("request_id", None)
            assert ours == theirs
        known = {name.lower(): value for name, value in long.headers.items()}
        for name in ("content-type", "etag", "x-content-type-options", "x-frame-options"):
            assert short.headers.get(name) == known.get(name), name


def test_the_fast_path_refuses_what_it_cannot_read(dana: dict[str, str]) -> None:
    headers = dana | JSON
    assert ask("POST", "/api/v1/cards", content=b"{bad", headers=headers).status_code == 400
    huge = b'{"title": "%s"}' % (b"x" * 3_000_000)
    assert ask("POST", "/api/v1/cards", content=huge, headers=headers).status_code == 413
    assert ask("POST", "/api/v1/nothing", content=b"{}", headers=headers).status_code == 404
    assert ask("PUT", "/api/v1/cards", content=b"{}", headers=headers).status_code == 405


def test_a_crash_tells_nothing_but_its_request_id(
    dana: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_arguments: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("resources.http.reads.page_of", crash)
    response = ask("GET", "/api/v1/cards", headers=dana)
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "secret" not in response.text


def test_only_allowed_hosts_and_secure_requests_pass(settings: Settings, db: None) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    scope: JsonObject = {"method": "GET", "headers": [(b"host", b"testserver")]}
    cards = Target(registry.resource_of(Card))
    assert not is_answered_here(scope, dict(scope["headers"]), cards)
    scope["headers"].append((b"x-forwarded-proto", b"https"))
    assert is_answered_here(scope, dict(scope["headers"]), cards)
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    assert ask("GET", "/api/v1/cards", headers={"Host": "evil example"}).status_code == 400


def test_every_request_leaves_one_line_with_its_id(
    dana: dict[str, str], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    answer = ask("GET", "/api/v1/cards", headers=dana | {"X-Request-ID": "given-1"})
    assert answer.headers["x-request-id"] == "given-1"
    ask("GET", "/healthz", headers={"X-Request-ID": "not a word"})
    lines = [record for record in caplog.records if record.name == "holobase.request"]
    shown: list[JsonObject] = [record.__dict__["fields"] for record in lines]
    assert [(line["path"], line["status"]) for line in shown] == [
        ("/api/v1/cards", 200),
        ("/healthz", 200),
    ]
    assert {"ip_address", "method", "duration_ms"} <= set(shown[0])


def test_a_websocket_answers_pings_and_says_what_it_does_not_know(db: None) -> None:
    async def talk() -> list[JsonObject]:
        scope = {"type": "websocket", "path": "/ws/v1", "query_string": b"", "headers": []}
        socket = ApplicationCommunicator(application, scope)
        await socket.send_input({"type": "websocket.connect"})
        assert (await socket.receive_output(30))["type"] == "websocket.accept"
        answers = []
        for text in ('{"type": "ping", "ref": "1"}', '{"type": {}}', "[]", "{"):
            await socket.send_input({"type": "websocket.receive", "text": text})
            answers.append(json.loads((await socket.receive_output(30))["text"]))
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait()
        return answers

    pong, unknown, odd, malformed = asyncio.run(talk())
    assert pong == {"type": "pong", "ref": "1"}
    assert unknown["code"] == odd["code"] == "unknown_type"
    assert malformed["code"] == "malformed"


def test_an_operator_can_watch(alice: Persona) -> None:
    set_up_storage()  # as the command that serves does
    client = alice.api.client
    ready = client.get("/readyz").json()
    assert ready["status"] == "degraded", "nobody works in the background"
    assert set(ready["parts"]) == set(CHECKS)
    assert b"django_http_requests" in client.get("/metrics").content
    assert client.get("/nothing").json()["code"] == "not_found"

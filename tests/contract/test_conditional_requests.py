"""Conditional requests, HEAD and merge patches (RFC 9110, 5789, 7396), alike on both paths."""

from __future__ import annotations

import json
import re
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group

from files.models import File
from tests.client import Api
from tests.config.test_fast_path_and_django import ask
from tests.contract.document import openapi_document
from tests.files.drawings import drawn
from tests.personas import new_member
from users.models import User
from users.services.roles import assign_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Response
    from tests.personas import Persona

    type Send = Callable[..., Any]

NOBODY = "00000000-0000-7000-8000-000000000000"
MERGE_PATCH = "application/merge-patch+json"
PATCHES = "application/json, multipart/form-data, application/merge-patch+json"


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    """A member whose rows other threads see."""
    return new_member("dana")


def by_django(method: str, path: str, headers: dict[str, str], content: bytes = b"") -> Response:
    kind = headers.get("Content-Type", "application/octet-stream")
    return Api().client.generic(method, path, content, kind, headers=headers)


def by_the_fast_path(
    method: str, path: str, headers: dict[str, str], content: bytes = b""
) -> object:
    return ask(method, path, headers=headers, content=content)


@pytest.fixture(params=[by_django, by_the_fast_path])
def send(request: pytest.FixtureRequest) -> Send:
    path: Send = request.param
    return path


@pytest.fixture
def card(dana: Persona) -> str:
    created = dana.creates("cards", title="Dragon", effects={"preset": "holo", "intensity": 0.5})
    return f"/api/v1/cards/{created['id']}"


def known(etag: str) -> list[tuple[str, int]]:
    """Pair each `If-None-Match` with the status of a GET."""
    return [
        (etag, 304),
        (f"W/{etag}", 304),
        (f'"other", {etag}', 304),
        (f'W/"other",W/{etag} , "third"', 304),
        ("*", 304),
        (" * ", 304),
        ('"other"', 200),
        (f'"x{etag.strip(chr(34))}"', 200),
        (etag.strip('"'), 200),
        ('"', 200),
        ("", 200),
    ]


def test_whoever_has_it_already_is_told_so(dana: Persona, card: str, send: Send) -> None:
    me = {"Authorization": dana.authorization}
    for path in (card, "/api/v1/cards", "/api/v1/users/me"):
        etag = send("GET", path, me).headers["ETag"]
        for given, status in known(etag):
            for method in ("GET", "HEAD"):
                answer = send(method, path, {**me, "If-None-Match": given})
                assert (answer.status_code, answer.headers["ETag"]) == (status, etag), given
                assert bool(answer.content) is (status == 200 and method == "GET")


def test_what_is_not_there_is_not_known_either(dana: Persona, card: str, send: Send) -> None:
    headers = {"Authorization": dana.authorization, "If-None-Match": "*"}
    assert send("GET", f"{card[:-2]}zz", headers).status_code == 404


def test_a_change_can_be_made_only_if_it_is_another(dana: Persona, card: str, send: Send) -> None:
    me = {"Authorization": dana.authorization, "Content-Type": "application/json"}
    etag = send("GET", card, me).headers["ETag"]
    for given, status in known(etag):
        if status == 304:
            conditions = {**me, "If-None-Match": given}
            assert send("PATCH", card, conditions, b'{"title": "x"}').status_code == 412
            assert send("DELETE", card, conditions).status_code == 412
    assert send("GET", card, me).json()["title"] == "Dragon"
    other = {**me, "If-None-Match": '"other"'}
    assert send("PATCH", card, other, b'{"title": "Moth"}').status_code == 200


def known_before(me: dict[str, str], before: Any) -> dict[str, str]:
    return {**me, "If-None-Match": before.headers["ETag"]}


def test_a_picture_described_later_changes_the_tag(dana: Persona, send: Send) -> None:
    picture = {"front": ("a.png", drawn("PNG"), "image/png"), "title": (None, "Dragon")}
    me = {"Authorization": dana.authorization}
    created = ask("POST", "/api/v1/cards", headers=me, files=picture)
    assert created.status_code == 201, created.text
    path = created.headers["Location"]
    before = send("GET", path, me)
    assert len(before.json()["front"]["blurhash"]) > 6
    File.objects.update(blurhash="LKO2?U%2Tw=w]~RBVZRi};RPxuwH")
    until = monotonic() + 10
    # Other processes than the worker's hear of files by asking again now and then.
    while (after := send("GET", path, known_before(me, before))).status_code == 304:
        assert monotonic() < until
        sleep(0.05)
    assert after.json()["front"]["blurhash"] == "LKO2?U%2Tw=w]~RBVZRi};RPxuwH"
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_reader_who_gains_a_role_is_answered_anew(dana: Persona, send: Send) -> None:
    eve = new_member("eve")
    me = {"Authorization": dana.authorization}
    path = f"/api/v1/users/{eve.id}"
    before = send("GET", path, me)
    assert before.json()["email"] is None
    Group.objects.get_or_create(name="moderator")  # emptied with all tables
    assign_role(User.objects.get(pk=dana.id), by=eve.actor, role="moderator")
    after = send("GET", path, {**me, "If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json()["email"] == "eve@example.com"
    changed = {**me, "If-Match": after.headers["ETag"], "Content-Type": "application/json"}
    assert send("PATCH", path, changed, b"{}").status_code == 403


def test_tags_of_every_view_of_a_record_guard_its_changes(
    dana: Persona, card: str, send: Send
) -> None:
    me = {"Authorization": dana.authorization, "Content-Type": "application/json"}
    for number, query in enumerate(("", "?fields=id", "?expand=creator")):
        etag = send("GET", card + query, me).headers["ETag"]
        for given, status in ((f'"0", {etag}', 200), (etag, 412)):
            title = json.dumps({"title": f"Dragon {number}"}).encode()
            answer = send("PATCH", card, {**me, "If-Match": given}, title)
            assert answer.status_code == status, (query, given)


@pytest.mark.parametrize(
    ("patch", "effects"),
    [
        ({"title": "Moth"}, {"preset": "holo", "intensity": 0.5}),
        ({"effects": {"intensity": 0.7}}, {"preset": "holo", "intensity": 0.7}),
        ({"effects": {"intensity": None}}, {"preset": "holo"}),
        ({"effects": {}}, {"preset": "holo", "intensity": 0.5}),
    ],
)
def test_a_merge_patch_changes_what_it_names(
    dana: Persona, card: str, send: Send, patch: dict[str, object], effects: dict[str, object]
) -> None:
    kind = {"Authorization": dana.authorization, "Content-Type": f"{MERGE_PATCH}; charset=utf-8"}
    answer = send("PATCH", card, kind, json.dumps(patch).encode())
    assert answer.status_code == 200, answer.content
    assert answer.json()["effects"] == effects
    assert answer.json()["title"] == patch.get("title", "Dragon")


def test_null_empties_a_column_or_is_refused_as_in_json(
    dana: Persona, card: str, send: Send
) -> None:
    for kind in (MERGE_PATCH, "application/json"):
        headers = {"Authorization": dana.authorization, "Content-Type": kind}
        assert send("PATCH", card, headers, b'{"back": null}').status_code == 200
        refused = send("PATCH", card, headers, b'{"title": null, "status": "published"}')
        assert refused.status_code == 400
        assert [error["field"] for error in refused.json()["errors"]] == ["title"]
    assert send("GET", card, headers).json()["status"] == "draft"


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"', b"{", b'{"titel": 1}'])
def test_a_merge_patch_that_is_none_is_refused(
    dana: Persona, card: str, send: Send, body: bytes
) -> None:
    headers = {"Authorization": dana.authorization, "Content-Type": MERGE_PATCH}
    assert send("PATCH", card, headers, body).status_code == 400


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json-patch+json", "application/jsonx", "application/xml"]
)
def test_a_patch_of_another_kind_is_refused_with_what_would_do(
    dana: Persona, card: str, send: Send, kind: str
) -> None:
    headers = {"Authorization": dana.authorization, "Content-Type": kind}
    answer = send("PATCH", card, headers, b'{"title": "x"}')
    assert (answer.status_code, answer.headers["Accept-Patch"]) == (415, PATCHES)
    assert send("PATCH", "/api/v1/users/me", headers, b"{}").headers["Accept-Patch"] == PATCHES


def test_nothing_is_created_by_a_merge_patch(dana: Persona, send: Send) -> None:
    headers = {"Authorization": dana.authorization, "Content-Type": MERGE_PATCH}
    assert send("POST", "/api/v1/cards", headers, b'{"title": "x"}').status_code == 415


NO_ANSWER_TWICE = (
    "x-request-id",
    "content-security-policy",  # with a nonce
    "date",
    "expires",
    "ratelimit-remaining",
    "ratelimit-reset",
    "set-cookie",
)
PAGES = (
    "/",
    "/admin/login/",
    "/api/docs",
    "/api/schema",
    "/healthz",
    "/metrics",
    "/.well-known/jwks.json",
    "/account/verify",
    "/nothing",
)


def readable() -> list[str]:
    """Find every address of the documentation that has a GET."""
    documented = openapi_document()
    paths = [path for path, operations in documented["paths"].items() if "get" in operations]
    return [re.sub(r"\{[^}]+\}", NOBODY, path) for path in paths]


def test_whatever_can_be_got_can_be_asked_about(dana: Persona, card: str) -> None:
    me = {"Authorization": dana.authorization}
    paths = readable()
    assert len(paths) > 50
    for path in (*paths, *PAGES, card, f"/api/v1/users/{dana.id}"):
        got, asked = (ask(method, path, headers=me) for method in ("GET", "HEAD"))
        assert asked.status_code == got.status_code, path
        assert asked.content == b"", path
        headers = [
            {name: value for name, value in answer.headers.items() if name not in NO_ANSWER_TWICE}
            for answer in (got, asked)
        ]
        if path != "/metrics":  # which counts the request before
            assert headers[1].get("content-length") in (headers[0].get("content-length"), None)
            headers = [one | {"content-length": ""} for one in headers]
        assert headers[1].keys() == headers[0].keys(), path
        assert path == "/metrics" or headers[0] == headers[1], path


def test_a_stream_of_events_can_be_asked_about(dana: Persona) -> None:
    me = {"Authorization": dana.authorization}
    there = ask("HEAD", "/api/v1/events?topic=cards", headers=me)
    assert (there.status_code, there.content) == (200, b"")
    assert there.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    for path, status in (("events", 400), ("events?topic=nothing", 404)):
        refused = ask("HEAD", f"/api/v1/{path}", headers=me)
        assert (refused.status_code, refused.content) == (status, b"")

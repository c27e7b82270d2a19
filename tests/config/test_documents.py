"""What is the same for everyone is made once, and not sent again to whoever has it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from config.documents import OpenApiDocuments
from tests.config.test_fast_path_and_django import ask, served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rest_framework.renderers import BaseRenderer

pytestmark = pytest.mark.embedded

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
AT_ONCE = 32


@pytest.fixture
def not_made_yet(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Forget the documents; returns by what they are written from now on."""
    made: list[str] = []
    fresh = OpenApiDocuments()
    render = fresh._render

    def counted(renderer: BaseRenderer) -> object:
        made.append(type(renderer).__name__)
        return render(renderer)

    monkeypatch.setattr(fresh, "_render", counted)
    monkeypatch.setattr("config.documents.documents", fresh)
    return made


async def all_at_once(headers: dict[str, str]) -> Sequence[httpx.Response]:
    """Ask for the document as often as a site with many visitors does."""
    transport = httpx.ASGITransport(app=served)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        asking = (client.get("/api/schema", headers=headers) for _one in range(AT_ONCE))
        return await asyncio.gather(*asking)


def test_many_can_ask_for_the_openapi_document_at_once(not_made_yet: list[str]) -> None:
    answers = asyncio.run(all_at_once({}))
    assert [answer.status_code for answer in answers] == [200] * AT_ONCE
    assert {answer.content for answer in answers} == {SNAPSHOT.read_bytes()}
    assert len(not_made_yet) == 1


def test_whoever_has_the_document_is_told_so(not_made_yet: list[str]) -> None:
    first = ask("GET", "/api/schema")
    tag = first.headers["etag"]
    again = ask("GET", "/api/schema", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    head = ask("HEAD", "/api/schema")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert len(not_made_yet) == 1


def test_the_document_comes_in_each_language_and_format(not_made_yet: list[str]) -> None:
    json, korean = {"Accept": "application/json"}, {"Accept-Language": "ko"}
    documents = [ask("GET", "/api/schema", headers=sent) for sent in (json, korean, json | korean)]
    assert len({document.headers["etag"] for document in documents}) == 3
    assert documents[0].json()["info"] == documents[2].json()["info"]
    vary = documents[0].headers["vary"]
    assert {"Accept", "Accept-Language"} <= {name.strip() for name in vary.split(",")}


def test_whoever_has_the_public_keys_is_told_so(transactional_db: None) -> None:
    keys = ask("GET", "/.well-known/jwks.json")
    again = ask("GET", "/.well-known/jwks.json", headers={"If-None-Match": keys.headers["etag"]})
    assert (keys.status_code, again.status_code, again.content) == (200, 304, b"")

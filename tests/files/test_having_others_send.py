"""Files that nginx or the bucket sends, once it is clear who may have them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.files.storage import default_storage, storages

from tests.client import Browser
from tests.environment import ROOT
from tests.files.served import stored
from tests.files.stored import address_of

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from files.models import File

CONTENT = random.Random(2).randbytes(300_000)


@pytest.fixture
def file(db: None) -> File:
    return stored(CONTENT)


def fetch(file: File, method: str = "get", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(Browser(), method)(address_of(file), headers=named)


@pytest.mark.embedded
def test_nginx_is_told_what_to_send(file: File, settings: Settings) -> None:
    settings.FILES_ACCEL = "/internal/files/"
    for method in ("get", "head"):
        answer = fetch(file, method, Range="bytes=2-5")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer["X-Accel-Redirect"] == f"/internal/files/{file.key}"
        assert answer["ETag"] == file.entity_tag
        assert answer["Content-Type"] == "image/png"
    known = fetch(file, If_None_Match=file.entity_tag)
    assert known.status_code == 304
    assert "X-Accel-Redirect" not in known


@pytest.mark.servers
def test_the_bucket_sends_by_a_link(file: File, settings: Settings) -> None:
    settings.FILES_REDIRECT = True
    answer = fetch(file)
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert fetch(file)["Location"] == answer["Location"]
    sent = httpx.get(answer["Location"])
    assert (sent.status_code, sent.content) == (200, CONTENT)
    assert sent.headers["Content-Type"] == "image/png"
    assert sent.headers["Content-Disposition"] == answer["Content-Disposition"]
    assert "immutable" in sent.headers["Cache-Control"]
    part = httpx.get(answer["Location"], headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, CONTENT[2:6])
    other = httpx.get(answer["Location"].replace(file.key, "pictures/other.png"))
    assert other.status_code == 403
    assert fetch(file, If_None_Match=file.entity_tag).status_code == 304
    head = fetch(file, "head")
    assert (head.status_code, head["Content-Length"]) == (200, str(len(CONTENT)))


@pytest.mark.servers
def test_links_name_the_server_as_clients_know_it(file: File, settings: Settings) -> None:
    options = {**settings.STORAGES["default"]["OPTIONS"], "public_url": "https://s3.example:9000"}
    storage: Any = type(storages["default"])(**options)
    link = storage.signed_link(
        file.key, content_type="image/png", disposition="inline", cache_control="no-store"
    )
    assert urlsplit(link).netloc == "s3.example:9000"
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link
    assert default_storage.exists(file.key)


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FILES_ACCEL", "internal", "FILES_ACCEL: expected the path of an internal location"),
        ("FILES_REDIRECT", "1", "FILES_REDIRECT: there is no bucket"),
    ],
)
def test_what_cannot_send_is_told_at_start(variable: str, value: str, said: str) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "version"],
        cwd=ROOT,
        env={**os.environ, variable: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert said in run.stderr

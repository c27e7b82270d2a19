"""A cache in front is told which files it has to forget, and of nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, override

import orjson
import pytest

from files.access.purging import PurgeError
from files.tasks import purge
from resources.models import Job
from tests.files.served import stored
from tests.personas import new_member
from tests.users.conftest import IMMEDIATELY
from tests.working import run_due, run_later, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from files.models import File
    from tests.personas import Persona

type Told = tuple[str, dict[str, str], list[str]]


class Cache(HTTPServer):
    """A cache in front, which notes what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listening)
        self.told: list[Told] = []
        self.status = 200

    @property
    def tags(self) -> list[str]:
        """Return the tags of all purges."""
        return [tag for _path, _headers, tags in self.told for tag in tags]


class Listening(BaseHTTPRequestHandler):
    """Takes one request."""

    server: Cache

    def do_POST(self) -> None:
        """Note a purge."""
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.path, dict(self.headers), body["tags"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Cache]:
    with Cache() as cache:
        thread = Thread(target=cache.serve_forever)
        thread.start()
        try:
            yield cache
        finally:
            cache.shutdown()
            thread.join()


@pytest.fixture
def cache(settings: Settings) -> Iterator[Cache]:
    with listening() as told:
        settings.FILES_PURGE_URL = f"http://127.0.0.1:{told.server_port}/purge"
        settings.FILES_PURGE_HEADER = "Fastly-Key: secret"
        settings.TASKS = IMMEDIATELY
        yield told


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    return new_member("dana")


def tag_of(file: File) -> str:
    return file.key.removeprefix("pictures/").partition(".")[0]


def test_a_cache_is_told_when_a_card_is_hidden_and_of_nothing_else(
    cache: Cache, dana: Persona
) -> None:
    front, old = stored(b"1", dana.user), stored(b"2", dana.user)
    card = dana.creates("cards", title="Dragon", status="published", front=str(old.pk))
    path = f"cards/{card['id']}"
    dana.api.patch(path, {"title": "Moth", "front": str(front.pk)})
    dana.api.put(f"{path}/like")
    assert cache.tags == [], "its versions show the old front, too"
    dana.api.patch(path, {"visibility": "private"})
    assert set(cache.tags) == {tag_of(front), tag_of(old)}
    address, headers, tags = cache.told[0]
    assert (address, headers["Fastly-Key"]) == ("/purge", "secret")
    assert headers["Surrogate-Key"] == " ".join(tags)


def test_a_cache_is_told_when_a_record_is_deleted(cache: Cache, dana: Persona) -> None:
    kept, gone = stored(b"1", dana.user), stored(b"2", dana.user)
    dana.creates("posts", text="Look", images=[str(kept.pk)])
    post = dana.creates("posts", text="Look", images=[str(kept.pk), str(gone.pk)])
    dana.api.delete(f"posts/{post['id']}")
    assert cache.tags == [tag_of(gone)]


def test_a_member_who_leaves_takes_the_picture_along(cache: Cache, dana: Persona) -> None:
    avatar = stored(b"1", dana.user)
    dana.api.patch("users/me", {"avatar": str(avatar.pk)})
    assert cache.tags == []
    dana.api.patch("users/me", {"avatar": None})
    assert cache.tags == [tag_of(avatar)]


@pytest.mark.usefixtures("db")
def test_a_cache_that_is_away_is_told_again_later(settings: Settings) -> None:
    with listening() as cache:
        settings.FILES_PURGE_URL = f"http://127.0.0.1:{cache.server_port}"
        cache.status = 503
        purge.enqueue(["a"])
        assert run_due(purge) == 1
        assert waiting(purge).get().attempts == 1
        cache.status = 200
        assert run_later(purge) == 1
        purge.call([str(number) for number in range(31)])
    assert [len(tags) for _path, _headers, tags in cache.told] == [1, 1, 30, 1]
    with pytest.raises(PurgeError):
        purge.call(["a"])


@pytest.mark.usefixtures("dana")
def test_without_a_cache_nothing_is_done(settings: Settings) -> None:
    settings.FILES_PURGE_URL = ""
    member = new_member("bob")
    member.api.patch("users/me", {"avatar": str(stored(b"1", member.user).pk)})
    member.api.patch("users/me", {"avatar": None})
    assert not Job.objects.filter(path__startswith="files.tasks.purge").exists()

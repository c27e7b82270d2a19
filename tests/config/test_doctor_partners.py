"""`./holo doctor` about Redis, the S3 server and the mail server: each is there, wrong and away."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any, override
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from aiosmtpd.controller import Controller
from django.core.files.storage import default_storage
from redis import Redis

from config import backends
from config.doctor import exposure, partners
from config.doctor.setup_check import State
from files.storage import set_up_storage
from tests.config.setup_checks import nobodys_port, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject


@pytest.mark.servers
@pytest.mark.backends
def test_redis(settings: Settings) -> None:
    assert state("redis")[1].startswith("valkey")
    server = Redis.from_url(settings.REDIS_URL)
    try:
        for policy, expected in (("allkeys-lru", "warn"), ("volatile-ttl", "ok")):
            server.config_set("maxmemory", "100mb")
            server.config_set("maxmemory-policy", policy)
            assert state("redis_memory")[0] == expected
        assert state("redis_persistence")[0] == "ok"
    finally:
        server.config_set("maxmemory", "0")
        server.config_set("maxmemory-policy", "noeviction")
        server.close()
    settings.REDIS_URL = f"redis://127.0.0.1:{nobodys_port()}/0"
    assert state("redis")[0] == "fail"


@pytest.mark.servers
@pytest.mark.backends
def test_bucket(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up_storage()
    storage: Any = default_storage
    for name in ("bucket", "bucket_links", "bucket_clock"):
        assert state(name)[0] == "ok"
    assert list(storage.bucket.objects.filter(Prefix=partners.PROBE)) == []
    settings.FILES_REDIRECT, settings.SITE_ORIGIN = True, "https://cards.example.com"
    storage.bucket.Cors().put(CORSConfiguration=allowing("https://else.example.com"))
    assert state("bucket_links")[0] == "warn"
    storage.bucket.Cors().put(CORSConfiguration=allowing("https://cards.example.com"))
    assert state("bucket_links")[0] == "ok"
    storage.bucket.Cors().delete()
    settings.STORAGES = settings.STORAGES | {"default": with_wrong_key(settings.STORAGES)}
    assert state("bucket")[0] == "fail"


def allowing(origin: str) -> dict[str, object]:
    return {"CORSRules": [{"AllowedOrigins": [origin], "AllowedMethods": ["GET"]}]}


def with_wrong_key(storages: Mapping[str, Any]) -> JsonObject:
    options = storages["default"]["OPTIONS"] | {"secret_key": "somebody else's"}
    return {**storages["default"], "OPTIONS": options}


@pytest.fixture
def partner() -> Iterator[Callable[[list[tuple[str, str]]], str]]:
    """Serve HTTP with given headers. Yield a function that sets them and returns the address."""
    headers: list[tuple[str, str]] = []

    class Handler(WSGIRequestHandler):
        @override
        def log_message(self, *_arguments: object) -> None:
            pass

    def app(_environ: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", list(headers))
        return [b""]

    def serving(given: list[tuple[str, str]]) -> str:
        headers[:] = given
        return f"http://127.0.0.1:{server.server_port}"

    with make_server("127.0.0.1", 0, app, handler_class=Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving
        server.shutdown()
        thread.join()


def test_a_partner_whose_clock_differs(
    partner: Callable[[list[tuple[str, str]]], str],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = partner([("Date", "Tue, 15 Nov 1994 08:12:31 GMT")])
    assert partners.compared_clock(address).state == State.FAIL
    assert partners.compared_clock(partner([])).state == State.OK
    monkeypatch.setattr(exposure, "LOOPBACK", ())
    settings.PUBLIC_URL = address
    assert state("front_door")[0] == "ok"
    settings.PUBLIC_URL = f"http://127.0.0.1:{nobodys_port()}"
    assert state("front_door")[0] == "warn"


def test_mail(settings: Settings) -> None:
    assert state("mail")[0] == "warn"
    server = Controller(object(), hostname="127.0.0.1", port=nobodys_port())
    server.start()
    settings.MAIL_URL = f"smtp://127.0.0.1:{server.port}"
    settings.MAILERS = {"default": backends.mailer(settings.MAIL_URL, settings.DATA_DIR)}
    assert state("mail")[0] == "ok"
    server.stop()
    assert state("mail")[0] == "fail"
    settings.MAIL_URL = "smtp://mail.example.com"
    assert state("mail_encrypted")[0] == "warn"
    settings.DEFAULT_FROM_EMAIL = "Holobase <holobase@localhost>"
    assert state("mail_sender")[0] == "fail"
    settings.DEFAULT_FROM_EMAIL = "Cards <hello@cards.example.com>"
    assert state("mail_sender")[0] == "ok"

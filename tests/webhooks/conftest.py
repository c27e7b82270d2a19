"""A receiver on this machine, a worker that runs what is due, and a clock to wait with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, override

import orjson
import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from tests import working
from tests.personas import Persona, new_member
from users.selectors import ROLES
from webhooks.selectors import topics
from webhooks.tasks import deliver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.fixtures import Settings


@dataclass
class Heard:
    """A request that reached the receiver."""

    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """Return what the message says."""
        return orjson.loads(self.body)["data"]


@dataclass
class Receiver:
    """A server that keeps what it is sent; `answers` are its next statuses, then 204."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""

    def titles(self) -> list[str]:
        """Return the titles of the cards it heard of, in order."""
        return [heard.data["after"]["title"] for heard in self.heard]


@pytest.fixture(autouse=True)
def own_network(settings: Settings) -> Iterator[None]:
    """Let messages reach this machine, and know of no webhooks of other tests."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    topics.forget()
    yield
    topics.forget()


@pytest.fixture
def roles(db: None) -> None:
    """Bring back the roles: emptied after each of these tests, the tables lack them."""
    for name in ROLES:
        Group.objects.get_or_create(name=name)


@pytest.fixture
def admin(roles: None) -> Persona:
    return new_member("admin", roles=["admin", "moderator"])


@pytest.fixture
def moderator(roles: None) -> Persona:
    return new_member("moderator", roles=["moderator"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.heard.append(Heard({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(kept.answers.pop(0) if kept.answers else 204)
            if kept.location:
                self.send_header("Location", kept.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}/told?by=holobase"
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield kept
        server.shutdown()


@dataclass
class Clock:
    """The time, which can be moved on."""

    ahead: timedelta
    real: Callable[[], datetime]

    def __call__(self) -> datetime:
        return self.real() + self.ahead

    def forward(self, **much: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**much)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(timedelta(), timezone.now)
    monkeypatch.setattr(timezone, "now", clock)
    return clock


def waiting() -> Any:
    """Return the jobs that wait, the next first."""
    return working.waiting(deliver)


def work() -> int:
    """Run every job that is due, as a worker would; returns their number."""
    return working.run_due(deliver)


def listens(admin: Persona, receiver: Receiver, *names: str) -> Any:
    """Have the receiver told of resources; returns the webhook's JSON with its secret."""
    return admin.creates("webhooks", name="shop", url=receiver.url, topics=list(names or ["cards"]))

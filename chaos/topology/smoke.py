"""A smoke test through the front: what clients of every kind do once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from websockets.sync.client import connect

from chaos.partners.run import GUEST, PROFILE
from chaos.uploads.clients import by_tuspy
from tests.mailed import mailed_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from chaos.topology.processes import Topology

PATIENCE = 60.0
PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "dragon.png"


@dataclass
class Visitor:
    """Somebody who comes in by the front, with a token once they have registered."""

    topology: Topology
    api: httpx.Client
    token: str = ""

    @property
    def url(self) -> str:
        """Return where the front is."""
        return f"http://{self.topology.front}"

    def expect(self, status: int, method: str, path: str, **options: Any) -> Any:
        """Send a request; return the JSON, raise AssertionError for another status."""
        answer = self.api.request(method, f"{self.url}{path}", **options)
        if answer.status_code != status:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json else answer.text


def register(visitor: Visitor) -> None:
    """Open two accounts, and go on by the second."""
    open_account(visitor, GUEST)
    visitor.token = open_account(visitor, PROFILE)
    visitor.api.headers["Authorization"] = f"Bearer {visitor.token}"


def open_account(visitor: Visitor, profile: dict[str, str]) -> str:
    """Register by the code in a mail that the worker sends; return the token."""
    asked = visitor.expect(202, "POST", "/api/v1/auth/register", json=profile)
    mails = visitor.topology.folder / "data" / "mail"
    proof = {"proof": asked["proof"], "code": mailed_code(mails, profile["email"])}
    confirmed = visitor.expect(200, "POST", "/api/v1/auth/verify-email/confirm", json=proof)
    return str(confirmed["access"])


def create_and_read(visitor: Visitor) -> None:
    """Create a card with a picture by one process and read it by both."""
    values = {"title": "Ember Dragon", "status": "published"}
    with PICTURE.open("rb") as picture:
        card = visitor.expect(
            201, "POST", "/api/v1/cards", data=values, files={"front": ("dragon.png", picture)}
        )
    for _time in range(4):
        visitor.expect(200, "GET", f"/api/v1/cards/{card['id']}")
    content = visitor.api.get(card["front"]["url"])
    assert content.headers["content-type"] == "image/png", content.headers


def open_admin(visitor: Visitor) -> None:
    """Open the admin's sign-in page and each static file it names."""
    page = visitor.expect(200, "GET", "/admin/login/", follow_redirects=True)
    statics = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(statics) > 3, statics
    for path in statics:
        visitor.expect(200, "GET", path)


def upload_in_pieces(visitor: Visitor) -> None:
    """Upload a PDF by tus, whose pieces come to either api process."""
    path = visitor.topology.folder / "rules.pdf"
    path.write_bytes(b"%PDF-1.4\n" + bytes(3 * 1024 * 1024) + b"\n%%EOF\n")
    by_tuspy(path, visitor.url, visitor.token)


def hear_by_websocket(visitor: Visitor) -> None:
    """Hear by WebSocket of a card that is created through another process."""
    with connect(f"ws://{visitor.topology.front}/ws/v1") as socket:
        socket.send(json.dumps({"type": "subscribe", "ref": "1", "topic": "cards"}))
        _until(lambda: json.loads(socket.recv(timeout=PATIENCE))["type"] == "subscribed")
        visitor.expect(201, "POST", "/api/v1/cards", json={"title": "A", "status": "published"})
        _until(lambda: json.loads(socket.recv(timeout=PATIENCE))["type"] == "event")


def hear_by_event_stream(visitor: Visitor) -> None:
    """Hear the same by an event stream."""
    url = f"{visitor.url}/api/v1/events?topic=cards"
    with visitor.api.stream("GET", url, timeout=PATIENCE) as stream:
        assert stream.status_code == 200, stream.status_code
        lines = stream.iter_lines()
        _until(lambda: next(lines).startswith("event: "))
        visitor.expect(201, "POST", "/api/v1/cards", json={"title": "B", "status": "published"})
        _until(lambda: '"B"' in next(lines))


def ask_for_metrics(visitor: Visitor) -> None:
    """Ask each process for its metrics, and the front, which has none."""
    visitor.expect(404, "GET", "/metrics")
    for process in visitor.topology.processes:
        if process.role != "worker":
            numbers = httpx.get(f"http://{process.address}/metrics", timeout=PATIENCE)
            assert "holobase_part_up" in numbers.text, numbers.status_code


CHECKS: tuple[Callable[[Visitor], None], ...] = (
    register,
    create_and_read,
    open_admin,
    upload_in_pieces,
    hear_by_websocket,
    hear_by_event_stream,
    ask_for_metrics,
)


def _until(comes: Callable[[], bool]) -> None:
    while not comes():
        pass

"""A client that speaks tus to the whole ASGI application, and may go away at any moment."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from asgiref.testing import ApplicationCommunicator
from django.core.files.storage import default_storage

from files.models import File
from server.app import application

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.personas import Persona

PATH = "/api/v1/uploads"
CHUNK_TYPE = "application/offset+octet-stream"
PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `status` 0 is none at all."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """Return the body as JSON."""
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """Return the code of a problem, empty for what is none."""
        return str(orjson.loads(self.body)["code"]) if self.status >= 400 else ""

    @property
    def offset(self) -> int:
        """Return how many bytes there are."""
        return int(self.headers["upload-offset"])


class Request:
    """One request, whose body comes piece by piece."""

    def __init__(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "client": ("192.0.2.1", 1),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        served: object = application
        self.http = ApplicationCommunicator(served, scope)

    async def send(self, body: bytes, *, is_last: bool = False) -> None:
        """Send a piece of the body."""
        await self.http.send_input({"type": "http.request", "body": body, "more_body": not is_last})

    async def is_being_read(self) -> None:
        """Wait until the pieces that were sent are taken: the request has begun."""
        async with asyncio.timeout(PATIENCE):
            while not self.http.input_queue.empty():
                await asyncio.sleep(0.01)

    async def leave(self) -> None:
        """Go away in the middle, and wait until that has been noticed."""
        await self.http.send_input({"type": "http.disconnect"})
        await self.http.wait(PATIENCE)

    async def answer(self) -> Answer:
        """Wait for the answer."""
        start = await self.http.receive_output(PATIENCE)
        body = (await self.http.receive_output(PATIENCE))["body"]
        await self.http.wait(PATIENCE)
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], headers, body)


class Tus:
    """A member's client."""

    def __init__(self, persona: Persona) -> None:
        self.persona = persona

    def request(self, method: str, path: str = PATH, **headers: str) -> Request:
        """Begin a request; names of headers have underscores."""
        named = {"host": "testserver", "tus-resumable": "1.0.0"}
        if self.persona.token:
            named["authorization"] = f"Bearer {self.persona.token}"
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return Request(method, path, {name: value for name, value in named.items() if value})

    def asks(self, method: str, path: str = PATH, body: bytes = b"", **headers: str) -> Answer:
        """Send a whole request and return its answer."""

        async def go() -> Answer:
            request = self.request(method, path, **headers)
            await request.send(body, is_last=True)
            return await request.answer()

        return asyncio.run(go())

    def creates(self, length: int | None, body: bytes = b"", **headers: str) -> Answer:
        """Create an upload."""
        told = (
            {"upload_length": str(length)} if length is not None else {"upload_defer_length": "1"}
        )
        if body:
            told["content_type"] = CHUNK_TYPE
        return self.asks("POST", PATH, body, **told, **headers)

    def begins(self, length: int | None, **headers: str) -> str:
        """Create an upload, and return its address."""
        created = self.creates(length, b"", **headers)
        assert created.status == 201, created.body
        return created.headers["location"]

    def patch(self, place: str, offset: int, **headers: str) -> Request:
        """Begin to send bytes."""
        told = {"upload_offset": str(offset), "content_type": CHUNK_TYPE}
        return self.request("PATCH", place, **told, **headers)

    def patches(self, place: str, offset: int, body: bytes, **headers: str) -> Answer:
        """Send bytes, and return the answer."""

        async def go() -> Answer:
            request = self.patch(place, offset, **headers)
            await request.send(body, is_last=True)
            return await request.answer()

        return asyncio.run(go())

    def is_cut_off(self, place: str, offset: int, body: bytes, **headers: str) -> None:
        """Send bytes, and go away before the end of the request."""

        async def go() -> None:
            request = self.patch(place, offset, **headers)
            await request.send(body)
            await request.leave()

        asyncio.run(go())

    def heads(self, place: str) -> Answer:
        """Ask where to go on."""
        return self.asks("HEAD", place)

    def views(self, place: str) -> Any:
        """Return the upload as JSON."""
        return self.asks("GET", place).json()


def metadata(**values: str) -> str:
    """Return an Upload-Metadata header."""
    return ",".join(
        f"{name} {b64encode(value.encode()).decode()}" for name, value in values.items()
    )


def content_of(file_id: str) -> bytes:
    """Return the stored bytes of a file."""
    with default_storage.open(File.objects.get(pk=file_id).key) as content:
        return bytes(content.read())

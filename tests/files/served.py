"""The application behind a real HTTP server, in a thread of this process and on its database."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from hashlib import sha256
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import uvloop
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from files.keys import key_of
from files.models import File
from server.app import application
from server.granian import READ_BUFFER_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from files.care.places import Place

PATIENCE = 30


@contextmanager
def served() -> Iterator[str]:
    """Serve the application as `Serving` does; returns where."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(
        application,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        backpressure=10_000,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=READ_BUFFER_BYTES),
        log_level=LogLevels.critical,
    )
    server.workers_kill_timeout = 1
    loop = uvloop.new_event_loop()
    thread = Thread(target=_run, args=(loop, server))
    thread.start()
    try:
        wait_until(lambda: _listens(port))
        yield f"127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join()


def stored(content: bytes, owner: Any = None, *, content_type: str = "image/png") -> File:
    """Store bytes of any kind with a row of their own."""
    file_id, digest = uuid4(), sha256(content).hexdigest()
    key = key_of("pictures", digest, file_id, content_type.rpartition("/")[2])
    default_storage.save(key, ContentFile(content))
    return File.objects.create(
        id=file_id,
        owner=owner,
        key=key,
        digest=digest,
        content_type=content_type,
        size=len(content),
        width=1,
        height=1,
    )


def emptied(place: Place) -> None:
    """Delete all that is stored: a bucket is shared by the tests of a process."""
    for each in list(place.objects()):
        place.delete(each.key)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere."""
    until = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < until
        sleep(0.02)


def _run(loop: asyncio.AbstractEventLoop, server: object) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_serve(server))


async def _serve(server: Any) -> None:
    try:
        await server.serve()
    except TimeoutError:
        assert settings.SHUTDOWN_SECONDS  # who has not ended in time is cut off


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0

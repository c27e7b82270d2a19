"""The application behind a real HTTP server, in a thread of this process and on its database."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from hashlib import sha256
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import uvloop
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from files.keys import key_of
from files.models import File
from server.app import application
from server.http_server import listening_socket, server_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from files.care.places import Place
    from server.http_server import Server

PATIENCE = 30


@contextmanager
def served() -> Iterator[str]:
    """Serve the application as `Serving` does; returns where."""
    listener = listening_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    server = server_of(application, patience=1)
    thread = Thread(target=_run, args=(server, listener))
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"127.0.0.1:{port}"
    finally:
        server.should_exit = True
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


def _run(server: Server, listener: socket.socket) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve([listener]))

"""Serving by one process, or by several that share the port, with what works beside them."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.utils.module_loading import import_string

from cards.services.counting import write_counts
from config import env
from config.background import BackgroundWorker, new_worker_id
from config.supervision import SupervisedWorker
from server import process_metrics, waiting
from server.allocator import trim
from server.http_server import Serving, listening_socket
from server.local_cache import LocalCache
from server.local_layer import Mailbox, boxes
from server.processes import Ready, SupervisedProcess, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtime.asgi_types import ASGIApp

GOODBYE_SECONDS = 1.0


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


def serve(address: Address, *, has_worker: bool) -> None:
    """Be the server until a signal ends it; raises ServingError."""
    application = import_string("config.asgi.application")
    trim()
    with process_metrics.shared_folder(settings.METRICS_FOLDER) as folder:
        settings.METRICS_FOLDER = folder
        env.adopt_metrics_folder(folder)
        if settings.PROCESSES > 1:
            SeveralProcesses(application, address).run(settings.PROCESSES, has_worker=has_worker)
        else:
            _serve_alone(application, address, has_worker=has_worker)


def _serve_alone(application: ASGIApp, address: Address, *, has_worker: bool) -> None:
    serving = _serving(application, address)
    # The writer is a fork, which has to come before there are threads.
    with writer_beside(serving), worker_beside(runs=has_worker):
        process_metrics.share(settings.METRICS_FOLDER, name_of(settings.ROLE, address.port))
        serving.run()
    write_counts()


def name_of(role: str, port: int) -> str:
    """Return the name of a serving process among those of its host, as metrics have it."""
    return process_metrics.MAIN if role == "all" else f"{role}-{port}"


def _serving(application: ASGIApp, address: Address) -> Serving:
    """Return the server."""
    if connection.vendor == "postgresql":
        watch = import_string("server.postgresql.watch.watch")
        waiting.refuse_while(lambda: watch.is_away)
        watch.start(waiting.interrupt)
    listener = listening_socket(*address, is_shared=settings.PROCESSES > 1)
    return Serving(
        application, listener, goodbye=GOODBYE_SECONDS, patience=settings.SHUTDOWN_SECONDS
    )


def _has_writer() -> bool:
    """Return whether a process of its own writes the database: PostgreSQL has one a connection."""
    return connection.vendor == "sqlite" and settings.ROLE != "realtime"


@contextmanager
def writer_beside(serving: Serving) -> Iterator[None]:
    """Have SQLite written by a process of its own."""
    if not _has_writer():
        yield
        return
    with import_string("server.writer_process.writer_process")() as writer:
        import_string("server.app.fast_path").writers = writer
        serving.prepare = writer.connect
        yield


@contextmanager
def worker_beside(*, runs: bool) -> Iterator[None]:
    """Run the background worker beside the server, and end it with the server."""
    if not runs:
        yield
        return
    worker = SupervisedWorker()
    worker.start()
    try:
        yield
    finally:
        worker.end()


class SeveralProcesses:
    """Serving processes that share a port, with one writer and one background worker."""

    def __init__(self, application: ASGIApp, address: Address) -> None:
        self.application = application
        self.address = address
        self.supervisor = Supervisor()
        self.writers_end, self.door = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.worker_id = ""

    def run(self, count: int, *, has_worker: bool) -> None:
        """Serve until a signal ends it."""
        cache = caches["default"]
        if isinstance(cache, LocalCache):
            cache.forget()
        boxes.all = [Mailbox() for _number in range(count)]
        servers = [
            SupervisedProcess(f"server {number}", partial(self._start_server, number))
            for number in range(count)
        ]
        others = [SupervisedProcess("the writer", self._start_writer)] if _has_writer() else []
        if has_worker:
            others.append(SupervisedProcess("the worker", self._start_worker))
        self.supervisor.run(servers, others, self._end_writer)

    def _end_writer(self) -> None:
        self.door.send(b"")

    def _start_server(self, number: int, ready: Ready) -> int:
        return self.supervisor.fork(partial(self._serve, number, ready))

    def _serve(self, number: int, ready: Ready) -> None:
        boxes.own = boxes.all[number]
        serving = _serving(self.application, self.address)
        if _has_writer():
            writer = import_string("server.shared_writer.SharedWriter")(self.door)
            import_string("server.app.fast_path").writers = writer
            serving.prepare = writer.connect
        serving.server.when_listening = ready.say
        name = name_of(settings.ROLE, self.address.port)
        process_metrics.share(settings.METRICS_FOLDER, f"{name}-{number}" if number else name)
        serving.run()
        write_counts()

    def _start_writer(self, _ready: Ready) -> int:
        work = import_string("server.writer_process.be_the_forked_writer")
        return self.supervisor.fork(partial(work, self.writers_end))

    def _start_worker(self, _ready: Ready) -> int:
        former, self.worker_id = self.worker_id, new_worker_id()
        return self.supervisor.fork(partial(self._work, former))

    def _work(self, former: str) -> None:
        process_metrics.share(settings.METRICS_FOLDER, "worker")
        worker = BackgroundWorker(self.worker_id)
        worker.gone.update(filter(None, [former]))
        worker.run()

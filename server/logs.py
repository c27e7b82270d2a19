"""Log lines as JSON objects."""

from __future__ import annotations

import logging
import os
from collections import deque
from datetime import UTC, datetime
from functools import lru_cache
from logging import Formatter, Handler, Logger, LogRecord
from threading import Event, Lock, Thread
from time import sleep, time
from typing import TYPE_CHECKING, override

import orjson

from resources import context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

SERVICE = "holobase"
PAUSE = 0.02
"""Seconds in which lines gather, to be written at once."""
MOST_WAITING = 10_000
"""Lines that may wait; whoever logs one more writes them all itself."""

# What no line says need not be found out.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class JsonLines(Formatter):
    """One JSON object per record: timestamp, level, service, message, user_id, ip_address, ….

    What a log call passes as `extra={"fields": {...}}` is added to the object.
    """

    @override
    def format(self, record: LogRecord) -> str:
        fields: Mapping[str, object] = getattr(record, "fields", {})
        if record.exc_info:
            fields = {**fields, "exception": self.formatException(record.exc_info)}
        return json_line(record.created, record.levelname, record.getMessage(), fields)


def json_line(seconds: float, level: str, message: str, fields: Mapping[str, object]) -> str:
    """Write what happened at a moment (Unix time) as one JSON object."""
    request = context.current()
    line = {
        "timestamp": _timestamp(seconds),
        "level": level,
        "service": SERVICE,
        "message": message,
        "user_id": request.user_id if request else "",
        "ip_address": "",
        "request_id": request.request_id if request else "",
        **fields,
    }
    return orjson.dumps(line, default=str).decode()


def sole_handler(logger: Logger) -> GatheredLines | None:
    """Return what writes all lines, if nothing else sees or filters the records of a logger."""
    handlers = logging.root.handlers
    if len(handlers) != 1 or logger.handlers or logger.filters or logger.parent is not logging.root:
        return None
    [handler] = handlers
    return handler if isinstance(handler, GatheredLines) and handler.is_plain() else None


class GatheredLines(Handler):
    """Writes lines to a stream, many at a time, so that no request waits for it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.waiting: deque[str] = deque()
        self.wanted = Event()
        self.turn = Lock()
        self.thread: Thread | None = None
        os.register_at_fork(after_in_child=self._begin_anew)

    @override
    def emit(self, record: LogRecord) -> None:
        try:
            self.write(self.format(record))
        except Exception:  # noqa: BLE001 - as every handler of the standard library
            self.handleError(record)

    def is_plain(self) -> bool:
        """Return whether each record becomes a line of `JsonLines`."""
        return not self.filters and not self.level and isinstance(self.formatter, JsonLines)

    def info(self, message: str, fields: Mapping[str, object]) -> None:
        """Write what a record of the level INFO would come to, without one."""
        self.write(json_line(time(), "INFO", message, fields))

    def write(self, line: str) -> None:
        """Have a line written soon."""
        self.waiting.append(line)
        if len(self.waiting) > MOST_WAITING:
            self.flush()
        elif not self.wanted.is_set():
            self._want()

    def _begin_anew(self) -> None:
        """Leave to the process that this one was forked from what is its own."""
        self.waiting.clear()
        self.wanted, self.turn, self.thread = Event(), Lock(), None

    def _want(self) -> None:
        if self.thread is None or not self.thread.is_alive():
            self.thread = Thread(target=self._write_for_ever, name="log", daemon=True)
            self.thread.start()
        self.wanted.set()

    @override
    def flush(self) -> None:
        """Write what waits."""
        with self.turn:
            lines = [self.waiting.popleft() for _line in range(len(self.waiting))]
            if lines:
                self.stream.write("\n".join([*lines, ""]))
                self.stream.flush()

    def _write_for_ever(self) -> None:
        while True:
            self.wanted.wait()
            sleep(PAUSE)
            self.wanted.clear()
            self.flush()


def _timestamp(seconds: float) -> str:
    """Write a moment as RFC 3339, with microseconds."""
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1_000_000):06}+00:00"


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()

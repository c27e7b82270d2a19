"""The plain way of each trick, swapped in by patching while it is measured."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack, contextmanager
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue
from time import perf_counter, sleep
from typing import TYPE_CHECKING, cast, override
from unittest.mock import patch

from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX
from django.db.models import Func
from django.utils.module_loading import import_string

from resources.actors import ANONYMOUS
from resources.byte_cache import ByteCache
from resources.documents.sql import Embedded, JsonBoolean, JsonObject
from resources.http.authentication import authenticate_header
from resources.query import plans
from resources.writing.inputs import input_class
from server.logs import JsonLines

if TYPE_CHECKING:
    from collections.abc import (
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from contextlib import AbstractContextManager

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model
    from django.db.models.sql.compiler import SQLCompiler

    from resources.actors import Actor
    from resources.answers import HttpAnswer
    from resources.declaration import Resource
    from resources.row_sql import Column
    from resources.types import SQL, Values
    from server.costly_lane import CostlyLane
    from server.envelope import Envelope
    from server.read_executor import ReadExecutor

    type Swap = Callable[[], AbstractContextManager[object]]


def replaced(target: str, plain: object) -> Swap:
    """Use `plain` in the place of a function, named by its dotted path."""
    return lambda: patch(target, plain)


def uncached(*targets: str) -> Swap:
    """Call the functions that a cache stands in front of, named by where they are used."""
    return together(*(lambda target=target: _without_cache(target) for target in targets))


def _without_cache(target: str) -> AbstractContextManager[object]:
    return patch(target, import_string(target).__wrapped__)


def together(*swaps: Swap) -> Swap:
    """Swap in several at once."""

    @contextmanager
    def swapped() -> Iterator[None]:
        with ExitStack() as stack:
            for swap in swaps:
                stack.enter_context(swap())
            yield

    return swapped


def recompiled(swap: Swap) -> Swap:
    """Swap in what plans are compiled by, with a cache of the plans that are compiled so."""
    compiled: ByteCache[plans.Plan] = ByteCache(plans.PLAN_BYTES)
    return together(swap, replaced("resources.query.plans._plans", compiled))


async def in_thread(self: ReadExecutor, _key: object, work: Callable[[], HttpAnswer]) -> HttpAnswer:
    """Run every query in a thread."""
    return await self._in_thread(work)


def look_each_time(self: ReadExecutor) -> int:
    """Look for commits for each request."""
    self.watch.look()
    return self.watch.epochs.current


def compile_each_time(_key: object, compiling: Callable[[], object]) -> object:
    """Compile the plan of each request."""
    return compiling()


def read_each_time(self: object, header: str) -> Actor:
    """Look up the member of a token for each request."""
    return authenticate_header(header).actor if header else ANONYMOUS


def known_stranger(_self: object, header: str) -> Actor | None:
    """Know nobody but who shows no token."""
    return None if header else ANONYMOUS


def parameters_apart(sql: str, parameters: Iterable[object], _written: object = None) -> object:
    """Send constants of the declarations as parameters."""
    return sql, tuple(parameters)


def qmarks_each_time(sql: str) -> str:
    """Write SQLite's placeholders as Django does, for each statement."""
    return str(FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%"))


def django_log(self: Envelope, status: int) -> None:
    """Log by `Logger.info`, which finds out who called it."""
    fields = {
        "ip_address": self.ip_address,
        "method": self.method[:20],
        "path": self.path,
        "status": status,
        "duration_ms": round((perf_counter() - self.started) * 1000, 2),
    }
    logging.getLogger("holobase.request").info(
        "%s %s", self.method, self.path, extra={"fields": fields}
    )


@contextmanager
def line_by_line() -> Iterator[None]:
    """Write each log line as it comes."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    with _handling(handler):
        yield


class _Queued(QueueHandler):
    """Waits in `flush` until what was handed over is written, so that it is counted."""

    @override
    def flush(self) -> None:
        waiting = cast("SimpleQueue[logging.LogRecord]", self.queue)
        while not waiting.empty():
            sleep(0.0001)


@contextmanager
def queued() -> Iterator[None]:
    """Pass log records to another thread by the standard library's queue."""
    queue: SimpleQueue[logging.LogRecord] = SimpleQueue()
    handler = _Queued(queue)
    handler.setFormatter(JsonLines())
    listener = QueueListener(queue, logging.StreamHandler(sys.stdout))
    listener.start()
    with _handling(handler):
        yield
    listener.stop()


@contextmanager
def _handling(handler: logging.Handler) -> Iterator[None]:
    root = logging.getLogger()
    with patch.object(root, "handlers", [handler]):
        yield


@contextmanager
def json_object() -> Iterator[None]:
    """Let SQLite's JSON functions build documents."""
    of_json = "JSON(%(expressions)s)"
    of_truth = "JSON(CASE %(expressions)s WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    with (
        patch.object(JsonObject, "as_sqlite", _json_object),
        patch("resources.documents.sql.NestedDocument.as_sqlite", _json_object),
        patch.object(Embedded, "template", of_json),
        patch.object(JsonBoolean, "template", of_truth),
    ):
        yield


def _json_object(
    self: Func, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: object
) -> SQL:
    return Func.as_sql(self, compiler, connection, function="JSON_OBJECT")


def orm_insert(row: Model) -> None:
    """Insert a row by the ORM."""
    row.save(force_insert=True)


def orm_update(row: Model, names: Collection[str]) -> None:
    """Update a row by the ORM."""
    row.save(update_fields=names)


def orm_read(model: type[Model], key: object) -> object:
    """Read a row by the ORM and lock it."""
    return model._default_manager.select_for_update(no_key=True).filter(pk=key).first()


def orm_exists(model: type[Model], **values: object) -> bool:
    """Look for a row by the ORM."""
    return bool(model._default_manager.filter(**values).exists())


def orm_build(model: type[Model], values: Mapping[str, object]) -> object:
    """Make an instance by its model."""
    return model(**values)


def adapted_by_fields(
    row: Model, columns: Sequence[Column], database: BaseDatabaseWrapper
) -> Values:
    """Let each field adapt its value for the driver."""
    return [
        column.field.get_db_prep_save(getattr(row, column.attribute), database)
        for column in columns
    ]


def candidate_instance(resource: Resource, values: Mapping[str, object]) -> object:
    """Make an instance of the model that is not saved."""
    return resource.model(**values)


def costly_alone(run: Callable[..., Awaitable[HttpAnswer]]) -> object:
    """Run every costly read, whoever else asks the same."""

    async def alone(self: CostlyLane, _key: object, *rest: object) -> HttpAnswer:
        return await run(self, object(), *rest)

    return alone


def serializer_each_time(resource: Resource, verb: str) -> object:
    """Build a serializer for each write."""
    context: dict[str, object] = {}
    return input_class(resource, verb)(partial=verb == "update", context=context), context

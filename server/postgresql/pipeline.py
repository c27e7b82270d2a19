"""Statements that go to PostgreSQL together and are waited for once (libpq's pipeline mode).

A statement that a connection sends again is prepared by name: PostgreSQL parses and plans it once
a connection. Values are bound by the server, never written into the text.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from psycopg import errors, pq
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.generators import execute, fetch_many, send

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    import psycopg
    from psycopg.abc import Buffer
    from psycopg.pq.abc import PGconn, PGresult

    from resources.types import Rows, Values

    type Connection = psycopg.Connection[Any]
    type Results = list[PGresult]
    type Key = tuple[bytes, tuple[int, ...] | None]
    type Taker = Callable[[Results], None]
    type Round = tuple[Sequence[Taker], Sequence[Results]]

PLACEHOLDER = re.compile("%(?:(s)|%)")
TEXTS = 512
"""Statements with PostgreSQL's own placeholders that are kept."""
MOST_STATEMENTS = 100
"""Statements that are prepared at a time for one connection, as psycopg has it."""
PLANNED = (b"SELECT", b"WITH")
"""What statements begin with that are worth preparing even if they have no values."""
TEXT = pq.Format.TEXT
FAILED = pq.ExecStatus.FATAL_ERROR


@dataclass(slots=True)
class Statement:
    """A statement with Django's placeholders; `received` is called with its rows."""

    sql: str
    values: Values = ()
    received: Callable[[Rows], object] | None = None


class BoundStatement(NamedTuple):
    """A statement as the server takes it: text with types, values in the driver's form."""

    key: Key
    values: Sequence[Buffer | None] = ()
    formats: Sequence[pq.Format] | None = None
    received: Callable[[Rows], object] | None = None


DEALLOCATION = BoundStatement((b"DEALLOCATE", None))


class Adaptation(NamedTuple):
    """How a connection adapts values, without the connection, which nothing is to keep alive."""

    adapters: AdaptersMap
    connection: None = None


@lru_cache(TEXTS)
def with_numbers(sql: str) -> bytes:
    """Return a statement with PostgreSQL's placeholders `$1`, `$2` in the place of Django's."""
    numbers = count(1)
    text = PLACEHOLDER.sub(lambda found: f"${next(numbers)}" if found[1] else "%", sql)
    return text.encode()


class PreparedStatements:
    """What one connection has prepared, by text and the types of the values.

    A statement has no name until it is sent for the second time, and none at all if it is one
    without values such as BEGIN: there is nothing to plan about it. The one that was not used for
    the longest time gives way, never to one that is sent just once. psycopg itself must not prepare
    anything (`prepare_threshold`): it drops what others have prepared.
    """

    def __init__(self, connection: Connection) -> None:
        self.pgconn = connection.pgconn
        self.transformer = Transformer(Adaptation(connection.adapters))
        self.seen: OrderedDict[Key, None] = OrderedDict()
        self.names: OrderedDict[Key, bytes] = OrderedDict()
        self.new_names: dict[Key, bytes] = {}
        self.unneeded: list[bytes] = []
        self.numbers = count(1)

    def bind(self, statement: Statement) -> BoundStatement:
        """Bind a statement's values; raises psycopg's DataError."""
        transformer, given = self.transformer, statement.values
        text, received = with_numbers(statement.sql), statement.received
        if not given:
            return BoundStatement((text, None), (), None, received)
        values = transformer.dump_sequence(given, [PyFormat.AUTO] * len(given))
        return BoundStatement((text, transformer.types), values, transformer.formats, received)

    def send_all(self, statements: Iterable[BoundStatement]) -> Iterator[Taker]:
        """Send statements with what has to go before each; yield who takes each one's results."""
        self.new_names.clear()
        while self.unneeded:
            self.pgconn.send_query_params(b"DEALLOCATE " + self.unneeded.pop(), None)
            yield partial(self.receive, DEALLOCATION)
        for bound in statements:
            yield from self._prepare(bound.key)
            self.send(bound)
            yield partial(self.receive, bound)

    def send(self, bound: BoundStatement) -> None:
        """Send a statement."""
        text, types = key = bound.key
        name = self.names.get(key) or self.new_names.get(key)
        if name:
            self.pgconn.send_query_prepared(name, bound.values, bound.formats, TEXT)
        else:
            self.pgconn.send_query_params(text, bound.values, types, bound.formats, TEXT)

    def receive(self, bound: BoundStatement, results: Results) -> None:
        """Hand a statement its rows; raises its error."""
        result = results[-1]
        if result.status == FAILED:
            error = errors.error_from_result(result)
            self._forget(bound.key, error)
            raise error
        if bound.received is not None:
            self.transformer.set_pgresult(result)
            bound.received(self.transformer.load_rows(0, result.ntuples, tuple))

    def _prepare(self, key: Key) -> Iterator[Taker]:
        if key in self.names:
            self.names.move_to_end(key)
        elif key in self.seen:
            if key not in self.new_names:
                self.new_names[key] = b"_holobase_%d" % next(self.numbers)
                self.pgconn.send_prepare(self.new_names[key], *key)
                yield partial(self._keep_name, key)
        elif key[1] or key[0].startswith(PLANNED):
            self.seen[key] = None
            if len(self.seen) > MOST_STATEMENTS:
                self.seen.popitem(last=False)

    def _keep_name(self, key: Key, results: Results) -> None:
        self.receive(BoundStatement(key), results)
        self.names[key] = self.new_names[key]
        self.seen.pop(key, None)
        if len(self.names) > MOST_STATEMENTS:
            self.unneeded.append(self.names.popitem(last=False)[1])

    def _forget(self, key: Key, error: errors.Error) -> None:
        """Prepare anew what the server has forgotten, or the columns of whose rows have changed."""
        if isinstance(error, errors.InvalidSqlStatementName):
            self.names.clear()
            self.unneeded.clear()
        elif isinstance(error, errors.FeatureNotSupported) and key in self.names:
            self.unneeded.append(self.names.pop(key))


all_prepared: WeakKeyDictionary[Connection, PreparedStatements] = WeakKeyDictionary()


def run(connection: Connection, statements: Sequence[Statement]) -> None:
    """Send statements, wait for all, and hand each its rows.

    Nothing after one that fails is run; its error is raised. Raises psycopg's errors.
    """
    prepared = all_prepared.get(connection)
    if prepared is None:
        prepared = all_prepared[connection] = PreparedStatements(connection)
    bound = [prepared.bind(statement) for statement in statements]
    try:
        if len(bound) == 1 and prepared.names.get(bound[0].key):
            prepared.names.move_to_end(bound[0].key)
            takers, answers = _alone(connection, prepared, bound[0])
        else:
            takers, answers = _together(connection, prepared, bound)
    except BaseException:
        # Nobody knows what is still to come through it.
        connection.close()
        raise
    for taker, results in zip(takers, answers, strict=True):
        taker(results)


def _alone(connection: Connection, prepared: PreparedStatements, bound: BoundStatement) -> Round:
    """Run a statement that is prepared."""
    prepared.send(bound)
    return [partial(prepared.receive, bound)], [connection.wait(execute(prepared.pgconn))]


def _together(
    connection: Connection, prepared: PreparedStatements, statements: Sequence[BoundStatement]
) -> Round:
    """Run statements in a pipeline."""
    pgconn = prepared.pgconn
    pgconn.enter_pipeline_mode()
    takers = list(prepared.send_all(statements))
    pgconn.pipeline_sync()
    *answers, _end = connection.wait(_communicate(pgconn, len(takers) + 1))
    pgconn.exit_pipeline_mode()
    return takers, answers


def _communicate(pgconn: PGconn, amount: int) -> Generator[Any, Any, list[Results]]:
    """Send what is to be sent, and return the results of so many commands."""
    yield from send(pgconn)
    answers: list[Results] = []
    for _command in range(amount):
        answers += [(yield from fetch_many(pgconn))]
    return answers

"""The source's half of a move: this database to another one, while the site goes on.

All tables are copied as of one moment, then what the change log tells of since, again and again
until that is little. Then writes are refused for some seconds: the rest is copied, the log and the
tables that it does not tell of are compared whole, and the source is closed for good. Nothing is
remembered between two tries: what is there already is found by comparing digests.
"""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import batched, chain
from time import monotonic
from typing import TYPE_CHECKING

import orjson

from backups import fence
from backups.peers import MoveError
from backups.receiving import described
from backups.tables import ALL_KEYS, AT_ONCE, KeyRange, RowsDigest, digest_of
from resources.api import Record, feed, read_snapshot, registry, waiting_migrations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.models import Model

    from backups.models import DatabaseMove
    from backups.peers import MovePeer, Request
    from backups.tables import KeptTable
    from resources.api import Progress

PAGE = 2_000
FEW_CHANGES = 200
MOST_PAUSES = 3
SEARCHED_IN_ORDER = ("AutoField", "BigAutoField", "UUIDField")
"""Kinds of keys that both databases have in the same order."""


class Mover:
    """Brings the target to what this database holds."""

    def __init__(self, peer: MovePeer, tables: Sequence[KeptTable], tell: Progress) -> None:
        self.peer = peer
        self.tables = tables
        self.tell = tell
        self._logged = {
            registry.resource_of(table.model).name: table
            for table in tables
            if registry.is_registered(table.model)
        }
        self._untold = [table for table in tables if not _is_told(table.model)]

    def bring_all(self, part: str) -> int:
        """Bring all tables as of one moment; return the position in the log at that moment."""
        feed.assign_positions()
        with read_snapshot():
            position = feed.last_position()
            counts = [table.count() for table in self.tables]
            done = 0
            for table, count in zip(self.tables, counts, strict=True):
                self._bring(table)
                done += count
                self.tell(part, done, sum(counts))
        return position

    def catch_up(self, position: int) -> int:
        """Bring what has changed since a position until that is little; return the new position.

        It is enough, too, when a round is no longer half of the one before: that many changes come
        while a round is made.
        """
        before = 0
        while True:
            position, changed = self.bring_changed(position)
            if changed <= FEW_CHANGES or 0 < before < 2 * changed:
                return position
            before = changed

    def bring_changed(self, position: int) -> tuple[int, int]:
        """Bring the records of which the log tells since a position, and what it may not tell.

        The target gets it in one transaction. Return the new position and the number of records.
        """
        feed.assign_positions()
        with read_snapshot():
            changed = self._changed_since(position)
            self.peer.ask("begin")
            self._bring_records(changed)
            for table in self._untold:
                self._bring(table)
            self.peer.ask("commit")
            return feed.last_position(), sum(map(len, changed.values()))

    def require_same_counts(self) -> None:
        """Raise MoveError unless both have as many rows in each table."""
        for table in self.tables:
            here, there = table.count(), self.peer.ask("count", table=table.name)
            if here != there:
                raise MoveError(f"{table.name}: {here} rows here, {there} in the target.")

    def _changed_since(self, position: int) -> Mapping[str, set[object]]:
        """Return the ids of the records that changed since a position, by resource."""
        found: defaultdict[str, set[object]] = defaultdict(set)
        changes = feed.committed_since(position).values_list("resource", "record_id")
        for resource, record_id in changes.iterator():
            if resource in self._logged:
                found[resource].add(record_id)
        return found

    def _bring_records(self, changed: Mapping[str, set[object]]) -> None:
        """Bring records by their ids; raises MoveError if the target has them otherwise then.

        All are deleted before any is inserted: unique values may have gone from one to another.
        """
        batches = [
            (resource, self._logged[resource], batch)
            for resource, ids in changed.items()
            for batch in batched(ids, AT_ONCE, strict=False)
        ]
        self.peer.carry_out(
            ("delete_of", {"table": table.name, "keys": batch}) for _name, table, batch in batches
        )
        for resource, table, batch in batches:
            lines = [line for _key, line in table.rows_of(batch)]
            self.peer.carry_out(_inserts(table, lines))
            expected = described(digest_of(lines))
            if self.peer.ask("digest_of", table=table.name, keys=batch) != expected:
                raise MoveError(f"{table.name}: the target has other rows than were sent.")
            self.peer.ask("index", resource=resource, keys=batch)

    def _bring(self, table: KeptTable) -> None:
        """Make a table of the target what it is here."""
        if self.peer.ask("count", table=table.name):
            self._replace(table, list(self._differing(table)))
        else:
            self._replace(table, [ALL_KEYS])

    def _replace(self, table: KeptTable, ranges: Sequence[KeyRange]) -> None:
        """Replace rows of some ranges by those that are here; first all go."""
        self.peer.carry_out(("delete", {"table": table.name, **keys._asdict()}) for keys in ranges)
        lines = chain.from_iterable(table.rows(keys) for keys in ranges)
        self.peer.carry_out(_inserts(table, (line for _key, line in lines)))

    def _differing(self, table: KeptTable) -> Iterator[KeyRange]:
        """Yield the ranges of keys whose rows the target has otherwise, or not at all."""
        expected: deque[tuple[KeyRange, list[object]]] = deque()

        def requests() -> Iterator[Request]:
            for keys, digest in _pages(table):
                expected.append((keys, described(digest)))
                yield "digest", {"table": table.name, **keys._asdict()}

        for answer in self.peer.answers(requests()):
            keys, here = expected.popleft()
            if answer != here:
                yield keys


def move_to(
    peer: MovePeer, move: DatabaseMove, tables: Sequence[KeptTable], tell: Progress
) -> float:
    """Move this database to the other; return for how many seconds writes were refused.

    Raises MoveError when it can't be done; the site then goes on as it was.
    """
    _require_migrated()
    peer.ask("prepare", move_id=move.pk)
    mover = Mover(peer, tables, tell)
    mover.catch_up(mover.bring_all("copied"))
    position = mover.bring_all("compared")
    tell("search", 0, 1)
    peer.ask("index_all")
    tell("search", 1, 1)
    peer.ask("tie")
    fence.set_up(tables)
    for _time in range(MOST_PAUSES):
        position = mover.catch_up(position)
        seconds = _close(mover, move, position)
        if seconds is not None:
            peer.ask("finish", move_id=move.pk)
            return seconds
    raise MoveError("Writes came back before all was copied. Try again when less is written.")


def _is_told(model: type[Model]) -> bool:
    """Return whether the log tells of every change of every row of a model.

    Not of columns that are kept out of it, and not of rows that its resource does not show.
    """
    if not issubclass(model, Record) or not registry.is_registered(model) or model.unlogged:
        return False
    return not model._default_manager.all().query.has_filters()


def _require_migrated() -> None:
    """Raise MoveError unless this database is migrated as far as the target will be."""
    if waiting_migrations():
        raise MoveError("The site is of an older version: serve it by this one first.")


def _close(mover: Mover, move: DatabaseMove, position: int) -> float | None:
    """Bring the rest in a pause, and close the source; None when the pause did not last."""
    begun = monotonic()
    is_closed = False
    try:
        fence.pause(move, mover.tables)
        with fence.extended(move):
            mover.bring_changed(position)
            mover.require_same_counts()
        is_closed = fence.close(move)
    finally:
        if not is_closed:
            fence.resume(move)
    return monotonic() - begun if is_closed else None


def _inserts(table: KeptTable, lines: Iterable[bytes]) -> Iterator[Request]:
    for batch in batched(lines, AT_ONCE, strict=False):
        rows = [orjson.Fragment(line) for line in batch]
        yield "insert", {"table": table.name, "columns": table.columns, "rows": rows}


def _pages(table: KeptTable) -> Iterator[tuple[KeyRange, RowsDigest]]:
    """Cut a table into ranges of keys that cover all keys there can be."""
    after: object = None
    digest = RowsDigest()
    is_in_order = table.model._meta.pk.get_internal_type() in SEARCHED_IN_ORDER
    for key, line in table.rows():
        digest.add(line)
        if digest.rows == PAGE and is_in_order:
            yield KeyRange(after, key), digest
            after, digest = key, RowsDigest()
    yield KeyRange(after), digest

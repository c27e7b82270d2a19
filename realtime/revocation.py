"""Recheck the live connections of a member as soon as a change of their access is committed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from resources import changes, registry
from resources.models import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.declaration import Resource
    from resources.models import Change


class Connection(Protocol):
    """An open connection that can authenticate its token again."""

    loop: asyncio.AbstractEventLoop

    async def reauthorise(self) -> None:
        """Authenticate the token again; close the connection if it is no longer valid."""


_lock = Lock()
_connections: dict[UUID, set[Connection]] = defaultdict(set)


def watch(user_id: UUID, connection: Connection) -> None:
    """Recheck a connection whenever its member's access changes."""
    with _lock:
        _connections[user_id].add(connection)


def unwatch(user_id: UUID, connection: Connection) -> None:
    """Stop rechecking a connection that is closed."""
    with _lock:
        _connections[user_id].discard(connection)
        if not _connections[user_id]:
            del _connections[user_id]


def on_committed(change: Change, **_signal: object) -> None:
    """Recheck the members affected by a change that this process committed (signal handler)."""
    recheck_affected([change])


def recheck_affected(committed: Iterable[Change]) -> None:
    """Recheck the connections of every member whose access the changes affect."""
    for change in committed:
        if _connections:
            recheck_members(affected_members(change))


def recheck_members(user_ids: Iterable[UUID]) -> None:
    """Recheck the connections of members; safe to call from any thread."""
    for user_id in user_ids:
        with _lock:
            found = list(_connections.get(user_id, ()))
        for connection in found:
            connection.loop.call_soon_threadsafe(_recheck, connection)


def affected_members(change: Change) -> Iterator[UUID]:
    """Yield the ids of the members whose access a change affects; counters affect nobody's."""
    resource = registry.named(change.resource)
    if resource is None or not resource.governs:
        return
    if change.action == Action.UPDATE and resource.record_model.derived.issuperset(change.after):
        return
    for column in resource.governs:
        named = _member_named(resource, column, change)
        if named:
            yield UUID(str(named))


def _member_named(resource: Resource, governs: str, change: Change) -> object:
    """Return the id in a column of a changed row, which an update may leave out of the log."""
    if governs == "id":
        return change.record_id
    column = resource.column(governs).attname
    named = change.after.get(column) or change.before.get(column)
    if named is None:
        rows = resource.model._default_manager.filter(pk=change.record_id)
        named = rows.values_list(column, flat=True).first()
    return named


def _recheck(connection: Connection) -> None:
    _rechecks.add(recheck := asyncio.ensure_future(connection.reauthorise()))
    recheck.add_done_callback(_rechecks.discard)


# The event loop keeps only weak references to tasks.
_rechecks: set[asyncio.Future[None]] = set()


changes.committed.connect(on_committed)

"""Live connections of members who may no longer have one, found as soon as that is written."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from resources import changes, registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.models import Change


class Connection(Protocol):
    """An open connection that can look again whether its member may have it."""

    loop: asyncio.AbstractEventLoop

    async def reauthorise(self) -> None:
        """Ask who the connection's token stands for, and close it when nobody."""


_lock = Lock()
_connections: dict[UUID, set[Connection]] = defaultdict(set)


def watch(user_id: UUID, connection: Connection) -> None:
    """Have a connection look again whenever something about its member's access changes."""
    with _lock:
        _connections[user_id].add(connection)


def unwatch(user_id: UUID, connection: Connection) -> None:
    """Forget a connection that is closed."""
    with _lock:
        _connections[user_id].discard(connection)
        if not _connections[user_id]:
            del _connections[user_id]


def hear(change: Change, **_signal: Any) -> None:
    """Hear of every change committed here."""
    look_again([change])


def look_again(made: Iterable[Change]) -> None:
    """Have the connections look again whose members' access the changes are about."""
    for change in made:
        if _connections:
            look_again_at(governed(change))


def look_again_at(user_ids: Iterable[UUID]) -> None:
    """Have the connections of members look again."""
    for user_id in user_ids:
        with _lock:
            found = list(_connections.get(user_id, ()))
        for connection in found:
            connection.loop.call_soon_threadsafe(_look, connection)


def governed(change: Change) -> Iterator[UUID]:
    """Give the member whose access a change is about, if it is about anybody's."""
    resource = registry.named(change.resource)
    if resource is None or not resource.governs:
        return
    if resource.governs == "id":
        yield change.record_id
        return
    column = resource.column(resource.governs).attname
    named = change.after.get(column) or change.before.get(column)
    if named is None:
        rows = resource.model._default_manager.filter(pk=change.record_id)
        named = rows.values_list(column, flat=True).first()
    if named:
        yield UUID(str(named))


def _look(connection: Connection) -> None:
    _looks.add(look := asyncio.ensure_future(connection.reauthorise()))
    look.add_done_callback(_looks.discard)


# The event loop itself keeps no hold of what it runs.
_looks: set[asyncio.Future[None]] = set()


changes.committed.connect(hear)

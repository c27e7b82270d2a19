"""Everything that everyone could try to write, one by one and in a batch, against the oracle.

Nothing stays written: each try is rolled back.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.db import models, transaction

from resources import registry
from resources.answers import answered
from resources.http.exchange import Exchange
from resources.http.pipeline import WRITE, answer_of
from resources.http.request import Request
from resources.writing.batch import run_batch
from tests.cells import shared
from tests.contract.matrix import ORACLES, Try
from tests.contract.oracle import (
    cards,
    collections,
    community,
    conversation,
    moderation,
    notifications,
    users,
)
from tests.contract.oracle.words import Who, Writes
from tests.personas import new_member
from users.services.sanctions import impose_sanction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from resources.actors import Actor
    from resources.declaration import Resource
    from tests.contract.world import World

WRITES: Mapping[str, Writes] = {
    **cards.WRITES,
    **collections.WRITES,
    **community.WRITES,
    **conversation.WRITES,
    **moderation.WRITES,
    **notifications.WRITES,
    **users.WRITES,
}
BUSINESS = (400, 409, 422)
"""Statuses that refuse what is sent, rather than whoever sends it."""

type Send = Callable[[Actor, str, str, Any], int]


def everyone_who_writes(world: World) -> list[tuple[Who, Actor]]:
    """Return everyone in the world, somebody silenced and somebody unverified."""
    silenced, unverified = new_member("silenced"), new_member("unverified", is_verified=False)
    moderator = world.people["moderator"].actor
    impose_sanction(by=moderator, user=silenced.user, kind="silence", reason="Noise")
    others = {"silenced": silenced, "unverified": unverified}
    known = [(Who(name, one.user.pk), one.actor) for name, one in others.items() if one.user]
    return [*world.everyone, *known]


def one_by_one(actor: Actor, method: str, path: str, sent: object) -> int:
    """Send one write and return its status."""
    name, _slash, record_id = path.rpartition("/") if method != "POST" else (path, "", "")
    resource = registry.named(name)
    assert resource is not None
    request = Request(
        resource,
        method,
        f"/api/v1/{path}",
        record_id,
        media_type="application/json",
        body=orjson.dumps(sent),
    )
    exchange = Exchange(request)
    exchange.actor, exchange.limits = actor, {}  # known, and not counted
    return answer_of(WRITE, exchange).status


def in_a_batch(actor: Actor, method: str, path: str, sent: object) -> int:
    """Send a batch of one write and return the status of that."""
    writes = [{"method": method, "path": path, "body": sent}]
    answer = answered(lambda: run_batch(actor, writes))
    if isinstance(answer, bytes):
        return int(orjson.loads(answer)["results"][0]["status"])
    return answer.status


ACCESSES: Mapping[str, Send] = {"": one_by_one, " in a batch": in_a_batch}


@dataclass(frozen=True)
class WriteMatrix:
    """The tries of one resource: to make each row once more, to change and to delete it."""

    resource: Resource
    rows: list[Any]

    def tries(self, everyone: Iterable[tuple[Who, Actor]]) -> Iterator[Try]:
        """Try every verb by every access path, as everyone."""
        for who, actor in everyone:
            for row in self.rows:
                for access, send in ACCESSES.items():
                    if self.resource.writable:
                        yield self._creation(who, actor, row, access, send)
                    yield self._edit(who, actor, row, access, send)
                    yield self._deletion(who, actor, row, access, send)

    @property
    def says(self) -> Writes:
        """Return what is to be said of writes."""
        return WRITES.get(self.resource.name, Writes())

    def _creation(self, who: Who, actor: Actor, row: Any, access: str, send: Send) -> Try:
        new = copy(row)
        for name, preset in self.resource.presets.items():
            setattr(new, self.resource.column(name).attname, preset(actor))
        may = self.says.creates(who, new)
        with rolled_back():
            if any(isinstance(one, models.UniqueConstraint) for one in row._meta.constraints):
                type(row)._default_manager.filter(pk=row.pk).delete()
            status = send(actor, "POST", self.resource.name, self._sent(row))
        return self._try(f"create{access}", who, row, may, status)

    def _edit(self, who: Who, actor: Actor, row: Any, access: str, send: Send) -> Try:
        may = ORACLES[self.resource.name].viewed(who, row) and self.says.updates(who, row)
        with rolled_back():
            status = send(actor, "PATCH", f"{self.resource}/{row.pk}", {})
        return self._try(f"update{access}", who, row, may, status)

    def _deletion(self, who: Who, actor: Actor, row: Any, access: str, send: Send) -> Try:
        may = ORACLES[self.resource.name].viewed(who, row) and self.says.deletes(who, row)
        with rolled_back():
            status = send(actor, "DELETE", f"{self.resource}/{row.pk}", None)
        return self._try(f"delete{access}", who, row, may, status)

    def _sent(self, row: Any) -> dict[str, object]:
        """Return what would have to be sent to make a row like this one."""
        columns = [self.resource.column(name) for name in self.resource.writable]
        values = {column.name: column.value_from_object(row) for column in columns}
        return {name: value for name, value in values.items() if value is not None}

    def _try(self, access: str, who: Who, row: Any, may: bool, status: int) -> Try:
        did = status < 300 or (may and status in BUSINESS)
        return Try(access, self.resource.name, who.name, f"{row.pk} {status}", may, did)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back all that is written within."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def write_tries(
    world: World, everyone: Iterable[tuple[Who, Actor]], resource: Resource
) -> list[Try]:
    """Try to write all that there is of a resource."""
    return list(WriteMatrix(resource, list(world.rows[resource.name])).tries(everyone))


def all_write_tries(world: World, everyone: Iterable[tuple[Who, Actor]]) -> list[Try]:
    """Try to write everything; each resource as those whom this half of the suite tries it as."""
    everyone = list(everyone)
    return [
        each
        for turn, resource in enumerate(registry.all_resources())
        for each in write_tries(world, shared(everyone, turn), resource)
    ]

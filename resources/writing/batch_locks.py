"""What a batch locks before its first write, so that no two batches wait for each other.

Each write would lock its rows when its turn comes: of two batches that like the same cards in
opposite order PostgreSQL would end one, after a second in which both have waited.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from resources.execution.reader import record_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from django.db.models import Model

    from resources.actors import Actor
    from resources.json_text import JsonObject
    from resources.targets import Target

    type Ids = Mapping[type[Model], Collection[UUID]]


def lock_all(actor: Actor, targets: Sequence[Target | None], writes: Sequence[JsonObject]) -> None:
    """Lock what the writes of a batch will write, in one order for every batch.

    `targets` are what the paths of the writes name. What actions say (`RecordAction.locks`) comes
    first, then the records that paths and bodies name. What is no id is left to its write, but that
    of an action with locks: Problem 404 is raised for it.
    """
    _lock_as_declared(targets, writes)
    # SQLite has one who writes; a single write locks its rows in the order of its service.
    if connection.features.has_select_for_update and len(writes) > 1:
        _lock_rows(_named_rows(actor, targets, writes))


def _lock_as_declared(targets: Sequence[Target | None], writes: Sequence[JsonObject]) -> None:
    ids: dict[Callable[[Collection[UUID]], None], list[UUID]] = defaultdict(list)
    for target, write in zip(targets, writes, strict=True):
        action = target.action(str(write["method"])) if target else None
        if target and action and action.locks:
            ids[action.locks].append(record_uuid(target.record_id))
    for lock, keys in ids.items():
        lock(keys)


def _named_rows(
    actor: Actor, targets: Sequence[Target | None], writes: Sequence[JsonObject]
) -> Ids:
    """Return the ids of the records that writes are about or point at, by their models.

    Whoever comments on a card counts its comments: what a body points at is written as well.
    """
    found: dict[type[Model], set[UUID]] = defaultdict(set)
    for target, write in zip(targets, writes, strict=True):
        if target is None:
            continue
        model = target.resource.record_model
        action = target.action(str(write["method"]))
        if action and action.locks_actor and actor.id:
            found[model].add(actor.id)
        found[model].update(_ids(target.record_id))
        for pointed_at, value in _relations(model, write.get("body")):
            found[pointed_at].update(_ids(value))
    return found


def _relations(model: type[Model], body: object) -> Iterator[tuple[type[Model], object]]:
    """Yield what a body says of the relations of a model, with the models they point at."""
    if isinstance(body, dict):
        for column in model._meta.concrete_fields:
            if column.related_model and column.name in body:
                yield column.related_model, body[column.name]


def _ids(value: object) -> Iterator[UUID]:
    with suppress(ValueError):
        if isinstance(value, str):
            yield UUID(value)


def _lock_rows(ids: Ids) -> None:
    for model in sorted(ids, key=lambda each: each._meta.db_table):
        rows = model._base_manager.filter(pk__in=ids[model]).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))

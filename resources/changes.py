"""The one door through which registered rows are written.

Each verb writes the row and one `Change` in one transaction and, once it is committed, sends
`committed`. Admin, services, tasks and commands use it; nothing else writes these tables.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db import router, transaction
from django.db.models.deletion import Collector
from django.dispatch import Signal
from django.utils import timezone

from resources import context, registry, relation_lists, row_sql, search
from resources.fields import column_of
from resources.models import Action, Change, Record
from resources.sealing import SealedField
from resources.text import composed_value, id_text, time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.models import Model

    from resources.actors import Actor
    from resources.declaration import Resource

KEPT_BY_THE_DOOR = frozenset({"revision", "updated_at"})
"""Columns that the write door itself sets."""
READY = (str, int, float, bool, list, dict, type(None))
"""What JSON has a form for."""
READY_TYPES = frozenset(READY)
committed = Signal(use_caching=True)
"""Sent after commit with `sender` (the row's model) and `change` (its `Change`)."""

type Written = list[tuple[Record, Change]]

_written: ContextVar[Written | None] = ContextVar("written", default=None)


@contextmanager
def recorded() -> Iterator[Written]:
    """Collect the rows that are created and updated here meanwhile, each with its change."""
    written: Written = []
    token = _written.set(written)
    try:
        yield written
    finally:
        _written.reset(token)


def together() -> transaction.Atomic:
    """Make several writes one: all of them are committed, or none.

    Inside another transaction this costs nothing: it fails with it.
    """
    return transaction.atomic(savepoint=False)


def create[M: Record](model: type[M], *, by: Actor, **values: object) -> M:
    """Insert one row of `model`.

    Raises IntegrityError and ValidationError as the model does; nothing is then written.
    """
    row = row_sql.build(model, _composed(values))
    row.clean()
    with together():
        row_sql.insert(row)
        relation_lists.index_many([row])
        _log(row, Action.CREATE, by=by, after=logged_values(row))
        search.index_many([row])
    return row


def create_many[M: Record](rows: Iterable[M], *, by: Actor) -> list[M]:
    """Insert many new rows of one model at once."""
    batch = list(rows)
    if not batch:
        return batch
    with together():
        type(batch[0])._default_manager.bulk_create(batch)
        relation_lists.index_many(batch)
        for row in batch:
            _log(row, Action.CREATE, by=by, after=logged_values(row))
        search.index_many(batch)
    return batch


def update[M: Record](row: M, *, by: Actor, **values: object) -> M:
    """Write new values to the columns of one row; values it already has are no change.

    A change of nothing but derived columns leaves `revision` and `updated_at` alone: an author's
    `If-Match` holds although somebody liked the record meanwhile. One of nothing but columns with
    narrower `readers` leaves `updated_at` alone, which others may read. The row must be as it is
    in the database (read it with `locked` when the new values depend on the old). Raises
    IntegrityError and ValidationError as the model does.
    """
    composed = _composed(values)
    touched = {*_attributes(type(row), composed), *KEPT_BY_THE_DOOR}
    columns = [name for name in logged_columns(type(row)) if name in touched]
    before = logged_values(row, columns)
    changed = [name for name, value in composed.items() if _assign(row, name, value)]
    if not changed:
        return row
    row.clean()
    written = changed
    if not row.derived.issuperset(changed):
        row.revision += 1
        written = [*changed, "revision"]
        if not _narrowly_read(registry.resource_of(type(row))).issuperset(changed):
            row.updated_at = timezone.now()
            written.append("updated_at")
    after = logged_values(row, columns)
    difference = [name for name in after if after[name] != before[name]]
    with together():
        row_sql.update(row, written)
        relation_lists.index(row, changed)
        _log(
            row,
            Action.UPDATE,
            by=by,
            before={name: before[name] for name in difference},
            after={name: after[name] for name in difference},
        )
        search.index(row, changed)
    return row


def delete(row: Record, *, by: Actor) -> None:
    """Delete one row with all that its relations cascade to; each deleted row is a change."""
    collector = Collector(using=router.db_for_write(type(row)))
    with together():
        collector.collect([row])
        for detached, values in _detached(collector):
            update(detached, by=by, **values)
        doomed = list(_doomed(collector))
        for gone in doomed:
            _log(gone, Action.DELETE, by=by, before=logged_values(gone))
            search.forget(gone)
        lost = _lost_counts(row, doomed)
        collector.delete()
        for (model, key, column), count in lost.items():
            counting = row_sql.read(model, key)
            if counting is not None:
                left = max(0, getattr(counting, column) - count)
                update(counting, by=by, **{column: left})


def locked[M: Record](row: M) -> M:
    """Read a row again and keep others from writing it until the transaction ends.

    Raises the model's DoesNotExist when it is gone.
    """
    found = row_sql.read(type(row), row.pk)
    if found is None:
        raise type(row).DoesNotExist
    return found


def logged_values(row: Model, names: Iterable[str] | None = None) -> dict[str, object]:
    """Return the logged columns of a row, all or some: attribute name to JSON-ready value.

    Sealed columns are not among them: the log would keep what the row has long forgotten.
    """
    values = {}
    state = vars(row)
    for name in logged_columns(type(row)) if names is None else names:
        value = state[name] if name in state else getattr(row, name)
        values[name] = value if type(value) in READY_TYPES else _as_json(value)
    return values


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, UUID):
        return id_text(value)
    return value if isinstance(value, READY) else str(value)


@cache
def logged_columns(model: type[Model]) -> Sequence[str]:
    """Return the attributes that the log keeps of a model's rows."""
    unlogged: frozenset[str] = getattr(model, "unlogged", frozenset())
    return [
        field.attname
        for field in model._meta.concrete_fields
        if field.attname not in unlogged and not isinstance(field, SealedField)
    ]


@cache
def _narrowly_read(resource: Resource) -> frozenset[str]:
    """Return the columns that not everyone reads who may see the row, by name and attribute."""
    return frozenset(resource.readers) | {
        resource.column(name).attname for name in resource.readers
    }


def _composed(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values with their texts in the one form in which they can be found."""
    return {name: composed_value(value) for name, value in values.items()}


def _attributes(model: type[Model], names: Iterable[str]) -> Iterator[str]:
    """Return the attributes of columns named by field or attribute, as the log names them."""
    for name in names:
        yield column_of(model, name).attname


def _assign(row: Model, name: str, value: object) -> bool:
    """Set one attribute; tell whether that changed it."""
    field = column_of(row, name)
    before = getattr(row, field.attname)
    setattr(row, name, value)
    return bool(getattr(row, field.attname) != before)


def _detached(collector: Collector) -> Iterator[tuple[Record, Mapping[str, object]]]:
    """Return the rows that outlive the delete and lose a relation, with their new values."""
    for (field, value), batches in collector.field_updates.items():
        for rows in batches:
            for row in cast("Iterable[Model]", rows):
                if registry.is_registered(type(row)):
                    yield cast("Record", row), {field.name: value}


def _doomed(collector: Collector) -> Iterator[Record]:
    """Return every registered row that the delete takes along."""
    for model, rows in collector.data.items():
        if registry.is_registered(model):
            yield from cast("Iterable[Record]", rows)
    for queryset in collector.fast_deletes:
        if registry.is_registered(queryset.model):
            yield from cast("Iterable[Record]", queryset)


def _lost_counts(
    root: Record, doomed: Iterable[Record]
) -> Mapping[tuple[type[Record], UUID, str], int]:
    """Return by how much the counters of rows fall that outlive what goes along with `root`."""
    others = [row for row in doomed if row.pk != root.pk]
    keys = {(type(row), row.pk) for row in (root, *others)}
    lost: Counter[tuple[type[Record], UUID, str]] = Counter()
    for row in others:
        for relation, column in row.counted_in.items():
            field = column_of(row, relation)
            target = (cast("type[Record]", field.related_model), getattr(row, field.attname))
            if target not in keys:
                lost[*target, column] += 1
    return lost


def _change(
    row: Record,
    action: Action,
    *,
    by: Actor,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> Change:
    values = {
        "resource": registry.resource_of(type(row)).name,
        "record_id": row.pk,
        "action": action.value,
        "actor_id": by.id,
        "request_id": context.request_id(),
        "before": before or {},
        "after": after or {},
    }
    return row_sql.build(Change, values)


def _log(row: Record, action: Action, *, by: Actor, **images: Mapping[str, object]) -> None:
    change = _change(row, action, by=by, **images)
    row_sql.insert_gathered(change)
    _announce(type(row), change)
    written = _written.get()
    if written is not None:
        written.append((row, change))


def _announce(model: type[Record], change: Change) -> None:
    transaction.on_commit(partial(committed.send_robust, sender=model, change=change))

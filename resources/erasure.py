"""Taking somebody out of the tables and of the log, as far as the engine knows them.

What everyone may view stays and loses its past; everything else that belongs to them goes. The
log, folded, still gives the state.
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import transaction
from django.db.models import CharField, JSONField, ProtectedError, RestrictedError, TextField

from resources import changes, registry
from resources.actors import ANONYMOUS
from resources.models import Action, Change, KeptAnswer
from resources.ownership import (
    naming_relations,
    owned_rows,
    owning_relations,
    parent_relations,
    rows_of,
)
from resources.rules import narrowed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from uuid import UUID

    from django.db.models import Model, QuerySet

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.models import Record
    from resources.types import ModelField

BATCH = 500
TEXTS = (CharField, TextField, JSONField)


def delete_private_rows(owner: Record, *, by: Actor) -> None:
    """Delete what belongs to `owner` and not everyone may view, by each resource's own service.

    Some rows go along with others, and some can only go after others. Raises ProtectedError or
    RestrictedError when rows hold each other back for good.
    """
    before: list[tuple[Resource, UUID]] = []
    while doomed := list(_private_rows(owner)):
        held_back = [error for row in doomed if (error := _try_to_delete(*row, by=by))]
        if held_back and doomed == before:
            raise held_back[0]
        before = doomed


def delete_unregistered_rows(owner: Record) -> None:
    """Delete the rows of tables that are no resources and belong to `owner`: codes, roles, …."""
    for model in apps.get_models(include_auto_created=True):
        if not registry.is_registered(model):
            for relation in owning_relations(model, type(owner)):
                model._base_manager.filter(**{relation.name: owner.pk}).delete()
    KeptAnswer.objects.filter(actor=str(owner.pk)).delete()


def detach_rows(owner: Record, *, by: Actor) -> None:
    """Empty the relations that name `owner` in records that are not theirs."""
    for resource in registry.all_resources():
        for relation in naming_relations(resource.model, type(owner)):
            rows = resource.record_model._default_manager.filter(**{relation.name: owner.pk})
            for row in rows:
                changes.update(row, by=by, **{relation.name: None})


def forget_past_of_public_rows(owner: Record, *, by: Actor) -> Collection[UUID]:
    """Empty what not everyone may read in the rows that stay, and forget what they said before.

    Gives the ids of the rows that belong to `owner`.
    """
    kept = []
    for resource, rows in owned_rows(owner):
        for row in rows:
            changes.update(row, by=by, **_unreadable(resource, row))
            forget_past(row, [field.attname for field in _texts(row)])
            kept.append(row.pk)
    return kept


def forget_past(row: Record, names: Collection[str]) -> None:
    """Let every change of a row say of these columns (attribute names) what the row says now."""
    now = {name: value for name, value in changes.logged_values(row).items() if name in names}
    for change in list(_changes_of(registry.resource_of(type(row)), [row.pk])):
        images = _as_of(now, change.before), _as_of(now, change.after)
        if images != (change.before, change.after):
            Change.objects.filter(pk=change.pk).update(before=images[0], after=images[1])


def forget_deleted_rows(owner: Record) -> Collection[UUID]:
    """Empty the images of all deleted records that belonged to `owner`; returns their ids.

    The log tells whose they were, so records that were deleted long ago are found too. That there
    was a record, and when and by whom it was written and deleted, stays.
    """
    found: set[UUID] = set()
    for resource in registry.all_resources():
        ids = _deleted_ids(resource, owner)
        for some in batched(ids, BATCH, strict=False):
            _changes_of(resource, some).update(before={}, after={})
        found |= ids
    return found


def _private_rows(owner: Record) -> Iterator[tuple[Resource, UUID]]:
    """Return resource and key of each row of theirs that not everyone may view."""
    for resource, rows in owned_rows(owner):
        scope = resource.view.scope(ANONYMOUS, resource.model)
        public = narrowed(resource.model._default_manager.all(), scope)
        for key in rows.exclude(pk__in=public.values("pk")).values_list("pk", flat=True):
            yield resource, key


def _try_to_delete(
    resource: Resource, key: UUID, *, by: Actor
) -> ProtectedError | RestrictedError | None:
    """Delete a row that may have gone meanwhile; returns what holds it back, if anything does."""
    rows = resource.record_model._default_manager.filter(pk=key)
    service = resource.service("delete") or changes.delete
    try:
        with transaction.atomic():
            for row in rows:
                service(row, by=by)
            # A service may only end a row (revoke a key, say) and leave it there.
            for row in rows.all():
                changes.delete(row, by=by)
    except (ProtectedError, RestrictedError) as error:
        return error
    return None


def _unreadable(resource: Resource, row: Record) -> dict[str, object]:
    """Return empty values for the columns that not everyone may read."""
    hidden = [name for name, rule in resource.readers.items() if not rule.permits(ANONYMOUS, row)]
    columns: Iterable[ModelField] = [resource.column(name) for name in hidden]
    return {
        column.name: None if column.null else ""
        for column in columns
        if column.null or (isinstance(column, CharField | TextField) and not column.choices)
    }


def _texts(row: Record) -> Iterator[ModelField]:
    """Return the columns in which members say something."""
    for field in row._meta.concrete_fields:
        if isinstance(field, TEXTS) and not field.choices:
            yield field


def _deleted_ids(resource: Resource, owner: Record) -> set[UUID]:
    """Return the ids of a resource's deleted records that belonged to `owner`."""
    deleted = Change.objects.filter(resource=resource.name, action=Action.DELETE)
    ids: set[UUID] = set()
    own = owning_relations(resource.model, type(owner))
    for relation in own:
        ids.update(_ids(deleted.filter(**{f"before__{relation.attname}": str(owner.pk)})))
    for parent in () if own else parent_relations(resource):
        for some in batched(_all_ids(parent.related_model, owner), BATCH, strict=False):
            named = {f"before__{parent.attname}__in": [str(key) for key in some]}
            ids.update(_ids(deleted.filter(**named)))
    return ids


def _all_ids(model: type[Model], owner: Record) -> set[UUID]:
    """Return the ids of a model's rows that belong to `owner`, the deleted ones too."""
    resource = registry.resource_of(model)
    left = rows_of(resource, owner).values_list("pk", flat=True)
    return _deleted_ids(resource, owner) | set(left)


def _ids(found: QuerySet[Change]) -> Iterable[UUID]:
    return found.values_list("record_id", flat=True)


def _changes_of(resource: Resource, ids: Collection[UUID]) -> QuerySet[Change]:
    return Change.objects.filter(resource=resource.name, record_id__in=ids)


def _as_of(now: Mapping[str, object], image: Mapping[str, object]) -> dict[str, object]:
    return {name: now.get(name, value) for name, value in image.items()}

"""A row of every resource, made from the declaration and the model alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import models
from django.utils import timezone

from community.models import (
    CaseAction,
    Comment,
    Edit,
    FeedItem,
    Mention,
    ModerationCase,
    ModeratorScope,
    NotificationMute,
    PollVote,
    Post,
    PushSubscription,
    Reaction,
    Report,
)
from files.models import File
from resources import changes, registry
from resources.actors import SYSTEM
from resources.fields import TagsField
from resources.models import Job
from resources.relation_lists import list_fields
from templates_app.models import Review, Template, TemplateVersion
from tests.personas import Persona, new_member
from users.models import Block, Follow, Mute, User

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resources.declaration import Resource
    from resources.json_text import JsonObject
    from resources.models import Record

OPEN = {"status": "published", "visibility": "public", "state": "approved"}
DOCUMENTS: JsonObject = {
    "slots": {"type": "object", "properties": {}},
    "scopes": ["cards:read"],
    "topics": ["cards"],
    "options": ["Holo", "Reverse"],
    "condition": {"keywords": {"any_of": ["never said"]}},
}

ANY = "{any}"
"""Stands for what is another in each row."""
GIVEN: Mapping[tuple[type[models.Model], str], object] = {
    (ModerationCase, "state"): "decided",
    (ModerationCase, "decided_at"): timezone.now(),
    (ModerationCase, "target_resource"): "posts",
    (Report, "target_resource"): "posts",
    (CaseAction, "target_resource"): "posts",
    (ModeratorScope, "category"): "creature",
    (Reaction, "emoji"): "🔥",
    (PushSubscription, "auth"): "A" * 22,
    (PushSubscription, "endpoint"): f"https://push.example.com/{ANY}",
    # The base point of the curve: a public key as good as any.
    (PushSubscription, "p256dh"): "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW"
    "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    (PollVote, "option"): 0,
}
"""What some columns have to hold, beyond what their type tells."""

SOMEBODY_ELSES = {
    (Review, "template"),
    (Report, "target_id"),
    (Follow, "followed"),
    (Block, "blocked"),
    (Mute, "muted"),
}
"""Relations that nobody may point at a row of their own."""
CHOSEN = {
    *((model, "post") for model in (Comment, Edit, Mention, NotificationMute, Reaction)),
    *((model, "subject") for model in (CaseAction, ModerationCase)),
    (CaseAction, "case"),
    (FeedItem, "card"),
    (Job, "asked_by"),
}
"""Relations that can be empty, but are not in an example."""

MADE: Sequence[tuple[type[models.Field[object, object]], Callable[[], object]]] = (
    (models.BooleanField, lambda: True),
    (models.DateTimeField, lambda: timezone.now() + timedelta(days=1)),
    (models.IntegerField, lambda: 3),
    (models.URLField, lambda: "https://example.com/told"),
    (models.Field, lambda: uuid4().hex[:12]),
)


def example_row(resource: Resource, *, owner: Persona) -> Record:
    """Create a row that belongs to `owner`, with all that it needs, as the product would."""
    if resource.model is User:
        assert owner.user is not None
        return owner.user
    columns = [c for c in resource.model._meta.concrete_fields if _is_needed(c) and _is_set(c)]
    values = {column.name: _value(column, _owner(column, owner)) for column in columns}
    for column in list_fields(resource.model):
        values[column.name] = [str(_file().pk) for _place in range(2)]
    service = resource.service("create")
    if service:
        is_owners = resource.create.scope(owner.actor, resource.model) is not False
        row: Record = service(by=owner.actor if is_owners else SYSTEM, **values)
        return row
    return changes.create(resource.record_model, by=SYSTEM, **values)


def give_templates_a_version() -> None:
    """Give approved templates that are examples their first version, as their approval would."""
    for template in Template.objects.filter(version=0):
        changes.create(TemplateVersion, by=SYSTEM, template=template, number=1, slots={})
        changes.update(template, by=SYSTEM, version=1)


def writable_values(resource: Resource, *, owner: Persona) -> JsonObject:
    """Return what a client would send to create a record, relations pointing at rows of `owner`."""
    columns = [resource.column(name) for name in resource.writable]
    needed = [column for column in columns if _is_needed(column)]
    values = {column.name: _value(column, _owner(column, owner)) for column in needed}
    return {
        name: str(value.pk) if isinstance(value, models.Model) else value
        for name, value in values.items()
    }


def _owner(column: models.Field[object, object], owner: Persona) -> Persona:
    """Return whose row a relation of `owner`'s row points at."""
    is_others = (column.model, column.name) in SOMEBODY_ELSES
    return new_member(f"m{uuid4().hex[:8]}") if is_others else owner


def _is_needed(column: models.Field[object, object]) -> bool:
    is_given = column.has_default() or column.null or getattr(column, "auto_now_add", False)
    is_stamp = getattr(column, "auto_now", False)
    place = (column.model, column.name)
    is_asked_for = column.name in OPEN or place in CHOSEN or place in GIVEN
    return is_asked_for or not (is_given or is_stamp or column.blank)


def _is_set(column: models.Field[object, object]) -> bool:
    return column.editable or (column.model, column.name) in GIVEN


def _value(column: models.Field[object, object], owner: Persona) -> object:
    if (column.model, column.name) in GIVEN:
        given = GIVEN[column.model, column.name]
        return given.replace(ANY, uuid4().hex) if isinstance(given, str) else given
    if column.name == "target_id":
        return example_row(registry.resource_of(Post), owner=owner).pk
    if column.is_relation:
        return _target(column, owner)
    if column.name in OPEN and column.choices:
        return OPEN[column.name]
    if isinstance(column, TagsField):
        return ["fire"]
    if isinstance(column, models.JSONField):
        return DOCUMENTS.get(column.name, {})
    if column.choices:
        return next(iter(dict(column.flatchoices)))
    return next((make() for kind, make in MADE if isinstance(column, kind)), None)


def _file() -> File:
    """Return the row of a picture that nobody owns, without bytes."""
    return File.objects.create(
        key=f"pictures/2026/11/{uuid4().hex}.png",
        content_type="image/png",
        size=100,
        width=40,
        height=30,
    )


def _target(column: models.Field[object, object], owner: Persona) -> Any:
    """Return the row that a relation points at: members are `owner`, other rows belong to them."""
    target: Any = column.related_model
    if target is User:
        return owner.user
    return example_row(registry.resource_of(target), owner=owner)

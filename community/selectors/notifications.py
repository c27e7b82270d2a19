"""Who wants to be told of what, and may be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from community.models import (
    Notification,
    NotificationKind,
    NotificationPreference,
    PushSubscription,
)
from resources.api import is_visible, registry, row_sql
from users.models import Follow, User
from users.selectors import BarredError, actor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import ForeignKey

    from resources.api import Actor, Resource

PUSHES_EVERY = timedelta(minutes=5)
"""How often browsers are told, at most, that more has joined a notification."""
OPT_IN = frozenset({NotificationKind.PUBLICATION})
"""Kinds that a member is told of only on their own wish."""


def preference_of(user_id: UUID, kind: str) -> NotificationPreference:
    """Return where a member is told of a kind, as they said or by default."""
    said = NotificationPreference.objects.filter(user=user_id, kind=kind).first()
    is_on = kind not in OPT_IN
    return said or NotificationPreference(
        user_id=user_id, kind=kind, is_on=is_on, is_mailed=is_on, is_pushed=is_on
    )


def next_followers(followed_id: UUID, *, after: str, most: int) -> list[UUID]:
    """Return the next followers of a member, by id, who asked to be told of what is new."""
    asked = NotificationPreference.objects.filter(kind=NotificationKind.PUBLICATION, is_on=True)
    follows = Follow.objects.filter(followed=followed_id, follower__in=asked.values("user"))
    if after:
        follows = follows.filter(follower__gt=after)
    return list(follows.order_by("follower").values_list("follower", flat=True)[:most])


def wants_push(notification: Notification) -> bool:
    """Return whether a browser is to be told of a notification, and was not told lately."""
    user_id, pushed_at = notification.recipient_id, notification.pushed_at
    if pushed_at and pushed_at > timezone.now() - PUSHES_EVERY:
        return False
    is_subscribed = row_sql.exists(PushSubscription, user_id=user_id)
    return is_subscribed and preference_of(user_id, notification.kind).is_pushed


def recipient(user_id: UUID) -> Actor | None:
    """Return the actor of a member who is told of things; nothing for who is barred or leaving."""
    is_there = User.objects.filter(pk=user_id, is_active=True, leaves_at=None).exists()
    return actor_unless_barred(user_id) if is_there else None


def actor_unless_barred(user_id: UUID) -> Actor | None:
    """Return the actor of an active member; nothing for who is barred."""
    try:
        return actor_of(user_id)
    except BarredError:
        return None


def may_view_all(actor: Actor, relations: Mapping[str, UUID]) -> bool:
    """Return whether an actor may view all records that a notification leads to."""
    return all(is_visible(leads_to(name), actor, key) for name, key in relations.items())


def relations_of(notification: Notification) -> dict[str, UUID]:
    """Return the relations of a notification that are set, without who acted."""
    values = {name: getattr(notification, name) for name in _leading()}
    return {name: key for name, key in values.items() if key is not None}


def _leading() -> Iterable[str]:
    for column in Notification._meta.concrete_fields:
        if column.is_relation and column.related_model is not User:
            yield column.attname


def leads_to(attname: str) -> Resource:
    """Return the resource of the records that a relation of notifications leads to."""
    column = cast(
        "ForeignKey[object, object]", Notification._meta.get_field(attname.removesuffix("_id"))
    )
    return registry.resource_of(column.related_model)

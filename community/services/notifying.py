"""Telling members of what concerns them, and taking back what no longer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Notification, NotificationKind, NotificationSource
from community.selectors.notifications import (
    is_muted_target,
    may_hear_of,
    may_view_all,
    preference_of,
    recipient,
)
from community.services.inboxes import ALWAYS_TOLD, count_unread, open_inbox
from resources.api import SYSTEM, changes

if TYPE_CHECKING:
    from community.models import Inbox
    from community.services.occasions import Occasion


def tell(occasion: Occasion) -> Notification | None:
    """Tell a member of an occasion, unless they were told or may not, or don't want to, know.

    What is unread of the same group is joined.
    """
    if not _is_wanted(occasion):
        return None
    with changes.together():
        inbox = open_inbox(occasion.recipient_id)
        unread = Notification.objects.filter(
            recipient=occasion.recipient_id, group=occasion.group, is_read=False
        ).first()
        return _join(unread, occasion) if unread else _create(occasion, inbox)


def _is_wanted(occasion: Occasion) -> bool:
    member = occasion.recipient_id
    if member == occasion.actor_id or _was_told(occasion):
        return False
    if occasion.kind in ALWAYS_TOLD:
        return True
    if not preference_of(member, occasion.kind).is_on:
        return False
    if is_muted_target(member, occasion.relations):
        return False
    if occasion.actor_id and not may_hear_of(member, occasion.actor_id):
        return False
    actor = recipient(member)
    return actor is not None and may_view_all(actor, occasion.relations)


def _was_told(occasion: Occasion) -> bool:
    sources = NotificationSource.objects.filter(source_id=occasion.source_id)
    return sources.filter(notification__recipient=occasion.recipient_id).exists()


def _create(occasion: Occasion, inbox: Inbox) -> Notification:
    notification = changes.create(
        Notification,
        by=SYSTEM,
        recipient_id=occasion.recipient_id,
        kind=NotificationKind(occasion.kind),
        group=occasion.group,
        actor_id=occasion.actor_id,
        actor_count=1 if occasion.actor_id else 0,
        latest_at=occasion.at,
        **occasion.relations,
    )
    _add_source(notification, occasion)
    count_unread(inbox)
    return notification


def _join(notification: Notification, occasion: Occasion) -> Notification:
    current = changes.locked(notification)
    _add_source(current, occasion)
    return changes.update(
        current,
        by=SYSTEM,
        actor_id=occasion.actor_id,
        actor_count=count_actors(current),
        latest_at=occasion.at,
        **occasion.relations,
    )


def _add_source(notification: Notification, occasion: Occasion) -> None:
    NotificationSource.objects.create(
        notification=notification,
        source_id=occasion.source_id,
        actor_id=occasion.actor_id,
        at=occasion.at,
    )


def count_actors(notification: Notification) -> int:
    """Return of how many members a notification tells."""
    who = notification.sources.exclude(actor=None).order_by().values("actor").distinct()
    return who.count()

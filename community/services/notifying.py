"""Telling members of what concerns them, and taking back what no longer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Notification, NotificationKind, NotificationSource
from community.selectors.notifications import actor_unless_barred, may_view_all
from community.selectors.wishes import Wishes
from community.services.inboxes import ALWAYS_TOLD, count_unread, open_inbox
from resources.api import SYSTEM, changes, row_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from community.models import Inbox
    from community.services.occasions import Occasion

    type Group = tuple[UUID, str]
    """A recipient, and what is told them as one."""


def tell(occasions: Collection[Occasion]) -> list[Notification]:
    """Tell members of occasions, unless they were told or may not, or don't want to, know.

    Occasions of one group are told as one notification, or join the unread one that there is.
    """
    groups = _groups(occasions)
    if not groups:
        return []
    with changes.together():
        # Nobody reads or takes back meanwhile what is joined.
        inboxes = {member: open_inbox(member) for member in sorted({key[0] for key in groups})}
        unread = _unread(groups)
        return [
            _join(unread[group], joining)
            if group in unread
            else _create(inboxes[joining[0].recipient_id], joining)
            for group, joining in groups.items()
        ]


def _groups(occasions: Collection[Occasion]) -> Mapping[Group, Sequence[Occasion]]:
    """Return the occasions that are to be told, by recipient and group."""
    wishes = Wishes(
        {occasion.recipient_id for occasion in occasions},
        {occasion.actor_id for occasion in occasions if occasion.actor_id},
        [occasion.relations for occasion in occasions],
    )
    told = _told(occasions)
    groups: dict[Group, list[Occasion]] = {}
    for occasion in occasions:
        told_of = (occasion.recipient_id, occasion.source_id)
        if told_of not in told and _is_wanted(occasion, wishes):
            told.add(told_of)
            groups.setdefault((occasion.recipient_id, occasion.group), []).append(occasion)
    return groups


def _told(occasions: Iterable[Occasion]) -> set[tuple[UUID, UUID]]:
    """Return which members were told of which of the occasions' sources."""
    sources = NotificationSource.objects.filter(
        source_id__in=[occasion.source_id for occasion in occasions]
    )
    return set(sources.values_list("notification__recipient", "source_id"))


def _is_wanted(occasion: Occasion, wishes: Wishes) -> bool:
    member = occasion.recipient_id
    if member == occasion.actor_id:
        return False
    if occasion.kind in ALWAYS_TOLD:
        return True
    if not wishes.want_kind(member, occasion.kind) or wishes.mute(member, occasion.relations):
        return False
    if occasion.actor_id and not wishes.hear_of(member, occasion.actor_id):
        return False
    actor = actor_unless_barred(member) if wishes.reach(member) else None
    return actor is not None and may_view_all(actor, occasion.relations)


def _unread(groups: Iterable[Group]) -> Mapping[Group, Notification]:
    """Return the unread notifications that there are of these groups."""
    members = {member for member, _group in groups}
    names = {name for _member, name in groups}
    found = Notification.objects.filter(recipient__in=members, group__in=names, is_read=False)
    return {(one.recipient_id, one.group): one for one in found}


def _create(inbox: Inbox, occasions: Sequence[Occasion]) -> Notification:
    last = occasions[-1]
    notification = changes.create(
        Notification,
        by=SYSTEM,
        recipient_id=last.recipient_id,
        kind=NotificationKind(last.kind),
        group=last.group,
        actor_count=len({occasion.actor_id for occasion in occasions} - {None}),
        **_latest(last),
    )
    _add_sources(notification, occasions)
    count_unread(inbox)
    return notification


def _join(notification: Notification, occasions: Sequence[Occasion]) -> Notification:
    current = changes.locked(notification)
    _add_sources(current, occasions)
    values = {"actor_count": count_actors(current), **_latest(occasions[-1])}
    return changes.update(current, by=SYSTEM, **values)


def _latest(occasion: Occasion) -> dict[str, object]:
    """Return what a notification shows of the last of its occasions."""
    return {"actor_id": occasion.actor_id, "latest_at": occasion.at, **occasion.relations}


def _add_sources(notification: Notification, occasions: Iterable[Occasion]) -> None:
    for occasion in occasions:
        values = {
            "notification_id": notification.pk,
            "source_id": occasion.source_id,
            "actor_id": occasion.actor_id,
            "at": occasion.at,
        }
        row_sql.insert(row_sql.build(NotificationSource, values))


def count_actors(notification: Notification) -> int:
    """Return of how many members a notification tells."""
    who = notification.sources.exclude(actor=None).order_by().values("actor").distinct()
    return who.count()

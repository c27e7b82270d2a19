"""Taking notifications back when what they tell of has gone, or may not be seen any more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, Q

from community.models import Notification, NotificationKind, NotificationSource
from community.selectors.notifications import (
    leads_to,
    may_view_all,
    recipient,
    relations_of,
)
from community.services.inboxes import ALWAYS_TOLD, count_unread, delete_notification, locked_inbox
from community.services.notifying import count_actors
from resources.api import SYSTEM, Action, changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from resources.api import Change, JsonObject

LEADS_TO: Mapping[str, str] = {"cards": "card", "posts": "post", "templates": "template"}
"""The resources whose own columns decide who may view what is said about them."""
SOURCE_RELATIONS: Mapping[str, str] = {
    NotificationKind.COMMENT: "comment_id",
    NotificationKind.REPLY: "comment_id",
    NotificationKind.REVIEW: "review_id",
    NotificationKind.REMIX: "card_id",
}
BY_CREATION = frozenset({"blocks", "mutes", "users"})
"""The resources whose new records part members from each other."""
DECIDING = frozenset({"status", "visibility", "is_hidden", "state"})


def may_withdraw(change: Change) -> bool:
    """Return whether a change can make anything untrue or unseen: most new records don't."""
    return change.action != Action.CREATE or change.resource in BY_CREATION


def withdraw_after(change: Change) -> None:
    """Take back what a change has made untrue or unseen."""
    if change.action == Action.DELETE or _is_taken_away(change):
        _withdraw(NotificationSource.objects.filter(source_id=change.record_id))
    if change.action == Action.DELETE and change.resource == "mentions":
        _withdraw(_sources_of_mention(change))
    if change.action == Action.UPDATE:
        _recheck(change)
    if change.resource == "users":
        _withdraw_member(change)
    elif change.resource in ("blocks", "mutes") and change.action == Action.CREATE:
        _part(change)
    elif change.resource == "notifications":
        _correct(change)


def _sources_of_mention(change: Change) -> QuerySet[NotificationSource]:
    """Return what told a member of a mention that was edited out of its text."""
    texts = [change.before.get(name) for name in ("post_id", "comment_id", "message_id")]
    return NotificationSource.objects.filter(
        source_id__in=[key for key in texts if key],
        notification__kind=NotificationKind.MENTION,
        notification__recipient=change.before["member_id"],
    )


def _is_taken_away(change: Change) -> bool:
    """Return whether a record was hidden by moderators or left a tombstone."""
    return any(change.after.get(name) is True for name in ("is_hidden", "is_deleted"))


def _withdraw(sources: QuerySet[NotificationSource]) -> None:
    """Forget sources; a notification without any goes, the others count their members anew."""
    told = list(Notification.objects.filter(pk__in=sources.values("notification")))
    sources.delete()
    for notification in told:
        _settle(notification)


def _settle(notification: Notification) -> None:
    """Have a notification tell of its sources as they are now."""
    last = _last_source(notification)
    if last is None:
        delete_notification(notification, by=SYSTEM)
        return
    with changes.together():
        changes.update(
            changes.locked(notification),
            by=SYSTEM,
            actor_id=last.actor_id,
            actor_count=count_actors(notification),
            latest_at=last.at,
            **_leading_to(notification.kind, last),
        )


def _last_source(notification: Notification) -> NotificationSource | None:
    """Return the last of the sources that can be led to.

    The log is behind the tables: a comment may be gone before the change is handled that says so.
    """
    sources = notification.sources.order_by("-at", "-id")
    name = SOURCE_RELATIONS.get(notification.kind)
    if name:
        there = leads_to(name).model._default_manager.values("pk")
        sources = sources.filter(source_id__in=there)
    found: NotificationSource | None = sources.first()
    return found


def _leading_to(kind: str, source: NotificationSource) -> dict[str, UUID]:
    """Return the relation of a notification that leads to its last source, if one does."""
    name = SOURCE_RELATIONS.get(kind)
    return {name: source.source_id} if name else {}


def _recheck(change: Change) -> None:
    """Take back what leads to a record that its reader may not view any more."""
    relation = LEADS_TO.get(change.resource)
    if relation and not DECIDING.isdisjoint(change.before):
        _drop_unseen(Notification.objects.filter(Q((relation, change.record_id))))


def _drop_unseen(notifications: Iterable[Notification]) -> None:
    for notification in notifications:
        actor = recipient(notification.recipient_id)
        is_seen = actor is None or may_view_all(actor, relations_of(notification))
        if not is_seen and notification.kind not in ALWAYS_TOLD:
            delete_notification(notification, by=SYSTEM)


def _withdraw_member(change: Change) -> None:
    """Take back what a member did who is leaving or was erased."""
    if change.after.get("leaves_at") or change.after.get("is_active") is False:
        _withdraw(NotificationSource.objects.filter(actor=change.record_id))
        # An erasure takes the sources of those along whom nobody has withdrawn before.
        count = Count("sources__actor", distinct=True)
        for stale in Notification.objects.annotate(there=count).exclude(actor_count=F("there")):
            _settle(stale)


def _part(change: Change) -> None:
    """Take back what two members were told of each other, or one of them of the other."""
    is_block = change.resource == "blocks"
    names = ("blocker_id", "blocked_id") if is_block else ("muter_id", "muted_id")
    one, other = (UUID(change.after[name]) for name in names)
    pairs = [(one, other), (other, one)] if is_block else [(one, other)]
    for reader, actor in pairs:
        sources = NotificationSource.objects.filter(actor=actor, notification__recipient=reader)
        _withdraw(sources)


def _correct(change: Change) -> None:
    """Count again what is unread when a notification went along with its card or post."""
    values: JsonObject = change.before
    if change.action == Action.DELETE and values.get("is_read") is False:
        with changes.together():
            count_unread(locked_inbox(UUID(values["recipient_id"])))

"""Inboxes, and what members do with theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import (
    Digest,
    Inbox,
    Notification,
    NotificationKind,
    NotificationPreference,
    PushSubscription,
)
from community.services.push_keys import browser_key, browser_secret
from resources.api import SYSTEM, FieldError, blind_index, changes, invalid, outgoing, row_sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from resources.api import Actor

ALWAYS_TOLD = frozenset({NotificationKind.MODERATION})
"""Kinds that can't be switched off: decisions about the member."""
KEPT_FOR = timedelta(days=90)
FORGOTTEN_AT_ONCE = 2_000


def open_inbox(user_id: UUID) -> Inbox:
    """Return a member's inbox, made now if there is none, and keep others from writing it."""
    found = locked_inbox(user_id)
    return found or changes.create(Inbox, by=SYSTEM, id=user_id, user_id=user_id)


def locked_inbox(user_id: UUID) -> Inbox | None:
    """Return a member's inbox, if there is one, and keep others from writing it.

    Whoever changes what is unread begins with this, so that the count stays exact.
    """
    return row_sql.read(Inbox, user_id)


def count_unread(inbox: Inbox | None) -> None:
    """Write how many notifications of a locked inbox are unread."""
    if inbox is None:
        return
    unread = Notification.objects.filter(recipient=inbox.user_id, is_read=False).count()
    changes.update(inbox, by=SYSTEM, unread_count=unread)


def read_notification(notification: Notification, *, by: Actor) -> Notification:
    """Mark one notification as read."""
    with changes.together():
        inbox = locked_inbox(notification.recipient_id)
        read = changes.update(changes.locked(notification), by=by, is_read=True)
        count_unread(inbox)
    return read


def read_everything(inbox: Inbox, *, by: Actor) -> Inbox:
    """Mark all notifications of an inbox as read."""
    with changes.together():
        current = changes.locked(inbox)
        for unread in Notification.objects.filter(recipient=inbox.user_id, is_read=False):
            changes.update(unread, by=by, is_read=True)
        count_unread(current)
    return current


def delete_notification(notification: Notification, *, by: Actor) -> None:
    """Take a notification out of the inbox."""
    with changes.together():
        inbox = locked_inbox(notification.recipient_id)
        changes.delete(notification, by=by)
        count_unread(inbox)


def update_inbox(inbox: Inbox, *, by: Actor, **values: object) -> Inbox:
    """Change how often digests are sent; the first covers what happens from now on."""
    if inbox.digest == Digest.OFF and values.get("digest", Digest.OFF) != Digest.OFF:
        values["digest_sent_at"] = timezone.now()
    return changes.update(inbox, by=by, **values)


def set_preference(*, by: Actor, kind: str, **values: object) -> NotificationPreference:
    """Say where a member is told of one kind, whether or not that was said before.

    Raises Problem 400 for switching off what members have to know.
    """
    require_choice(kind, values)
    wanted = NotificationPreference(kind=kind, **values)
    said = NotificationPreference.objects.filter(user=wanted.user_id, kind=kind).first()
    if said:
        return changes.update(said, by=by, **values)
    return changes.create(NotificationPreference, by=by, kind=kind, **values)


def update_preference(
    preference: NotificationPreference, *, by: Actor, **channels: object
) -> NotificationPreference:
    """Change where a member is told of one kind; raises Problem 400 as above."""
    require_choice(preference.kind, channels)
    return changes.update(preference, by=by, **channels)


def require_choice(kind: str, channels: dict[str, object]) -> None:
    """Require that what members have to know stays in the inbox; raises Problem 400."""
    if kind in ALWAYS_TOLD and channels.get("is_on") is False:
        message = _("Decisions of the moderators are always told.")
        raise invalid([FieldError("is_on", "always_told", message)])


def forget_old_notifications() -> int:
    """Delete what was read and has been there for three months; return the number.

    At most `FORGOTTEN_AT_ONCE`: the rest goes the next time.
    """
    old = timezone.now() - KEPT_FOR
    doomed = Notification.objects.filter(is_read=True, latest_at__lt=old)[:FORGOTTEN_AT_ONCE]
    for notification in doomed:
        changes.delete(notification, by=SYSTEM)
    return len(doomed)


def subscribe_to_push(
    *, by: Actor, endpoint: str, p256dh: str, auth: str, **values: object
) -> PushSubscription:
    """Have a browser get push messages; it is one member's at a time, the last who asked.

    Raises Problem 400 for an address that nothing is sent to, and for what is no key or secret.
    """
    _require_usable(endpoint, p256dh, auth)
    index = blind_index(endpoint)
    with changes.together():
        for former in PushSubscription.objects.filter(endpoint_index=index):
            changes.delete(former, by=by)
        keys = {"p256dh": p256dh, "auth": auth}
        return changes.create(
            PushSubscription, by=by, endpoint=endpoint, endpoint_index=index, **keys, **values
        )


def _require_usable(endpoint: str, p256dh: str, auth: str) -> None:
    """Require what a push message can be sent to and encrypted with; raises Problem 400."""
    checks: tuple[tuple[str, Callable[[str], object], str], ...] = (
        ("endpoint", outgoing.checked_url, endpoint),
        ("p256dh", browser_key, p256dh),
        ("auth", browser_secret, auth),
    )
    errors = []
    for name, check, value in checks:
        try:
            check(value)
        except ValueError:
            errors.append(FieldError(name, "unfit", _("No browser subscribes by this.")))
    if errors:
        raise invalid(errors)

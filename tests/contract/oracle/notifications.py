"""Inboxes and what is in them: each member's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.oracle.words import Who, Writes, alike

if TYPE_CHECKING:
    from community.models import Notification, NotificationMute, NotificationPreference


def owns(who: Who, row: NotificationMute | NotificationPreference) -> bool:
    return bool(who.id == row.user_id)


def receives(who: Who, notification: Notification) -> bool:
    return bool(who.id == notification.recipient_id)


def is_signed_in(who: Who, _row: object) -> bool:
    return who.id is not None


ORACLES = {
    "inboxes": alike(owns),
    "notifications": alike(receives),
    "notification-preferences": alike(owns),
    "notification-mutes": alike(owns),
    "push-subscriptions": alike(owns),
}

WRITES = {
    "inboxes": Writes(updates=owns),
    "notifications": Writes(deletes=receives),
    "notification-preferences": Writes(is_signed_in, owns, owns),
    "notification-mutes": Writes(creates=is_signed_in, deletes=owns),
    "push-subscriptions": Writes(creates=is_signed_in, deletes=owns),
}

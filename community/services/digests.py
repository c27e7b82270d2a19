"""Digests: what is unread, by mail, as often as a member wants."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import Digest, Inbox, Notification
from community.selectors.notifications import (
    may_view_all,
    preference_of,
    recipient,
    relations_of,
)
from community.services.wording import sentence
from resources.api import SYSTEM, changes
from users.mailer import MailMessage, send_mail_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

EVERY = {Digest.DAILY: timedelta(days=1), Digest.WEEKLY: timedelta(days=7)}
MOST_LINES = 20
MOST_READ = 200
"""Notifications that are looked at for one digest."""


def due_inboxes(now: datetime) -> list[UUID]:
    """Return the inboxes whose members get a digest now, if there is anything new."""
    due = Q(pk__in=())
    for digest, interval in EVERY.items():
        due |= Q(digest=digest, digest_sent_at__lte=now - interval)
    members = Inbox.objects.filter(
        user__is_active=True, user__is_verified=True, user__leaves_at=None
    )
    return list(members.filter(due, unread_count__gt=0).values_list("pk", flat=True))


def send_digest(inbox_id: UUID) -> bool:
    """Mail a member what is unread since the last digest; return whether there was anything.

    The digest counts as sent before it is, so that two workers don't send it twice; if the mail
    server refuses it, it is due again. Raises OSError or SMTPException then.
    """
    inbox = Inbox.objects.select_related("user").filter(pk=inbox_id).first()
    if inbox is None or inbox_id not in due_inboxes(timezone.now()):
        return False
    before = inbox.digest_sent_at
    with translation.override(inbox.user.locale):
        lines = list(_lines(inbox))
    if not lines or not _move(inbox, before, timezone.now()):
        return False
    try:
        _mail(inbox, lines)
    except Exception:
        _move(inbox, inbox.digest_sent_at, before)
        raise
    return True


def stop_digests(unsubscribe_key: str) -> bool:
    """Switch off the digests of the inbox of this key; return whether there is one."""
    inbox = Inbox.objects.filter(unsubscribe_key=unsubscribe_key).first()
    if inbox is not None:
        with changes.together():
            changes.update(changes.locked(inbox), by=SYSTEM, digest=Digest.OFF)
    return inbox is not None


def _move(inbox: Inbox, before: datetime, now: datetime) -> bool:
    """Write when a digest was sent, unless somebody else has just sent one."""
    with changes.together():
        current = changes.locked(inbox)
        if current.digest_sent_at != before:
            return False
        changes.update(current, by=SYSTEM, digest_sent_at=now)
    inbox.digest_sent_at = now
    return True


def _lines(inbox: Inbox) -> Iterator[str]:
    """Yield a sentence for each notification that is to be mailed and may be told of still."""
    actor = recipient(inbox.user_id)
    if actor is None:
        return
    new = Notification.objects.filter(
        recipient=inbox.user_id, is_read=False, latest_at__gt=inbox.digest_sent_at
    )
    mailed = {kind: preference_of(inbox.user_id, kind).is_mailed for kind in _kinds(new)}
    for notification in new.order_by("-latest_at")[:MOST_READ]:
        if mailed[notification.kind] and may_view_all(actor, relations_of(notification)):
            yield sentence(notification)


def _kinds(notifications: QuerySet[Notification]) -> list[str]:
    return list(notifications.order_by().values_list("kind", flat=True).distinct())


def _mail(inbox: Inbox, lines: Sequence[str]) -> None:
    with translation.override(inbox.user.locale):
        shown = [*lines[:MOST_LINES]]
        rest = len(lines) - MOST_LINES
        if rest > 0:
            shown.append(
                ngettext("And %(count)d more.", "And %(count)d more.", rest) % {"count": rest}
            )
        subject = ngettext(
            "%(count)d notification on Holobase", "%(count)d notifications on Holobase", len(lines)
        ) % {"count": len(lines)}
        message = MailMessage(
            subject,
            shown,
            link=settings.SITE_URL or settings.PUBLIC_URL,
            button=_("Have a look"),
            unsubscribe=f"{settings.PUBLIC_URL}/u/{inbox.unsubscribe_key}",
        )
    send_mail_message(message, to=inbox.user.email, locale=inbox.user.locale)

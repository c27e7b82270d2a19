"""The account activity: what a member would want to know happened."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from resources.api import SYSTEM, Actor, changes
from users.callers import NOWHERE, Caller
from users.models import AccountEvent, EventKind, Session, User

KEPT_FOR = timedelta(days=365)


def record_event(
    user: User,
    kind: EventKind,
    *,
    by: Actor,
    caller: Caller = NOWHERE,
    session: Session | None = None,
    **detail: object,
) -> AccountEvent:
    """Write a line into a member's account activity, and so into the change log."""
    return changes.create(
        AccountEvent,
        by=by,
        user=user,
        kind=kind,
        session=session,
        device=caller.device,
        address=caller.address,
        detail=detail,
    )


def forget_old_events() -> int:
    """Delete account activity older than a year; returns the number of lines."""
    old = AccountEvent.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    events = list(old[:1000])
    for event in events:
        changes.delete(event, by=SYSTEM)
    return len(events)

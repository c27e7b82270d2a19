"""Background work on webhooks, and what wakes it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from resources.api import LATER, Action, Change, job
from webhooks.models import Webhook
from webhooks.selectors import NEVER_TOLD, idle_webhooks, topics
from webhooks.services import delivering

if TYPE_CHECKING:
    from datetime import datetime


@job(priority=LATER)
def deliver(webhook_id: str) -> None:
    """Tell a webhook what is new, and come again when that is not all."""
    again = delivering.deliver(UUID(webhook_id))
    if again:
        schedule(UUID(webhook_id), again)


def schedule(webhook_id: UUID, at: datetime) -> bool:
    """Enqueue the telling of an active webhook unless a task waits; tells whether it had to be."""
    with transaction.atomic():
        if not Webhook.objects.idle(at).filter(pk=webhook_id).update(next_at=at):
            return False
        deliver.using(run_after=at).enqueue(str(webhook_id))
    return True


def wake_webhooks() -> int:
    """Look after every webhook that nobody is at; returns their number."""
    return sum(schedule(key, timezone.now()) for key in delivering.lost_webhooks())


def hear(change: Change, **_signal: object) -> None:
    """Hear of every committed change and wake the webhooks that listen to it."""
    if change.resource == NEVER_TOLD:
        topics.forget()
        if change.action != Action.DELETE:
            schedule(change.record_id, timezone.now())
    elif topics.include(change.resource):
        now = timezone.now()
        for key in idle_webhooks(change.resource, now):
            schedule(key, now)

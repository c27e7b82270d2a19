"""Telling webhooks what has changed: in order, at least once, by one task at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import randbelow
from time import monotonic
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from resources.api import SYSTEM, changes, feed, outgoing, spans, tracing
from webhooks.messages import message_about
from webhooks.models import Delivery, DeliveryStatus, Webhook
from webhooks.selectors import FRESH_FOR, is_heard

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from resources.api import Change
    from webhooks.messages import WebhookMessage

LEASE = timedelta(minutes=1)
PAGE = 500
SECONDS_PER_RUN = 20.0
SOON = timedelta(seconds=1)
WHEN_BUSY = timedelta(seconds=5)
# After 9 s, 27 s, 81 s, …: ten attempts, the last of them a day after the first.
FIRST_RETRY = 9.0
GROWTH = 3
MOST_FAILURES = 10
DELIVERIES_ARE_KEPT_FOR = timedelta(days=30)
LOST_AFTER = timedelta(minutes=10)


def deliver(webhook_id: UUID) -> datetime | None:
    """Tell a webhook what is new; returns when to look again, None when somebody will say so.

    Does nothing unless it is due: of a task and a later one that replaces it, one is.
    """
    now = timezone.now()
    due = Webhook.objects.filter(pk=webhook_id, next_at__lte=now)
    if not due.update(next_at=None):
        return None
    turn = Turn.take(webhook_id)
    if turn is None:
        return now + WHEN_BUSY
    try:
        return _tell(turn)
    finally:
        turn.end()


def lost_webhooks() -> list[UUID]:
    """Return the active webhooks that nobody is at, those whose task has got lost among them."""
    lost = timezone.now() - LOST_AFTER
    Webhook.objects.filter(next_at__lt=lost).update(next_at=None)
    return list(Webhook.objects.idle(timezone.now()).values_list("pk", flat=True))


def forget_old_deliveries() -> int:
    """Delete what was delivered a month ago; returns the number."""
    old = timezone.now() - DELIVERIES_ARE_KEPT_FOR
    count, _per_model = Delivery.objects.filter(created_at__lt=old).delete()
    return count


class Turn:
    """The right to tell one webhook, for a minute from its last use.

    It is lost when the webhook is changed, replayed or switched off meanwhile.
    """

    def __init__(self, webhook: Webhook, until: datetime) -> None:
        self.webhook = webhook
        self.place = webhook.place
        self.until = until

    @classmethod
    def take(cls, webhook_id: UUID) -> Turn | None:
        """Take the turn unless somebody has it."""
        until = timezone.now() + LEASE
        free = Q(busy_until=None) | Q(busy_until__lt=timezone.now())
        webhooks = Webhook.objects.filter(free, pk=webhook_id, is_active=True)
        if not webhooks.update(busy_until=until):
            return None
        webhook = Webhook.objects.filter(pk=webhook_id, busy_until=until).first()
        return cls(webhook, until) if webhook else None

    def keep(self, place: int, **columns: object) -> bool:
        """Write how far the webhook is; tells whether the turn is still ours."""
        held = self._held().filter(revision=self.webhook.revision, place=self.place)
        until = timezone.now() + LEASE
        if not held.update(busy_until=until, place=place, **columns):
            return False
        self.place, self.until = place, until
        return True

    def end(self) -> None:
        """Let others have it."""
        self._held().update(busy_until=None)

    def _held(self) -> QuerySet[Webhook]:
        return Webhook.objects.filter(pk=self.webhook.pk, busy_until=self.until)


def _tell(turn: Turn) -> datetime | None:
    """Send the next changes until one fails, the page ends or others should have their turn."""
    end = monotonic() + SECONDS_PER_RUN
    page = feed.changes_after(turn.place, most=PAGE)
    told = turn.place
    for change in page:
        if monotonic() > end:
            break
        if is_heard(turn.webhook.topics, change.resource):
            again = _send(turn, change)
            if again:
                return again
        told = change.position
    if not turn.keep(told) or (page and told < page[-1].position) or len(page) == PAGE:
        return timezone.now()
    return _next_look(turn)


def _next_look(turn: Turn) -> datetime | None:
    """Return when there may be more that nobody announces.

    What has no place in the feed yet gets one soon, and other processes are not at once aware of
    a webhook that has just been changed.
    """
    if feed.committed_since(turn.place).exists():
        return timezone.now() + SOON
    known_to_all = turn.webhook.updated_at + timedelta(seconds=FRESH_FOR)
    return known_to_all if known_to_all > timezone.now() else None


def _send(turn: Turn, change: Change) -> datetime | None:
    """Make one attempt; returns when to go on if it was in vain, or the turn is lost."""
    message = message_about(change, turn.webhook.pk)
    headers = message.headers(turn.webhook.secrets, at=int(timezone.now().timestamp()))
    traced = tracing.passed_on(change.request_id)
    outcome = outgoing.post(turn.webhook.url, message.body, {**headers, **traced})
    if spans.exporter.is_on and change.request_id:
        attributes = {"http.response.status_code": outcome.status or 0}
        seconds = outcome.duration / 1000
        spans.note_step("webhook", spans.CLIENT, change.request_id, seconds, attributes)
    if not outcome.is_good:
        return _put_off(turn, change, message, outcome)
    with transaction.atomic():
        if not turn.keep(change.position, failure_count=0):
            return timezone.now()
        turn.webhook.failure_count = 0
        _note(turn, change, message, outcome, status=DeliveryStatus.SENT)
    return None


def _put_off(
    turn: Turn, change: Change, message: WebhookMessage, outcome: outgoing.Outcome
) -> datetime:
    """Remember a failure; the last one switches the webhook off."""
    failures = turn.webhook.failure_count + 1
    is_over = outcome.is_gone or failures >= MOST_FAILURES
    now = timezone.now()
    again = now + retry_delay(failures)
    with transaction.atomic():
        if not turn.keep(turn.place, failure_count=failures):
            return now
        if is_over:
            _note(turn, change, message, outcome, status=DeliveryStatus.FAILED)
            _switch_off(turn.webhook, f"{failures} failures in a row, the last: {outcome.error}")
        else:
            status = {"status": DeliveryStatus.PENDING, "next_at": again}
            _note(turn, change, message, outcome, **status)
    return again


def _switch_off(webhook: Webhook, reason: str) -> None:
    row = changes.locked(webhook)
    changes.update(row, by=SYSTEM, is_active=False, disabled_reason=reason[:300])


def retry_delay(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row, a tenth more or less by chance."""
    seconds = FIRST_RETRY * GROWTH ** (failures - 1)
    return timedelta(seconds=seconds * (900 + randbelow(201)) / 1000)


def _note(
    turn: Turn,
    change: Change,
    message: WebhookMessage,
    outcome: outgoing.Outcome,
    **columns: object,
) -> None:
    """Write the attempt into the log of deliveries."""
    delivery, _is_new = Delivery.objects.get_or_create(
        webhook=turn.webhook,
        place=change.position,
        defaults={"message_id": message.id, "kind": message.kind},
    )
    values = {
        "attempts": delivery.attempts + 1,
        "attempted_at": timezone.now(),
        "response_status": outcome.status,
        "duration": outcome.duration,
        "error": outcome.error,
        "next_at": None,
        **columns,
    }
    Delivery.objects.filter(pk=delivery.pk).update(**values)

"""Telling members what concerns them, in the background: inbox, push, digests."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.module_loading import import_string

from community.models import Notification
from community.selectors.notifications import next_followers, wants_push
from community.services import digests
from community.services.inboxes import open_inbox
from community.services.notifying import tell
from community.services.occasions import is_published, occasions_of, publication_for
from community.services.withdrawing import may_withdraw, withdraw_after
from resources.api import LATER, Action, Retry, job

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from community.services.occasions import Occasion
    from resources.api import Change

PUSHING = Retry(attempts=4, first_pause=timedelta(minutes=1), growth=8)
"""How often a push service is tried that does not answer, or is busy."""
FOLLOWERS_AT_ONCE = 50


class PushServiceAway(Exception):
    """A push service did not take a message."""


def open_inboxes(batch: Sequence[Change]) -> None:
    """Create the inbox of every new member (log consumer)."""
    for change in batch:
        if change.action == Action.CREATE:
            open_inbox(change.record_id)


def notify(batch: Sequence[Change]) -> None:
    """Tell members what concerns them, and take back what does no more (log consumer)."""
    occasions: list[Occasion] = []
    for change in batch:
        if may_withdraw(change):
            # What came before is told first, so that it can be taken back.
            _tell(occasions)
            occasions = []
            withdraw_after(change)
        occasions += occasions_of(change)
        if is_published(change):
            announce.enqueue(change.resource, str(change.record_id))
    _tell(occasions)


@job(priority=LATER)
def announce(resource: str, record_id: str, after: str = "") -> None:
    """Tell the next followers who asked for it of a card or post; others get their turn later."""
    occasion = publication_for(resource, UUID(record_id))
    if occasion is None or occasion.actor_id is None:
        return
    followers = next_followers(occasion.actor_id, after=after, most=FOLLOWERS_AT_ONCE)
    _tell([occasion.to(follower) for follower in followers])
    if len(followers) == FOLLOWERS_AT_ONCE:
        announce.enqueue(resource, record_id, str(followers[-1]))


def _tell(occasions: Collection[Occasion]) -> None:
    """Tell of occasions, and enqueue push messages unless some have just been sent."""
    for notification in tell(occasions) if occasions else ():
        if wants_push(notification):
            Notification.objects.filter(pk=notification.pk).update(pushed_at=timezone.now())
            push_notification.enqueue(str(notification.pk))


@job(priority=LATER)
def push_notification(notification_id: str) -> None:
    """Send push messages about a notification."""
    for subscription_id in _pushing("push")(UUID(notification_id)):
        at = timezone.now() + PUSHING.pause(1)
        again = push_notification_again.using(run_after=at)
        again.enqueue(str(subscription_id), notification_id)


@job(priority=LATER, retry=PUSHING)
def push_notification_again(subscription_id: str, notification_id: str) -> None:
    """Send a push message once more that could not be delivered; raises while it can't."""
    if not _pushing("push_again")(UUID(subscription_id), UUID(notification_id)):
        raise PushServiceAway(subscription_id)


@job(priority=LATER)
def send_digest(inbox_id: str) -> None:
    """Mail a member's digest."""
    digests.send_digest(UUID(inbox_id))


def send_due_digests() -> int:
    """Enqueue the digests that are due; return their number."""
    due = digests.due_inboxes(timezone.now())
    for inbox_id in due:
        send_digest.enqueue(str(inbox_id))
    return len(due)


def _pushing(name: str) -> Any:
    """Return a function of the module that only the worker loads."""
    return import_string(f"community.services.pushing.{name}")

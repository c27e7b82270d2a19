"""What admins do to webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from resources.api import FieldError, changes, feed, invalid, outgoing, registry
from webhooks.messages import new_secret
from webhooks.models import Webhook
from webhooks.selectors import EVERYTHING, NEVER_TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.api import Actor


def create_webhook(*, by: Actor, **values: object) -> Webhook:
    """Make a webhook that hears from now on; `webhook.secret` is what its receiver verifies by.

    Raises Problem 400 for an address that is never sent to and for an unknown topic.
    """
    _require_usable(values)
    secret = new_secret()
    webhook = changes.create(Webhook, by=by, signing_secret=secret, place=feed.head(), **values)
    webhook.secret = secret
    return webhook


def update_webhook(webhook: Webhook, *, by: Actor, **values: object) -> None:
    """Change a webhook; what it has not been told is tried at once. Raises Problem 400."""
    _require_usable(values)
    if values.get("is_active"):
        values["disabled_reason"] = ""
    before = webhook.revision
    changes.update(webhook, by=by, **values)
    if webhook.revision != before:
        _begin_again(webhook)


def rotate_secret(webhook: Webhook, *, by: Actor) -> Webhook:
    """Sign by a new secret, which is in `webhook.secret`, and by the one before until the next."""
    secret = new_secret()
    webhook = changes.update(
        webhook,
        by=by,
        previous_secret=webhook.signing_secret,
        signing_secret=secret,
        rotated_at=timezone.now(),
    )
    webhook.secret = secret
    return webhook


def replay(webhook: Webhook, *, by: Actor, cursor: int) -> None:
    """Tell a webhook everything after a cursor once more; the messages keep their ids.

    Raises Problem 400 for a place in the feed that it has not come to, or that is forgotten.
    """
    if cursor > webhook.place:
        message = _("The webhook has not come that far.")
        raise invalid([FieldError("from", "too_far", message)])
    if not feed.reaches_back_to(cursor):
        message = _("The log does not reach back to there.")
        raise invalid([FieldError("from", "too_old", message)])
    changes.update(webhook, by=by, replayed_at=timezone.now())
    _begin_again(webhook, place=cursor)


def problems(values: Mapping[str, Any]) -> Iterator[FieldError]:
    """Return what is wrong with an address or with topics that somebody wants."""
    try:
        outgoing.checked_url(values.get("url", "https://example.com"))
    except ValueError:
        yield FieldError("url", "unfit", _("Nothing may be sent to this address."))
    known = {EVERYTHING, *(resource.name for resource in registry.all_resources())} - {NEVER_TOLD}
    if not known.issuperset(values.get("topics", ())):
        yield FieldError(
            "topics", "invalid_choice", _("Name resources such as “cards”, or “*” for all.")
        )


def _begin_again(webhook: Webhook, **columns: object) -> None:
    """Forget past failures; a task that waits for the next attempt will find that it need not."""
    Webhook.objects.filter(pk=webhook.pk).update(failure_count=0, next_at=None, **columns)


def _require_usable(values: Mapping[str, object]) -> None:
    errors = list(problems(values))
    if errors:
        raise invalid(errors)

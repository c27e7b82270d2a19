"""Push messages to browsers: encrypted (RFC 8291), signed (RFC 8292), sent (RFC 8030).

Only the worker imports this, as pywebpush takes half a second and 13 MiB.
"""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jwt
import orjson
from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import Truncator
from pywebpush import WebPusher

from community.models import Inbox, Notification, PushSubscription
from community.selectors.notifications import may_view_all, recipient, relations_of
from community.services.push_keys import public_push_key, push_key, to_base64url
from community.services.wording import sentence
from resources.api import SYSTEM, changes, outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

KEPT_SECONDS = 24 * 60 * 60
"""How long a push service keeps a message for a browser that is away."""
SIGNED_SECONDS = 12 * 60 * 60
LONGEST_TEXT = 300
GONE = (404, 410)
BUSY = 429


def push(notification_id: UUID) -> list[UUID]:
    """Tell all browsers of the recipient of an unread notification.

    A subscription that its push service doesn't know any more is deleted. Return the ids of those
    that are to be tried again.
    """
    notification = Notification.objects.filter(pk=notification_id, is_read=False).first()
    if notification is None:
        return []
    subscriptions = PushSubscription.objects.filter(user=notification.recipient_id)
    return [each.pk for each in subscriptions if not push_to(each, notification)]


def push_again(subscription_id: UUID, notification_id: UUID) -> bool:
    """Tell one browser once more; return whether that is settled."""
    notification = Notification.objects.filter(pk=notification_id, is_read=False).first()
    subscription = PushSubscription.objects.filter(pk=subscription_id).first()
    return notification is None or subscription is None or push_to(subscription, notification)


def push_to(subscription: PushSubscription, notification: Notification) -> bool:
    """Send one message; return whether that is settled: taken, or not to be tried again."""
    actor = recipient(notification.recipient_id)
    if actor is None or not may_view_all(actor, relations_of(notification)):
        return True
    body = _encrypted(subscription, _payload(notification))
    outcome = outgoing.post(subscription.endpoint, body, _headers(subscription, notification))
    if outcome.status in GONE:
        changes.delete(subscription, by=SYSTEM)
        return True
    if outcome.is_good:
        subscriptions = PushSubscription.objects.filter(pk=subscription.pk)
        subscriptions.update(last_used_at=timezone.now())
        return True
    # Another answer in the four hundreds says that the same message would fail again.
    return outcome.status is not None and 400 <= outcome.status < 500 and outcome.status != BUSY


def _payload(notification: Notification) -> bytes:
    """Return what the service worker of the site gets, far below the 3,993 bytes that fit."""
    inbox = Inbox.objects.filter(pk=notification.recipient_id).first()
    with translation.override(notification.recipient.locale):
        text = Truncator(sentence(notification)).chars(LONGEST_TEXT)
    about = {name.removesuffix("_id"): key for name, key in relations_of(notification).items()}
    return orjson.dumps(
        {
            "notification": notification.pk,
            "kind": notification.kind,
            "text": text,
            "unread_count": inbox.unread_count if inbox else 0,
            **about,
        }
    )


def _encrypted(subscription: PushSubscription, payload: bytes) -> bytes:
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    body: bytes = pusher.encode(payload)["body"]
    return body


def _headers(subscription: PushSubscription, notification: Notification) -> Mapping[str, str]:
    """Return the headers; of two messages with one topic, a browser that was away gets the last."""
    parts = urlsplit(subscription.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time()) + SIGNED_SECONDS,
        "sub": settings.VAPID_SUBJECT,
    }
    token = jwt.encode(claims, push_key(), "ES256")
    return {
        "Authorization": f"vapid t={token}, k={public_push_key()}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Topic": to_base64url(notification.pk.bytes),
        "Urgency": "normal",
    }

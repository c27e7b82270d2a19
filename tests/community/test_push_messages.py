"""Push messages: encrypted for the browser, signed by this server, ended when nobody is there."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from uuid import UUID

import http_ece
import jwt
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.utils import timezone

from community.models import PushKey, PushSubscription
from community.services.push_keys import from_base64url, push_key, to_base64url
from community.tasks.notifications import push_notification, push_notification_again
from tests.consuming import run_consumers
from tests.webhooks.conftest import Receiver, receiver
from tests.working import run_later, waiting

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

__all__ = ["receiver"]


class PushBrowser:
    """A browser's half of a subscription: it has the keys and reads what it is sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    @property
    def subscription(self) -> dict[str, str]:
        """Return what `PushSubscription.toJSON()` says."""
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        auth = urlsafe_b64encode(self.auth).decode()
        return {"endpoint": self.url, "p256dh": to_base64url(point), "auth": auth}

    def reads(self, body: bytes) -> Any:
        """Decrypt a message (RFC 8291)."""
        plain = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        return orjson.loads(plain)


@pytest.fixture(autouse=True)
def own_network(settings: Settings) -> None:
    """Let messages reach this machine."""
    settings.WEBHOOK_ALLOW_PRIVATE = True


def like(card: JsonObject, *personas: Persona) -> list[str]:
    """Have a card liked; return the ids of the notifications that are to be pushed."""
    before = pending()
    for persona in personas:
        persona.api.put(f"cards/{card['id']}/like")
    run_consumers()
    return [key for key in pending() if key not in before]


def pending() -> list[str]:
    return [job.arguments["kwargs"]["notification_id"] for job in waiting(push_notification)]


def test_alices_browser_shows_what_happens_to_her_card(
    alice: Persona, bob: Persona, carol: Persona, receiver: Receiver
) -> None:
    browser = PushBrowser(receiver.url)
    public = alice.api.get("push-key").json()["public_key"]
    assert len(from_base64url(public)) == 65
    assert PushKey.objects.count() == 1
    alice.creates("push-subscriptions", **browser.subscription, device="Firefox")
    card = alice.creates("cards", title="Dragon", status="published")
    [told] = like(card, bob)
    push_notification.call(told)

    [heard] = receiver.heard
    message = browser.reads(heard.body)
    assert message["text"] == "Bob liked “Dragon”."
    assert (message["notification"], message["kind"], message["card"]) == (told, "like", card["id"])
    assert message["unread_count"] == 1
    scheme, _space, credentials = heard.headers["authorization"].partition(" ")
    said = dict(part.split("=", 1) for part in credentials.replace(" ", "").split(","))
    origin = receiver.url.rpartition("/")[0]
    claims = jwt.decode(said["t"], push_key().public_key(), ["ES256"], audience=origin)
    assert (scheme, said["k"]) == ("vapid", public)
    assert claims["sub"].startswith("mailto:")
    assert heard.headers["content-encoding"] == "aes128gcm"
    assert from_base64url(heard.headers["topic"]) == UUID(told).bytes
    assert int(heard.headers["ttl"]) > 0

    assert like(card, carol) == [], "she has just been told"
    alice.creates("notification-preferences", kind="follow", is_pushed=False)
    bob.api.put(f"users/{alice.id}/follow")
    assert like(card, alice) == []
    alice.api.put(f"inboxes/{alice.id}/read")
    push_notification.call(told)
    assert len(receiver.heard) == 1, "what is read is not pushed"


def test_a_subscription_ends_when_its_browser_is_gone(
    alice: Persona, bob: Persona, carol: Persona, receiver: Receiver
) -> None:
    alice.creates("push-subscriptions", **PushBrowser(receiver.url).subscription)
    [told] = like(alice.creates("cards", title="Dragon", status="published"), bob)
    receiver.answers = [503, 429, 410]
    push_notification.call(told)
    for attempt in range(2):
        again = waiting(push_notification_again).get()
        assert (again.attempts, again.run_at > timezone.now()) == (attempt, True)
        assert run_later(push_notification_again) == 1
    assert not PushSubscription.objects.exists()
    assert len(receiver.heard) == 3
    push_notification_again.call(**again.arguments["kwargs"])
    assert len(receiver.heard) == 3


def test_a_browser_is_one_members_and_its_secrets_are_sealed(
    alice: Persona, bob: Persona, moderator: Persona, settings: Settings
) -> None:
    subscription = PushBrowser("https://push.example.com/send/abc").subscription
    first = alice.creates("push-subscriptions", **subscription)
    assert alice.creates("push-subscriptions", **subscription)["id"] != first["id"]
    bob.creates("push-subscriptions", **subscription)
    assert alice.api.get("push-subscriptions").json()["results"] == []
    for other in (alice, moderator):
        assert other.api.get("push-subscriptions").json()["results"] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint, p256dh, auth FROM community_pushsubscription")
        [stored] = cursor.fetchall()
    assert not set(subscription.values()) & set(stored)
    settings.WEBHOOK_ALLOW_PRIVATE = False
    for endpoint in ("https://127.0.0.1/x", "ftp://push.example.com/x", "https://a:b@example.com/"):
        refused = alice.api.post("push-subscriptions", {**subscription, "endpoint": endpoint})
        assert refused.status_code == 400, endpoint
        assert refused.json()["errors"][0]["field"] == "endpoint"
    for wrong in ({"auth": "!"}, {"p256dh": "AAAA"}, {"p256dh": "A" * 87}):
        refused = alice.api.post("push-subscriptions", {**subscription, **wrong})
        assert refused.status_code == 400, wrong


def test_an_operator_can_bring_the_key(alice: Persona, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = to_base64url(bytes(31) + b"\x01")
    generator = alice.api.get("push-key").json()["public_key"]
    assert from_base64url(generator)[1:33].hex().startswith("6b17d1f2"), "the curve's base point"
    assert not PushKey.objects.exists()

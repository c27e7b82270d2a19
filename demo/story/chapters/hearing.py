"""What members are told of, and what they find."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from demo.story.stage import expect

if TYPE_CHECKING:
    from demo.story.stage import Stage


def be_told(stage: Stage) -> None:
    """Mina's inbox tells of likes together; reading it empties the count."""
    mina = stage["mina"]
    mina.post("notification-preferences", kind="follow", is_mailed=False)
    stage.settle()
    inbox = mina.get(f"inboxes/{mina.id}")
    notifications = mina.list("notifications")
    expect(inbox["unread_count"], len([each for each in notifications if not each["is_read"]]))
    likes = [each for each in notifications if each["kind"] == "like" and not each["comment"]]
    expect([each["actor_count"] for each in likes], [4])
    mina.put(f"inboxes/{mina.id}/read")
    expect(mina.get(f"inboxes/{mina.id}")["unread_count"], 0)


def choose_how_to_be_told(stage: Stage) -> None:
    """Mina has a digest every day; her browser shows push messages until she signs it off."""
    mina = stage["mina"]
    expect(mina.patch(f"inboxes/{mina.id}", digest="daily")["digest"], "daily")
    expect(len(stage.visitor.get("push-key")["public_key"]), 87)
    browser = mina.post(
        "push-subscriptions",
        endpoint="https://push.example.com/mina",
        p256dh=_browser_key(),
        auth="tBHItJI5svbpez7KI4CCXg",
        device="Firefox on Linux",
    )
    expect([each["device"] for each in mina.list("push-subscriptions")], ["Firefox on Linux"])
    expect(stage["sora"].list("push-subscriptions"), [])
    mina.delete(f"push-subscriptions/{browser['id']}")
    expect(mina.list("push-subscriptions"), [])


def _browser_key() -> str:
    """Return a key as a browser makes it for a subscription (RFC 8291)."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(public.public_bytes(*form)).decode().rstrip("=")


def search(stage: Stage) -> None:
    """Words of both languages are found, with particles and in compounds."""
    found = stage.visitor.get(f"search?q={quote('용을')}")["results"]
    expect(stage.kept["post"] in {each["id"] for each in found["posts"]["results"]}, True)
    cards = stage.visitor.list("cards?search=moth")
    expect([each["id"] for each in cards], [stage.kept["Gilded Moth"]])

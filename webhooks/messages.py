"""What a webhook is sent: a change as a signed message (https://www.standardwebhooks.com)."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from resources.api import Change

PREFIX = "whsec_"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """One change as it is told: `id` is the same however often it is sent."""

    id: str
    kind: str
    body: bytes

    def headers(self, secrets: Iterable[str], *, at: int) -> dict[str, str]:
        """Return the headers of an attempt at a time (Unix seconds), signed by each secret."""
        return {
            "Content-Type": "application/json",
            "User-Agent": "Holobase-Webhooks",
            "webhook-id": self.id,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(self._signature(secret, at) for secret in secrets),
        }

    def _signature(self, secret: str, at: int) -> str:
        signed = f"{self.id}.{at}.".encode() + self.body
        key = b64decode(secret.removeprefix(PREFIX))
        return f"v1,{b64encode(hmac.digest(key, signed, sha256)).decode()}"


def new_secret() -> str:
    """Make a secret in the form that the libraries of receivers take."""
    return PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()


def message_about(change: Change, webhook_id: UUID) -> WebhookMessage:
    """Put a change into the words of a message to a webhook."""
    kind = f"{change.resource}.{change.action}"
    data = {
        "id": change.record_id,
        "cursor": str(change.position),
        "action": change.action,
        "resource": change.resource,
        "before": change.before,
        "after": change.after,
    }
    body = orjson.dumps(
        {"type": kind, "timestamp": change.at, "data": data}, option=orjson.OPT_UTC_Z
    )
    return WebhookMessage(f"msg_{webhook_id.hex}_{change.pk}", kind, body)

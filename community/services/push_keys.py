"""The key pair that push services know this server by (VAPID, RFC 8292)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from community.models import PushKey

CURVE = ec.SECP256R1()
KEY_BYTES = 32
SECRET_BYTES = 16


def push_key() -> ec.EllipticCurvePrivateKey:
    """Return the key of `VAPID_PRIVATE_KEY`; without one, that of the database, made on first use.

    Browsers subscribe for one key: with another, they have to subscribe again.
    """
    text = settings.VAPID_PRIVATE_KEY or _stored_key()
    return ec.derive_private_key(int.from_bytes(from_base64url(text)), CURVE)


def public_push_key() -> str:
    """Return what a browser subscribes for (`applicationServerKey`), in base64url."""
    point = (
        push_key()
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return to_base64url(point)


def browser_key(p256dh: str) -> ec.EllipticCurvePublicKey:
    """Read the public key of a browser's subscription; raises ValueError if it is none."""
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(p256dh))


def browser_secret(auth: str) -> bytes:
    """Read the secret of a browser's subscription (RFC 8291, 3.2); raises ValueError."""
    secret = from_base64url(auth)
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"{SECRET_BYTES} bytes were expected")
    return secret


def _stored_key() -> str:
    if not PushKey.objects.exists():
        secret = ec.generate_private_key(CURVE).private_numbers().private_value
        PushKey.objects.create(private=to_base64url(secret.to_bytes(KEY_BYTES)))
    # Two processes may have made one each: the first counts.
    return PushKey.objects.order_by("pk")[0].private


def to_base64url(data: bytes) -> str:
    """Write bytes in base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read what base64url says, padded or not; raises ValueError if it is none."""
    bare = text.rstrip("=")
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))

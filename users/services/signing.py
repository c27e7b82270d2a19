"""Key pairs that tokens are signed with: made on first use, rotated by command."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from jwt.algorithms import ECAlgorithm

from resources.api import together
from users.models import SigningKey

if TYPE_CHECKING:
    from resources.api import JsonObject

ALGORITHM = "ES256"


def create_signing_key() -> SigningKey:
    """Make a key pair on the curve P-256; the newest signs."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key_id = get_random_string(22)
    jwk = orjson.loads(ECAlgorithm.to_jwk(private.public_key()))
    public = jwk | {"kid": key_id, "alg": ALGORITHM, "use": "sig"}
    return SigningKey.objects.create(id=key_id, private=pem.decode(), public=public)


def rotate_signing_key() -> SigningKey:
    """Sign with a new key from now on; the old ones verify until their last token is out.

    Keys whose last token is out are deleted.
    """
    now = timezone.now()
    lasting = settings.REFRESH_LIFETIME + timedelta(hours=1)
    with together():
        SigningKey.objects.filter(expires_at__lt=now).delete()
        SigningKey.objects.filter(expires_at=None).update(expires_at=now + lasting)
        return create_signing_key()


def signing_key() -> SigningKey:
    """Return the key to sign with, made now if there is none."""
    newest = SigningKey.objects.filter(expires_at=None).order_by("-created_at", "-id").first()
    return newest or create_signing_key()


def verifying_keys() -> list[JsonObject]:
    """Return the public keys of all tokens that are out, as JSON Web Keys (RFC 7517)."""
    usable = SigningKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    return list(usable.order_by("-created_at").values_list("public", flat=True))

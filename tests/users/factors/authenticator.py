"""An authenticator in software: makes passkeys (ES256) and shows them, honestly or not."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING

import cbor2
import orjson
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from resources.json_text import JsonObject

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, CAN_BE_BACKED_UP, IS_BACKED_UP, HAS_KEY = 1, 4, 8, 16, 64


def text(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 4648, 5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(written: str) -> bytes:
    """Read what `text` writes."""
    return urlsafe_b64decode(f"{written}===")


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass
class Authenticator:
    """One passkey of one account: `counter` is what it says next, `flags` what it has checked."""

    origin: str = ORIGIN
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    user_handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=new_key)
    public_key: dict[int, object] | None = None
    more_client_data: JsonObject = field(default_factory=dict)

    def create(self, options: JsonObject) -> JsonObject:
        """Answer `navigator.credentials.create()` (RegistrationResponseJSON)."""
        self.user_handle = data(options["user"]["id"])
        key = cbor2.dumps(self.public_key or self._public_key())
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + key
        statement = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._data(self.flags | HAS_KEY) + attested,
        }
        return self._credential(
            clientDataJSON=text(self._client_data("webauthn.create", options["challenge"])),
            attestationObject=text(cbor2.dumps(statement)),
            transports=["internal", "telepathy"],
        )

    def get(self, options: JsonObject) -> JsonObject:
        """Answer `navigator.credentials.get()` (AuthenticationResponseJSON)."""
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = self._data(self.flags)
        signature = self.key.sign(signed + sha256(client_data).digest(), ECDSA(SHA256()))
        return self._credential(
            clientDataJSON=text(client_data),
            authenticatorData=text(signed),
            signature=text(signature),
            userHandle=text(self.user_handle),
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return orjson.dumps(said | self.more_client_data)

    def _data(self, flags: int) -> bytes:
        host = sha256(self.host.encode()).digest()
        return host + flags.to_bytes(1, "big") + self.counter.to_bytes(4, "big")

    def _public_key(self) -> dict[int, object]:
        """Write the key as COSE does (RFC 9053, 7.1): EC2, ES256, P-256, x, y."""
        numbers = self.key.public_key().public_numbers()
        return {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }

    def _credential(self, **response: object) -> JsonObject:
        name = text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

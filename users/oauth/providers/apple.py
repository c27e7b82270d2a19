"""Apple: the client secret is signed by us, and the name comes with the first answer only."""

from __future__ import annotations

from time import time
from typing import override

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from resources.api import JsonError, read_json
from users.oauth.openid_connect import Oidc
from users.oauth.provider import Provider, Variable, untyped

SCOPE = ["openid", "name", "email"]
SECRET_LIVES_FOR = 300


class Apple(Oidc):
    """Speaks with Apple."""

    name = "apple"
    OIDC_ENDPOINT = "https://appleid.apple.com"
    DEFAULT_SCOPE = SCOPE

    @override
    def auth_params(self, state: str | None = None) -> dict[str, str]:
        params: dict[str, str] = untyped(super()).auth_params(state)
        # Apple gives names and addresses by no other way.
        return {**params, "response_mode": "form_post"}

    @override
    def use_basic_auth(self) -> bool:
        return False

    @override
    def get_key_and_secret(self) -> tuple[str, str]:
        client_id, now = str(self.setting("KEY")), int(time())
        claims = {
            "iss": self.setting("TEAM"),
            "sub": client_id,
            "aud": self.OIDC_ENDPOINT,
            "iat": now,
            "exp": now + SECRET_LIVES_FOR,
        }
        key_id = str(self.setting("KEY_ID"))
        secret = jwt.encode(claims, str(self.setting("PRIVATE_KEY")), "ES256", {"kid": key_id})
        return client_id, secret

    @override
    def user_data(
        self, access_token: str, *args: object, **kwargs: object
    ) -> dict[str, object] | None:
        return {"nickname": _first_name(self.data.get("user") or "{}")}


def _first_name(text: str) -> str:
    """Return the name that the browser brings from Apple; anybody can have written it."""
    try:
        first = read_json(text)["name"]["firstName"]
    except (JsonError, LookupError, TypeError):
        return ""
    return first if isinstance(first, str) else ""


def private_key(text: str) -> str:
    """Return a private key in PEM; raises ValueError for what is none on an elliptic curve.

    Files of variables hold one line a variable, so line ends may come spelled out.
    """
    pem = text.replace("\\n", "\n")
    try:
        is_usable = isinstance(load_pem_private_key(pem.encode(), None), EllipticCurvePrivateKey)
    except (ValueError, TypeError):
        is_usable = False
    if not is_usable:
        raise ValueError("expected the content of the .p8 file that Apple gives")
    return pem


PROVIDER = Provider(
    "Apple",
    Apple,
    variables=(
        Variable("TEAM", "TEAM_ID"),
        Variable("KEY_ID", "KEY_ID"),
        Variable("PRIVATE_KEY", "PRIVATE_KEY", private_key),
    ),
    posts_back=True,
)

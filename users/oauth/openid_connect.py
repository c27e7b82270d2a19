"""Any OpenID Connect provider: what those of its kind have in common."""

from __future__ import annotations

from typing import override

from social_core.backends.open_id_connect import OpenIdConnectAuth

from users.oauth.provider import Provider

# Signatures by public keys alone: with HS256, who knows the client secret could sign.
SIGNATURES = ["RS256", "ES256", "PS256"]


class Oidc(OpenIdConnectAuth[object]):
    """Any OpenID Connect provider, found by its issuer's discovery document.

    The ID token's signature, issuer, audience, nonce and times are checked by social-core.
    """

    DEFAULT_USE_PKCE = True
    JWT_ALGORITHMS = SIGNATURES

    @override
    def user_data(
        self, access_token: str, *args: object, **kwargs: object
    ) -> dict[str, object] | None:
        has_more = "userinfo_endpoint" in self.oidc_config()
        return super().user_data(access_token, *args, **kwargs) if has_more else {}


PROVIDER = Provider("", Oidc)

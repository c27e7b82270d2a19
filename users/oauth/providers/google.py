"""Google, an OpenID Connect provider like any other."""

from __future__ import annotations

from users.oauth.openid_connect import Oidc
from users.oauth.provider import Provider


class Google(Oidc):
    """Speaks with Google."""

    name = "google"
    OIDC_ENDPOINT = "https://accounts.google.com"


PROVIDER = Provider("Google", Google)

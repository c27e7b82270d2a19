"""The conversation with a provider: where to send the member, and what came back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.utils.module_loading import import_string
from social_core.exceptions import AuthCanceled, AuthProviderError, SocialAuthBaseException

from users.oauth.accounts import ProviderAccount, read_account
from users.oauth.registry import provider_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.api import JsonObject

logger = logging.getLogger("holobase.oauth")


class ProviderError(Exception):
    """The provider did not let the member in; `code` is one of RFC 6749, 4.1.2.1."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Opening(NamedTuple):
    """Where to send the member, the state sent along, and what to remember until the answer."""

    url: str
    state: str
    memory: JsonObject


def api_address(provider: str, leaf: str) -> str:
    """Return the public address of one of a provider's endpoints here."""
    return f"{settings.PUBLIC_URL}/api/v1/auth/oauth/{provider}/{leaf}"


def open_conversation(provider: str) -> Opening:
    """Make a state, a nonce and a PKCE verifier for a provider; raises ProviderError.

    OpenID Connect's discovery document is fetched here the first time.
    """
    memory: JsonObject = {}
    backend = _backend(provider, memory)
    try:
        url = backend.auth_url()
    except SocialAuthBaseException as error:
        raise _failure(provider, error) from error
    state = parse_qs(urlsplit(url).query)["state"][0]
    return Opening(url, state, memory)


def close_conversation(
    provider: str, memory: dict[str, object], answer: Mapping[str, str]
) -> ProviderAccount:
    """Trade the provider's code for its word on who this is; raises ProviderError."""
    backend = _backend(provider, memory, answer)
    try:
        told = backend.auth_complete()
        told["claims"] = getattr(backend, "id_token", None)
        subject = backend.get_user_id(backend.get_user_details(told), told)
        return read_account(provider, subject, told)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        # social-core's own errors are ValueErrors; the others are what it stumbles over when an
        # answer has another shape than documented.
        raise _failure(provider, error) from error


def _backend(
    provider: str, memory: dict[str, object], answer: Mapping[str, str] | None = None
) -> Any:
    # Most of social-core is loaded where a provider is asked for only.
    strategy_of = import_string("users.oauth.strategy.AttemptStrategy")
    strategy = strategy_of(settings.OAUTH_PROVIDERS[provider], memory, answer)
    backend = provider_named(provider).backend
    return backend(strategy, redirect_uri=api_address(provider, "callback"))


def _failure(provider: str, error: Exception) -> ProviderError:
    if isinstance(error, AuthCanceled):
        return ProviderError("access_denied")
    reason = getattr(error, "code", type(error).__name__)
    logger.warning("Signing in by %s failed: %s", provider, reason)
    is_away = isinstance(error, AuthProviderError)
    return ProviderError("temporarily_unavailable" if is_away else "server_error")

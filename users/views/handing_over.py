"""Sending a browser from the app to the provider, and from the provider back to the app."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from resources.api import Problem
from users.oauth.attempts import SECONDS, Attempt, keep_attempt
from users.oauth.conversation import ProviderError, open_conversation
from users.oauth.redirects import web_origin, with_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

    from users.oauth.attempts import AppRequest

WORDS = {
    "access_denied": _("Signing in was cancelled at the provider."),
    "temporarily_unavailable": _("The provider cannot be reached. Try again later."),
    "server_error": _("The answer of the provider cannot be used."),
}


def send_to_provider(provider: str, app: AppRequest) -> HttpResponse:
    """Send the browser to a provider, with a cookie by which its answer is known to be this one's.

    Each attempt has a cookie of its own, so that two tabs don't disturb each other.
    """
    try:
        opening = open_conversation(provider)
    except ProviderError as error:
        return hand_back(app, words_for(error))
    browser = keep_attempt(opening.state, Attempt(provider, app, opening.memory))
    response = moved(opening.url, app)
    response.set_cookie(
        _cookie_name(opening.state),
        browser,
        max_age=SECONDS,
        path=_cookie_path(),
        secure=settings.PUBLIC_URL.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response


def browser_secret(request: Request, state: str) -> str:
    """Return what the browser's cookie says about a state."""
    return str(request.COOKIES.get(_cookie_name(state), ""))


def forget_browser(response: HttpResponse, state: str) -> HttpResponse:
    """Have the browser drop the cookie of an attempt that is over."""
    response.delete_cookie(_cookie_name(state), path=_cookie_path(), samesite="Lax")
    return response


def words_for(error: ProviderError | Problem) -> dict[str, str]:
    """Return an error as parameters for the app (RFC 6749, 4.1.2.1).

    The description is for developers and may have ASCII characters alone, so it is in English; an
    app tells its members in its own words, by the code.
    """
    description = error.detail if isinstance(error, Problem) else WORDS[error.code]
    with translation.override("en"):
        return {"error": error.code, "error_description": str(description)}


def hand_back(app: AppRequest, parameters: Mapping[str, str]) -> HttpResponse:
    """Send the app its answer, by a redirect or by a message from the pop-up to its opener."""
    answer = {**parameters, "state": app.state}
    address = with_parameters(app.redirect_uri, answer)
    if app.mode == "redirect":
        return moved(address, app)
    nonce = token_urlsafe(16)
    context = {
        "nonce": nonce,
        "title": _("Signing in"),
        "words": _("You can close this window."),
        "handed": {"answer": answer, "origin": web_origin(app.redirect_uri), "address": address},
    }
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'"
    response = HttpResponse(render_to_string("users/oauth/popup.html", context))
    response["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    return _beside_opener(response, app)


def moved(address: str, app: AppRequest, *, status: int = 302) -> HttpResponse:
    """Send the browser on; apps' own schemes are allowed, addresses having been checked before."""
    return _beside_opener(HttpResponse(status=status, headers={"Location": address}), app)


def _beside_opener(response: HttpResponse, app: AppRequest) -> HttpResponse:
    """Let a pop-up keep its opener, which Django's default policy would take from it.

    Every step of the way has to, redirects too.
    """
    if app.mode == "popup":
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


def _cookie_name(state: str) -> str:
    return f"oauth_{sha256(state.encode()).hexdigest()[:16]}"


def _cookie_path() -> str:
    return f"{urlsplit(settings.PUBLIC_URL).path}/api/v1/auth/oauth/"

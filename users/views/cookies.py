"""Sessions of browsers whose refresh token no script can read: it is in a cookie of this address.

The cookie opens nothing else, and only pages of the site, or of this server, are answered, which
browsers say themselves (`Origin`); forms of other sites can't send JSON either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers

from resources.api import (
    Actor,
    JsonBody,
    Problem,
    consume_quota,
    not_signed_in,
    note_limits,
)
from users.models import EventKind
from users.services.sessions import end_session, live_session, rotate
from users.tokens import claims_of_refresh, token_pair
from users.views.endpoints import EndpointCall, Result, UncountedView, endpoint, json_answer

if TYPE_CHECKING:
    from uuid import UUID

    from users.models import Session

PATH = "/api/v1/auth/cookie"
NAME = "holobase_refresh"


class CookieView(UncountedView):
    """A view for pages, which send JSON."""

    parser_classes = (JsonBody,)


class CookieInput(serializers.Serializer[object]):
    """The refresh token of a session to keep in the cookie; without one, the cookie's is meant."""

    refresh = serializers.CharField(max_length=2048, required=False)


class AccessOutput(serializers.Serializer[object]):
    """A fresh access token."""

    access = serializers.CharField()


@endpoint(CookieInput, AccessOutput, view=CookieView)
def refresh_by_cookie(call: EndpointCall) -> Result:
    """Refresh the session in the browser's cookie, or put one there by its refresh token.

    For pages of `SITE_URL`, with `credentials: "include"`: no script sees the refresh token again.
    401 where there is no session, or none any more.
    """
    _require_own_page(call)
    token = call.sent.get("refresh") or call.request.COOKIES.get(cookie_name())
    if not token:
        raise not_signed_in()
    session_id, generation = _claims(call, token)
    note_limits(call.request, consume_quota("refresh", str(session_id)))
    session = rotate(session_id, generation, caller=call.caller)
    pair = token_pair(session)
    answer = json_answer({"access": pair["access"]})
    answer.set_cookie(
        cookie_name(),
        pair["refresh"],
        expires=session.expires_at,
        path=PATH,
        secure=settings.USE_TLS,
        httponly=True,
        samesite="Lax",
    )
    return answer


@endpoint(None, None, 204, view=CookieView, method="delete")
def sign_out_by_cookie(call: EndpointCall) -> Result:
    """End the session in the browser's cookie, and take the cookie back."""
    _require_own_page(call)
    token = call.request.COOKIES.get(cookie_name())
    session = _session(call, token) if token else None
    if session is not None:
        by, kind = Actor(session.user_id), EventKind.SIGNED_OUT
        end_session(session, by=by, kind=kind, caller=call.caller)
    answer = HttpResponse(status=204)
    answer.delete_cookie(cookie_name(), path=PATH, samesite="Lax")
    return answer


def cookie_name() -> str:
    """Return the cookie's name, which over TLS no neighbour of the domain can set without TLS."""
    return f"__Secure-{NAME}" if settings.USE_TLS else NAME


def _require_own_page(call: EndpointCall) -> None:
    """Raise Problem 403 unless a page of the site or of this server asks (CSRF)."""
    own = urlsplit(settings.PUBLIC_URL)
    known = {settings.SITE_ORIGIN, f"{own.scheme}://{own.netloc}"} - {""}
    if call.request.headers.get("Origin") not in known:
        detail = _("Pages of this origin may not connect here.")
        raise Problem(403, "foreign_origin", detail)


def _claims(call: EndpointCall, token: str) -> tuple[UUID, int]:
    """Return a refresh token's session and generation; guesses are counted by network."""
    try:
        return claims_of_refresh(token)
    except Problem:
        consume_quota("refresh", call.caller.network)
        raise


def _session(call: EndpointCall, token: str) -> Session | None:
    """Return the session of a cookie, if there is one still."""
    try:
        session_id, _generation = _claims(call, token)
    except Problem as problem:
        if problem.status == 401:
            return None
        raise
    return live_session(session_id)

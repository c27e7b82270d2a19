"""Who is asking, from the `Authorization` header."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast, override

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication

from resources import context
from resources.actors import ANONYMOUS, Actor, Authentication
from resources.errors import beyond_scope, not_signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rest_framework.request import Request

    from resources.declaration import Resource

SCHEME = "bearer"


def actor_of_header(header: str) -> Actor:
    """Return the actor of an `Authorization` header (RFC 6750), anonymous for an empty one.

    Raises Problem 401 for a token that is no good, 403 when its member is barred.
    """
    return authenticate_header(header).actor if header else ANONYMOUS


def authenticate_header(header: str) -> Authentication:
    """Return the actor of a header that is not empty and how long it is that; raises as above."""
    scheme, _space, token = header.partition(" ")
    if scheme.lower() != SCHEME or not token.strip():
        raise not_signed_in(_("Use “Authorization: Bearer <access token>”."))
    authentication = _authenticate_token()(token.strip())
    context.note_user(authentication.actor.id)
    return authentication


def require_scope(actor: Actor, resource: Resource, verb: str) -> None:
    """Raise Problem 403 when the actor's key does not go as far as `read` or `write` here."""
    if not actor.has_scope(resource.name, verb):
        raise beyond_scope(resource.name, verb)


def require_scopes(actor: Actor, resources: Iterable[Resource]) -> None:
    """Raise Problem 403 when the actor's key may not read one of the resources."""
    for resource in sorted(resources, key=str):
        require_scope(actor, resource, "read")


def actor_of_token(token: str) -> Actor:
    """Return the actor of a token; raises Problem 401 or 403 when it is no good."""
    return _authenticate_token()(token).actor


@cache
def _authenticate_token() -> Callable[[str], Authentication]:
    """Find the function that the product verifies tokens with (it lies above the engine)."""
    return cast(
        "Callable[[str], Authentication]", import_string(settings.RESOURCES_AUTHENTICATE_TOKEN)
    )


class TokenAuthentication(BaseAuthentication):
    """Django REST framework's door to `actor_of_header`."""

    @override
    def authenticate(self, request: Request) -> tuple[Actor, None]:
        return actor_of_header(request.META.get("HTTP_AUTHORIZATION", "")), None

    @override
    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

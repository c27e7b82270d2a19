"""Endpoints as functions: `@endpoint(Input, Output, status)` does what they have in common.

    @endpoint(AddressInput, AcceptedOutput, 202)
    def verify_email(call: EndpointCall) -> HttpResponse:
        \"""Have a code mailed …\"""  # shown in OpenAPI

`urlpatterns` take `view_of(verify_email)`; the methods of one path are endpoints of one view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, cast, override

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from resources.api import (
    AddressThrottle,
    actor_behind,
    address_of_request,
    not_signed_in,
    with_limits,
)
from users.callers import Caller, caller_of
from users.services.sessions import require_fresh, session_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest
    from rest_framework.request import Request

    from resources.api import Actor
    from users.models import Session, User

type Input = type[serializers.Serializer[object]]
type Output = type[serializers.Serializer[object]] | Mapping[str, object]
"""What an endpoint answers: a serializer, or a schema of OpenAPI."""
type Result = HttpResponseBase | Mapping[str, object] | list[dict[str, object]] | None
"""A response, or what to answer as JSON; None answers 204."""


@dataclass(frozen=True, slots=True)
class EndpointCall:
    """A request to an endpoint: `sent` is its body, checked by the endpoint's input."""

    request: Request
    sent: dict[str, Any]
    caller: Caller


@dataclass(frozen=True, slots=True)
class MemberCall(EndpointCall):
    """A request of a member who is signed in in person."""

    actor: Actor
    session: Session

    @property
    def user(self) -> User:
        """Return the member."""
        return self.session.user


class EndpointView(APIView):
    """A view whose methods are functions."""

    def call(self, request: Request, takes: Input | None) -> EndpointCall:
        """Return the call of a request; raises ValidationError for its body."""
        return EndpointCall(request, _validated(takes, request), caller_behind(request))


class PublicView(EndpointView):
    """A view that is the same for everybody, and counted with all other requests."""

    authentication_classes = ()


class AuthView(EndpointView):
    """A view whose callers are counted by their address, whoever they are."""

    throttle_classes: tuple[type[AddressThrottle], ...] = (AddressThrottle,)

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = with_limits(super().dispatch(request, *args, **kwargs), request)
        # RFC 6749, 5.1: nothing with a token in it is to be stored on its way.
        response["Cache-Control"] = "no-store"
        return response


class AnonymousView(AuthView):
    """A view for callers who have no token yet; one that they send is not looked at."""

    authentication_classes = ()


class UncountedView(AnonymousView):
    """A view that counts its callers itself."""

    throttle_classes = ()


class MemberView(AuthView):
    """A view for signed-in members in person: a server's key does not open it."""

    @override
    def call(self, request: Request, takes: Input | None) -> MemberCall:
        """Return the call of a member; raises Problem 401 for anybody else, ValidationError."""
        actor = self.person(request)
        session = self.session(actor)
        sent = _validated(takes, request)
        return MemberCall(request, sent, caller_behind(request), actor, session)

    def person(self, request: Request) -> Actor:
        """Return the actor who asks; raises Problem 401 unless they are signed in in person."""
        actor = actor_behind(request)
        if actor.session_id is None:
            raise not_signed_in()
        return actor

    def session(self, actor: Actor) -> Session:
        """Return the actor's session; raises Problem 401 if it has ended."""
        return session_of(actor)


class FreshMemberView(MemberView):
    """A view for members who have proved who they are a short while ago."""

    @override
    def session(self, actor: Actor) -> Session:
        """Return the actor's session; raises Problem 403 `step_up_needed`."""
        return require_fresh(actor)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path: `view` says who may call it."""

    name: str
    method: str
    view: type[EndpointView]
    handler: Callable[..., HttpResponseBase]


type Decorator[C: EndpointCall] = Callable[[Callable[Concatenate[C, ...], Result]], Endpoint]


def endpoint(
    takes: Input | None = None,
    gives: Output | None = None,
    status: int = 200,
    *,
    view: type[EndpointView] = AnonymousView,
    **schema: object,
) -> Decorator[EndpointCall]:
    """Make a function an endpoint for callers who have no token yet.

    `schema` is what OpenAPI has to say beyond the function's name and docstring, as `extend_schema`
    takes it; `method` is `post` unless it is given.
    """
    return _decorator(view, takes, gives, status, {"auth": [], **schema})


def member_endpoint(
    takes: Input | None = None,
    gives: Output | None = None,
    status: int = 200,
    *,
    view: type[MemberView] = MemberView,
    **schema: object,
) -> Decorator[MemberCall]:
    """Make a function an endpoint for members who are signed in in person."""
    return _decorator(view, takes, gives, status, schema)


def _decorator(
    view: type[EndpointView],
    takes: Input | None,
    gives: Output | None,
    status: int,
    schema: dict[str, Any],
) -> Callable[[Callable[..., Result]], Endpoint]:
    method = schema.pop("method", "post")
    called = view()

    def decorate(function: Callable[..., Result]) -> Endpoint:
        def handler(_view: EndpointView, request: Request, **path: str) -> HttpResponseBase:
            return _response(function(called.call(request, takes), **path), status)

        handler.__doc__ = function.__doc__
        described: dict[str, Any] = {
            "operation_id": function.__name__,
            "tags": ["auth"],
            "request": takes,
        }
        described |= {"responses": {status: gives}, **schema}
        return Endpoint(function.__name__, method, view, extend_schema(**described)(handler))

    return decorate


def view_of(*endpoints: Endpoint) -> Callable[..., HttpResponseBase]:
    """Return Django's view of the endpoints of one path."""
    first, handlers = endpoints[0], {each.method: each.handler for each in endpoints}
    view = cast("type[EndpointView]", type(first.name, (first.view,), handlers))
    return view.as_view()


def _response(result: Result, status: int) -> HttpResponseBase:
    if isinstance(result, HttpResponseBase):
        return result
    return HttpResponse(status=204) if result is None else json_answer(result, status=status)


def _validated(takes: Input | None, request: Request) -> dict[str, object]:
    return validated(takes, request) if takes else {}


def validated(serializer: Input, request: Request) -> dict[str, object]:
    """Return what was sent, checked; raises ValidationError."""
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def caller_behind(request: HttpRequest | Request) -> Caller:
    """Return the network address and the device that a request comes from."""
    return caller_of(request.META, address_of_request(request))


def json_answer(answer: object, *, status: int = 200) -> HttpResponse:
    """Return an answer as JSON."""
    return HttpResponse(orjson.dumps(answer), status=status, content_type="application/json")

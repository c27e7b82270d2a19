"""Signing in by an account elsewhere: the way there and back, and what an app gets for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, override

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import FormParser

from resources.api import FieldError, Problem, invalid
from users.models import User
from users.oauth.attempts import (
    AppRequest,
    Attempt,
    find_attempt,
    keep_form,
    keep_link,
    take_attempt,
    take_form,
    take_link,
)
from users.oauth.codes import Grant, invalid_grant, issue_code, redeem_code
from users.oauth.conversation import ProviderError, api_address, close_conversation
from users.oauth.redirects import is_allowed, web_origin
from users.oauth.registry import provider_named
from users.services.identities import link_account, member_of
from users.views.endpoints import (
    AnonymousView,
    EndpointCall,
    FreshMemberView,
    MemberCall,
    Result,
    endpoint,
    member_endpoint,
)
from users.views.handing_over import (
    browser_secret,
    forget_browser,
    hand_back,
    moved,
    send_to_provider,
    words_for,
)
from users.views.sign_in import SignedInOutput, signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict
    from rest_framework.request import Request

LONGEST_FORM_FIELD = 4096
PROVIDERS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "label", "authorize_url"],
        "properties": {
            "name": {"type": "string"},
            "label": {"type": "string"},
            "authorize_url": {"type": "string", "format": "uri"},
        },
    },
}
EXCHANGED = {200: SignedInOutput, 204: None}


class AppRequestInput(serializers.Serializer[object]):
    """An app's request for a code (RFC 6749, 4.1.1, with PKCE: RFC 7636, 4.3)."""

    redirect_uri = serializers.CharField(max_length=2000, trim_whitespace=False)
    state = serializers.CharField(max_length=512, trim_whitespace=False)
    code_challenge = serializers.RegexField(r"\A[A-Za-z0-9_-]{43}\Z", trim_whitespace=False)
    # The default would be `plain` (RFC 7636, 4.3), which whoever sees the request can answer.
    code_challenge_method = serializers.ChoiceField(["S256"])
    mode = serializers.ChoiceField(["redirect", "popup"], default="redirect")

    def validate_redirect_uri(self, given: str) -> str:
        """Send nobody to an address that the operator has not allowed."""
        if not is_allowed(given):
            raise serializers.ValidationError(_("Apps may not be sent back to this address."))
        return given

    @override
    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """Answer pop-ups to web pages alone: others can't be written to."""
        if attrs["mode"] == "popup" and not web_origin(attrs["redirect_uri"]):
            message = _("Pop-ups are answered to web pages alone.")
            raise serializers.ValidationError({"mode": [message]})
        return attrs


class LinkInput(AppRequestInput):
    """An app's request for a code that links an account elsewhere."""

    code_challenge_method = serializers.ChoiceField(["S256"], default="S256")


class LinkOutput(serializers.Serializer[object]):
    """Where to send the member's browser, within ten minutes and once."""

    url = serializers.URLField()


class ExchangeInput(serializers.Serializer[object]):
    """The code, the verifier of its challenge, and the redirect URI it was asked for with."""

    code = serializers.CharField(max_length=256)
    code_verifier = serializers.RegexField(r"\A[A-Za-z0-9._~-]{43,128}\Z", trim_whitespace=False)
    redirect_uri = serializers.CharField(max_length=2000, trim_whitespace=False)


class OAuthView(AnonymousView):
    """A view of one provider; raises Problem 400 for one that is not set up."""

    @override
    def initial(self, request: Request, *args: object, **kwargs: str) -> None:
        super().initial(request, *args, **kwargs)
        require_provider(kwargs["provider"])


def require_provider(name: str) -> None:
    """Raise Problem 400 for a provider that is not set up."""
    if name not in settings.OAUTH_PROVIDERS:
        raise Problem(400, "unknown_provider", _("Nobody can sign in by this provider here."))


@endpoint(None, PROVIDERS, method="get")
def list_providers(_call: EndpointCall) -> Result:
    """List the providers to sign in by, in the order to show them."""
    return [
        {"name": name, "label": provider["LABEL"], "authorize_url": api_address(name, "authorize")}
        for name, provider in settings.OAUTH_PROVIDERS.items()
    ]


@endpoint(None, None, 302, view=OAuthView, method="get", parameters=[AppRequestInput])
def authorize_by_provider(call: EndpointCall, provider: str) -> Result:
    """Go to the provider, and from there to `redirect_uri` with `code` and `state`.

    Or with `error`, `error_description` and `state` (RFC 6749, 4.1.2.1). With `mode=popup` the
    window that opened this one gets them as a message instead.
    """
    return send_to_provider(provider, _requested(call.request, provider))


def _requested(request: Request, provider: str) -> AppRequest:
    ticket = request.query_params.get("link")
    if ticket is None:
        sent = AppRequestInput(data=request.query_params.dict())
        sent.is_valid(raise_exception=True)
        return app_request(sent.validated_data)
    kept = take_link(provider, ticket)
    if kept is None:
        raise invalid([FieldError("link", "expired", _("This link was used or has expired."))])
    return kept


def app_request(sent: Mapping[str, str], *, session: str = "") -> AppRequest:
    """Return an app's request as it was sent and checked."""
    given = {name: value for name, value in sent.items() if name != "code_challenge_method"}
    return AppRequest(**given, session=session)


class CallbackView(OAuthView):
    """Where a provider sends the member's browser back to; some post a form there."""

    parser_classes = (FormParser,)


@endpoint(None, None, 302, view=CallbackView, method="get", exclude=True)
def hear_provider(call: EndpointCall, provider: str) -> Result:
    """Hear the provider out and hand its answer over to the app.

    Raises Problem 400 `invalid_state`, without going anywhere, unless this browser began it.
    """
    request = call.request
    state = request.query_params.get("state", "")
    attempt = take_attempt(provider, state, browser_secret(request, state))
    if attempt is None:
        raise _invalid_state()
    answer = request.query_params.dict() | take_form(state)
    return forget_browser(hand_back(attempt.app, _outcome(call, attempt, answer)), state)


@endpoint(None, None, 303, view=CallbackView, exclude=True)
def take_providers_form(call: EndpointCall, provider: str) -> Result:
    """Take a provider's form and have the browser come again.

    Browsers leave cookies with SameSite=Lax out of forms posted from another site, but not of
    the page that a form leads to. So the form waits, and the cookie is asked for all the same.
    """
    if not provider_named(provider).posts_back:
        raise MethodNotAllowed("POST")
    posted = cast("QueryDict", call.request.data)
    form = {name: str(value)[:LONGEST_FORM_FIELD] for name, value in posted.items()}
    state = form.get("state", "")
    attempt = find_attempt(provider, state)
    if attempt is None:
        raise _invalid_state()
    keep_form(state, form)
    return moved(f"{api_address(provider, 'callback')}?state={state}", attempt.app, status=303)


def _outcome(call: EndpointCall, attempt: Attempt, answer: dict[str, str]) -> dict[str, str]:
    """Return the parameters for the app."""
    try:
        grant = _grant(call, attempt, answer)
    except (ProviderError, Problem) as error:
        return words_for(error)
    return {"code": issue_code(attempt, grant)}


def _grant(call: EndpointCall, attempt: Attempt, answer: dict[str, str]) -> Grant:
    account = close_conversation(attempt.provider, attempt.memory, answer)
    if attempt.app.session:
        # Linked only when the code comes back: until then, it is not known that the member
        # who wished it and the one in this browser are the same.
        return Grant(session=attempt.app.session, account=account)
    return Grant(user=str(member_of(account, caller=call.caller).pk))


@endpoint(ExchangeInput, SignedInOutput, view=OAuthView, responses=EXCHANGED)
def sign_in_by_provider(call: EndpointCall, provider: str) -> Result:
    """Trade the code for a pair of tokens; 204 when it was asked for to link an account."""
    sent = call.sent
    grant = redeem_code(
        provider,
        code=sent["code"],
        verifier=sent["code_verifier"],
        redirect_uri=sent["redirect_uri"],
    )
    if grant.account:
        link_account(grant.account, session_id=grant.session, caller=call.caller)
        return None
    user = User.objects.filter(pk=grant.user, is_active=True).first()
    if user is None:
        raise invalid_grant()
    return signed_in(user, caller=call.caller, method=f"oauth:{provider}")


@member_endpoint(LinkInput, LinkOutput, view=FreshMemberView)
def link_provider(call: MemberCall, provider: str) -> Result:
    """Ask for an address that links an account elsewhere; send the member's browser there.

    It comes back to `redirect_uri` with a `code`, which links when it is traded in.
    """
    require_provider(provider)
    ticket = keep_link(provider, app_request(call.sent, session=str(call.session.pk)))
    return {"url": f"{api_address(provider, 'authorize')}?link={ticket}"}


def _invalid_state() -> Problem:
    detail = _("This sign-in was not begun in this browser, or too long ago. Begin anew.")
    return Problem(400, "invalid_state", detail)

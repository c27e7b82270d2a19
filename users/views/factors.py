"""Second factors: signing in by them, turning them on and off, and stepping up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from users.models import User
from users.services import factors, step_up
from users.services.sessions import record_step_up, require_fresh, require_not_barred, session_of
from users.tokens import bad_challenge, challenged, meet
from users.views.answers import (
    AnonymousView,
    MemberView,
    PasswordField,
    SignedInOutput,
    json_answer,
    open_for,
    validated,
)

if TYPE_CHECKING:
    from rest_framework.request import Request

    from users.callers import Caller


class CodeInput(serializers.Serializer[Any]):
    """A code of the authenticator app, or a recovery code where one may stand in."""

    code = serializers.CharField(max_length=40)


class SecondFactorInput(CodeInput):
    """The `challenge` of a sign-in's 401 `second_factor_needed`, and a code."""

    challenge = serializers.CharField(max_length=2048)


class TotpState(serializers.Serializer[Any]):
    """Whether an authenticator app is on, and how many recovery codes are unused."""

    is_on = serializers.BooleanField()
    recovery_code_count = serializers.IntegerField()


class TotpOutput(serializers.Serializer[Any]):
    """A secret to type into an authenticator app, and the same as a URI to show as a QR code."""

    secret = serializers.CharField()
    uri = serializers.CharField()


class RecoveryCodesOutput(serializers.Serializer[Any]):
    """Codes to get in with once each when the app is lost; they are shown this once."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class StepUpInput(serializers.Serializer[Any]):
    """One of: `password`; `code`; `credential` of a passkey; `proof` with the `code` mailed."""

    password = PasswordField(required=False)
    code = serializers.CharField(max_length=40, required=False)
    credential = serializers.DictField(required=False)
    proof = serializers.UUIDField(required=False)

    @override
    def validate(self, attrs: dict[str, object]) -> dict[str, Any]:
        """Take one way to prove it and no more."""
        ways = ({"password"}, {"code"}, {"credential"}, {"proof", "code"})
        if set(attrs) not in ways:
            message = _("Send a password, a code, a credential, or a proof and its code.")
            raise serializers.ValidationError(message)
        return attrs


class SecondFactorView(AnonymousView):
    """Sign in, second step."""

    @extend_schema(
        operation_id="sign_in_by_second_factor",
        tags=["auth"],
        request=SecondFactorInput,
        responses=SignedInOutput,
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Trade a sign-in's challenge and a code for a pair of tokens."""
        sent = validated(SecondFactorInput, request)
        challenge = challenged(sent["challenge"])
        members = User.objects.filter(is_active=True, session_epoch=challenge.epoch)
        user = members.filter(pk=challenge.user_id).first()
        if user is None:
            raise bad_challenge()
        require_not_barred(user)
        factor = factors.require_factor(user, sent["code"], caller=self.caller(request))
        meet(challenge)
        return open_for(self, request, user, method=f"{challenge.method}+{factor}")


class TotpView(MemberView):
    """The authenticator app."""

    @extend_schema(operation_id="view_totp", tags=["auth"], responses=TotpState)
    def get(self, request: Request) -> HttpResponse:
        """Tell whether an authenticator app is on."""
        user = self.member(request)
        count = factors.unused_recovery_codes(user)
        return json_answer({"is_on": bool(factors.factors_of(user)), "recovery_code_count": count})

    @extend_schema(operation_id="begin_totp", tags=["auth"], request=None, responses=TotpOutput)
    def post(self, request: Request) -> HttpResponse:
        """Make a secret for an authenticator app; a first code from it turns it on."""
        require_fresh(self.person(request))
        secret, uri = factors.begin_totp(self.member(request))
        return json_answer({"secret": secret, "uri": uri})

    @extend_schema(operation_id="remove_totp", tags=["auth"], responses={204: None})
    def delete(self, request: Request) -> HttpResponse:
        """Turn the authenticator app off; the recovery codes go with it."""
        require_fresh(self.person(request))
        factors.remove_totp(self.member(request), caller=self.caller(request))
        return HttpResponse(status=204)


class TotpConfirmView(MemberView):
    """Turn the authenticator app on."""

    @extend_schema(
        operation_id="confirm_totp",
        tags=["auth"],
        request=CodeInput,
        responses=RecoveryCodesOutput,
    )
    def post(self, request: Request) -> HttpResponse:
        """Turn the authenticator app on by its first code; gives the recovery codes."""
        code = validated(CodeInput, request)["code"]
        codes = factors.confirm_totp(self.member(request), code, caller=self.caller(request))
        return json_answer({"recovery_codes": codes})


class RecoveryCodesView(MemberView):
    """Recovery codes."""

    @extend_schema(
        operation_id="replace_recovery_codes",
        tags=["auth"],
        request=None,
        responses=RecoveryCodesOutput,
    )
    def post(self, request: Request) -> HttpResponse:
        """Make new recovery codes; the old ones are good no more."""
        require_fresh(self.person(request))
        codes = factors.replace_recovery_codes(self.member(request), caller=self.caller(request))
        return json_answer({"recovery_codes": codes})


class StepUpView(MemberView):
    """Prove again who you are."""

    @extend_schema(
        operation_id="step_up", tags=["auth"], request=StepUpInput, responses={204: None}
    )
    def post(self, request: Request) -> HttpResponse:
        """Prove again who you are, which risky actions ask for with 403 `step_up_needed`.

        Members with an authenticator app use a code or a passkey. A code by mail
        (`POST /api/v1/auth/otp`) is for those who have neither a password nor a second factor.
        """
        sent, caller = validated(StepUpInput, request), self.caller(request)
        session = session_of(self.person(request))
        method = _confirm(session.user, sent, caller)
        record_step_up(session, caller=caller, method=method)
        return HttpResponse(status=204)


def _confirm(user: User, sent: dict[str, Any], caller: Caller) -> str:
    """Hold what was sent against the member; gives the name of the way it was proved."""
    if "password" in sent:
        return step_up.confirm_by_password(user, sent["password"], caller=caller)
    if "credential" in sent:
        return step_up.confirm_by_passkey(user, sent["credential"], caller=caller)
    if "proof" in sent:
        return step_up.confirm_by_mail(user, sent["proof"], sent["code"])
    return factors.require_factor(user, sent["code"], caller=caller)

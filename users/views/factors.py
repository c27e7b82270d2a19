"""Second factors: signing in by them, turning them on and off, and stepping up."""

from __future__ import annotations

from typing import override

from django.utils.translation import gettext as _
from rest_framework import serializers

from users.models import User
from users.services import factors, step_up
from users.services.sessions import record_step_up
from users.tokens import bad_challenge, challenged, meet
from users.views.endpoints import (
    EndpointCall,
    FreshMemberView,
    MemberCall,
    Result,
    endpoint,
    member_endpoint,
)
from users.views.sign_in import PasswordField, SignedInOutput, open_for


class CodeInput(serializers.Serializer[object]):
    """A code of the authenticator app, or a recovery code where one may stand in."""

    code = serializers.CharField(max_length=40)


class SecondFactorInput(CodeInput):
    """The `challenge` of a sign-in's 401 `second_factor_needed`, and a code."""

    challenge = serializers.CharField(max_length=2048)


class TotpState(serializers.Serializer[object]):
    """Whether an authenticator app is on, and how many recovery codes are unused."""

    is_on = serializers.BooleanField()
    recovery_code_count = serializers.IntegerField()


class TotpOutput(serializers.Serializer[object]):
    """A secret to type into an authenticator app, and the same as a URI to show as a QR code."""

    secret = serializers.CharField()
    uri = serializers.CharField()


class RecoveryCodesOutput(serializers.Serializer[object]):
    """Codes to get in with once each when the app is lost; they are shown this once."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class StepUpInput(serializers.Serializer[object]):
    """One of: `password`; `code`; `credential` of a passkey; `proof` with the `code` mailed."""

    password = PasswordField(required=False)
    code = serializers.CharField(max_length=40, required=False)
    credential = serializers.DictField(required=False)
    proof = serializers.UUIDField(required=False)

    @override
    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """Take one way to prove it and no more."""
        ways = ({"password"}, {"code"}, {"credential"}, {"proof", "code"})
        if set(attrs) not in ways:
            message = _("Send a password, a code, a credential, or a proof and its code.")
            raise serializers.ValidationError(message)
        return attrs


@endpoint(SecondFactorInput, SignedInOutput)
def sign_in_by_second_factor(call: EndpointCall) -> Result:
    """Trade a sign-in's challenge and a code for a pair of tokens."""
    challenge = challenged(call.sent["challenge"])
    members = User.objects.filter(is_active=True, session_epoch=challenge.epoch)
    user = members.filter(pk=challenge.user_id).first()
    if user is None:
        raise bad_challenge()
    factor = factors.require_factor(user, call.sent["code"], caller=call.caller)
    meet(challenge)
    return open_for(user, caller=call.caller, method=f"{challenge.method}+{factor}")


@member_endpoint(None, TotpState, method="get")
def view_totp(call: MemberCall) -> Result:
    """Tell whether an authenticator app is on."""
    count = factors.unused_recovery_codes(call.user)
    return {"is_on": bool(factors.factors_of(call.user)), "recovery_code_count": count}


@member_endpoint(None, TotpOutput, view=FreshMemberView)
def begin_totp(call: MemberCall) -> Result:
    """Make a secret for an authenticator app; a first code from it turns it on."""
    secret, uri = factors.begin_totp(call.user)
    return {"secret": secret, "uri": uri}


@member_endpoint(None, None, 204, view=FreshMemberView, method="delete")
def remove_totp(call: MemberCall) -> Result:
    """Turn the authenticator app off; the recovery codes go with it."""
    factors.remove_totp(call.user, caller=call.caller)
    return None


@member_endpoint(CodeInput, RecoveryCodesOutput)
def confirm_totp(call: MemberCall) -> Result:
    """Turn the authenticator app on by its first code; return the recovery codes."""
    codes = factors.confirm_totp(call.user, call.sent["code"], caller=call.caller)
    return {"recovery_codes": codes}


@member_endpoint(None, RecoveryCodesOutput, view=FreshMemberView)
def replace_recovery_codes(call: MemberCall) -> Result:
    """Make new recovery codes; the old ones are good no more."""
    return {"recovery_codes": factors.replace_recovery_codes(call.user, caller=call.caller)}


@member_endpoint(StepUpInput, None, 204, operation_id="step_up")
def prove_again(call: MemberCall) -> Result:
    """Prove again who you are, which risky actions ask for with 403 `step_up_needed`.

    Members with an authenticator app use a code or a passkey. A code by mail
    (`POST /api/v1/auth/otp`) is for those who have neither a password nor a second factor.
    """
    method = _confirm(call)
    record_step_up(call.session, caller=call.caller, method=method)
    return None


def _confirm(call: MemberCall) -> str:
    """Hold what was sent against the member; return the name of the way it was proved."""
    user, sent, caller = call.user, call.sent, call.caller
    if "password" in sent:
        return step_up.confirm_by_password(user, sent["password"], caller=caller)
    if "credential" in sent:
        return step_up.confirm_by_passkey(user, sent["credential"], caller=caller)
    if "proof" in sent:
        return step_up.confirm_by_mail(user, sent["proof"], sent["code"])
    return factors.require_factor(user, sent["code"], caller=caller)

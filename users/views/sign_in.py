"""What sign-ins have in common: passwords as they are sent, and the tokens that are answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, override

import orjson
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from resources.api import Problem, not_signed_in, registry, view_record
from users.models import User
from users.password_rules import LONGEST
from users.passwords import normalized
from users.selectors import actor_of
from users.services.factors import factors_of
from users.services.sessions import barred, open_session
from users.tasks import mail_proof
from users.tokens import appeal_token, challenge_for, token_pair

if TYPE_CHECKING:
    from users.callers import Caller
    from users.models import Proof
    from users.views.endpoints import Result


class PasswordField(serializers.CharField):
    """A password as it was typed, in NFC before its length is judged."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST, trim_whitespace=False, **options)

    @override
    def to_internal_value(self, data: str) -> str:
        return normalized(super().to_internal_value(data))


class PairOutput(serializers.Serializer[object]):
    """A fresh pair of tokens."""

    access = serializers.CharField()
    refresh = serializers.CharField()


@extend_schema_field({"$ref": "#/components/schemas/User"})
class MemberField(serializers.JSONField):
    """A member's own profile, as it is answered."""


class SignedInOutput(PairOutput):
    """A fresh pair of tokens and the member's own profile."""

    user = MemberField()


class AcceptedOutput(serializers.Serializer[object]):
    """Says that a mail may be on its way; its code is sent back with `proof`."""

    detail = serializers.CharField()
    proof = serializers.UUIDField()


def require_good_password(password: str, user: User) -> None:
    """Hold a password to the site's rules; raises ValidationError naming the field."""
    try:
        password_validation.validate_password(password, user)
    except ModelValidationError as error:
        raise serializers.ValidationError({"password": error.messages}) from None


def signed_in(user: User, *, caller: Caller, method: str) -> Result:
    """Sign a member in, or ask for the second factor where the account has one.

    Raises Problem 403 for a barred account and 401 `second_factor_needed`, whose `challenge` goes
    to `POST /api/v1/auth/token/second-factor` with a code.
    """
    factors = factors_of(user)
    if factors:
        raise Problem(
            401,
            "second_factor_needed",
            _("Enter the code of your second factor."),
            members={"challenge": challenge_for(user, method), "factors": factors},
        )
    return open_for(user, caller=caller, method=method)


def open_for(user: User, *, caller: Caller, method: str) -> Result:
    """Open a session and return its tokens and the member's own profile.

    Raises Problem 403 for a barred account, whose `appeal_token` is good for nothing but appeals.
    """
    if user.is_barred:
        raise replace(barred(), members={"appeal_token": appeal_token(user)})
    session = open_session(user, caller=caller, method=method)
    actor = actor_of(user.pk)
    if actor is None:
        raise not_signed_in(_("This account is not active."))
    profile = view_record(registry.resource_of(User), actor, str(user.pk))
    return {**token_pair(session), "user": orjson.Fragment(profile.body)}


def accepted(proof: Proof) -> Result:
    """Have a proof's code mailed, and say that mail is on its way if there is reason for it."""
    mail_proof.enqueue(str(proof.pk))
    detail = _("If this address can be written to, a mail is on its way.")
    return {"detail": detail, "proof": str(proof.pk)}

"""Opening an account, and codes by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, override

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from resources.api import FieldError, Problem, blind_index, consume_quota, require_visible_line
from users.mailer import mailbox_of
from users.models import Proof, Purpose, User
from users.names import is_reserved
from users.services.accounts import (
    ask_for_address,
    change_address,
    change_password,
    reset_password,
    verify_address,
)
from users.services.proofs import account_of, ask_for_proof, proof_by_code, proof_by_token, use_up
from users.services.sessions import require_fresh
from users.services.step_up import require_password
from users.tasks import mail_previous_address
from users.views.answers import (
    AnonymousView,
    MemberView,
    PasswordField,
    SignedInOutput,
    accepted,
    require_good_password,
    signed_in,
    validated,
)

if TYPE_CHECKING:
    from django.db.models import Field
    from rest_framework.request import Request

    from users.callers import Caller


class AddressInput(serializers.Serializer[Any]):
    """An e-mail address."""

    email = serializers.EmailField(max_length=254)


class RegisterInput(AddressInput):
    """What a new member sends."""

    username = serializers.CharField(max_length=30)
    password = PasswordField()
    display_name = serializers.CharField(max_length=60, required=False, default="")
    locale = serializers.ChoiceField(choices=["en", "ko"], required=False, default="en")

    def validate_username(self, value: str) -> str:
        """Hold the name to the rules of its column."""
        return _valid_username(value)

    def validate_display_name(self, value: str) -> str:
        """Hold the display name to the rules of its column."""
        require_visible_line(value)
        return _valid_column("display_name", value)

    def validate_password(self, value: str) -> str:
        """Hold the password to the site's rules, which look at the other fields too."""
        others = {name: str(self.initial_data.get(name, "")) for name in ("email", "username")}
        password_validation.validate_password(value, User(**others))
        return value


def _valid_column(name: str, value: str) -> str:
    """Return the value of a member's column; raises Django's ValidationError."""
    column = cast("Field[str, str]", User._meta.get_field(name))
    column.run_validators(value)
    return value


def _valid_username(value: str) -> str:
    """Return a username that its column takes and that is nobody's by its nature."""
    if is_reserved(value):
        raise serializers.ValidationError(_("This username is reserved."), "reserved")
    return _valid_column("username", value)


class ProofInput(serializers.Serializer[Any]):
    """The `proof` that was answered with the code from the mail, or the token of its link."""

    proof = serializers.UUIDField(required=False)
    code = serializers.CharField(max_length=16, required=False)
    token = serializers.CharField(max_length=512, required=False)

    @override
    def validate(self, attrs: dict[str, object]) -> dict[str, Any]:
        """Take one form or the other."""
        if "token" not in attrs and not {"proof", "code"} <= set(attrs):
            message = _("Send the proof and its code, or the token.")
            raise serializers.ValidationError({"code": [message]})
        return attrs


class VerifyInput(ProofInput):
    """A proof of an address; another username if the first has been taken meanwhile."""

    username = serializers.CharField(max_length=30, required=False, default="")

    def validate_username(self, value: str) -> str:
        """Hold the other name to the same rules as the first."""
        return _valid_username(value)


class ResetInput(ProofInput):
    """A proof of an address, and the new password."""

    password = PasswordField()


class PasswordInput(serializers.Serializer[Any]):
    """The present password and the new one."""

    current = PasswordField()
    password = PasswordField()


class AcceptedOutput(serializers.Serializer[Any]):
    """Says that a mail may be on its way; its code is sent back with `proof`."""

    detail = serializers.CharField()
    proof = serializers.UUIDField()


def require_mail_room(address: str, caller: Caller) -> None:
    """Count a mail to a mailbox, asked for from a network; raises Problem 429."""
    consume_quota("mail", blind_index(mailbox_of(address)), caller.network)


def proof_of(purpose: Purpose, sent: dict[str, Any]) -> Proof:
    """Find the proof that was sent, in whichever form; raises Problem 400."""
    if sent.get("token"):
        return proof_by_token(purpose, sent["token"])
    return proof_by_code(purpose, sent["proof"], sent["code"])


class RegisterView(AnonymousView):
    """Open an account."""

    @extend_schema(
        operation_id="register",
        tags=["auth"],
        request=RegisterInput,
        responses={202: AcceptedOutput},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Ask for an account: the code in the mail that follows opens it.

        The answer is the same for an address that has an account, which then hears of it by mail.
        """
        sent = validated(RegisterInput, request)
        email, password = sent.pop("email"), sent.pop("password")
        require_mail_room(email, self.caller(request))
        if User.objects.filter(username__iexact=sent["username"]).exists():
            error = FieldError("username", "unique", _("This username is taken."))
            raise Problem(409, "conflict", _("This username is taken."), [error])
        sent["password_hash"] = make_password(password)
        return accepted(ask_for_proof(Purpose.VERIFY, email, payload=sent))


class AskView(AnonymousView):
    """Asks for a proof of an address."""

    purpose: Purpose

    def ask(self, request: Request) -> HttpResponse:
        """Have a code mailed, if the address has an account."""
        email = validated(AddressInput, request)["email"]
        require_mail_room(email, self.caller(request))
        return accepted(ask_for_proof(self.purpose, email))


class VerifyEmailView(AskView):
    """Ask for a code to verify an account's address."""

    purpose = Purpose.VERIFY

    @extend_schema(
        operation_id="verify_email",
        tags=["auth"],
        request=AddressInput,
        responses={202: AcceptedOutput},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Have a code mailed to the address of an account that is not verified yet."""
        return self.ask(request)


class VerifyEmailConfirmView(AnonymousView):
    """Prove an address."""

    @extend_schema(
        operation_id="confirm_email",
        tags=["auth"],
        request=VerifyInput,
        responses=SignedInOutput,
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Prove an address, which opens the account it was registered for, and sign in."""
        sent = validated(VerifyInput, request)
        user = verify_address(proof_of(Purpose.VERIFY, sent), username=sent["username"])
        return signed_in(self, request, user, method="email")


class PasswordResetView(AskView):
    """Forgot the password."""

    purpose = Purpose.RESET

    @extend_schema(
        operation_id="reset_password",
        tags=["auth"],
        request=AddressInput,
        responses={202: AcceptedOutput},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Have a code for a new password mailed."""
        return self.ask(request)


class PasswordResetConfirmView(AnonymousView):
    """Set a new password by a code."""

    @extend_schema(
        operation_id="confirm_password_reset",
        tags=["auth"],
        request=ResetInput,
        responses={204: None},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Set a new password; every session of the account ends."""
        sent = validated(ResetInput, request)
        proof = proof_of(Purpose.RESET, sent)
        require_good_password(sent["password"], account_of(proof) or User())
        reset_password(proof, sent["password"])
        return HttpResponse(status=204)


class PasswordChangeView(MemberView):
    """Change the password."""

    @extend_schema(
        operation_id="change_password",
        tags=["auth"],
        request=PasswordInput,
        responses={204: None},
    )
    def post(self, request: Request) -> HttpResponse:
        """Set another password; all other sessions end."""
        user, session_id = self.member(request), self.person(request).session_id
        sent = validated(PasswordInput, request)
        require_password(user, sent["current"], caller=self.caller(request), field="current")
        require_good_password(sent["password"], user)
        change_password(user, sent["password"], but=session_id)
        return HttpResponse(status=204)


class EmailChangeView(MemberView):
    """Change the address."""

    @extend_schema(
        operation_id="change_email",
        tags=["auth"],
        request=AddressInput,
        responses={202: AcceptedOutput},
    )
    def post(self, request: Request) -> HttpResponse:
        """Have a code mailed to the new address."""
        require_fresh(self.person(request))
        email = validated(AddressInput, request)["email"]
        require_mail_room(email, self.caller(request))
        return accepted(ask_for_address(self.member(request), email))


class EmailChangeConfirmView(AnonymousView):
    """Prove the new address."""

    @extend_schema(
        operation_id="confirm_email_change",
        tags=["auth"],
        request=ProofInput,
        responses={204: None},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Use the proven address; the old one hears of it."""
        proof = proof_of(Purpose.CHANGE, validated(ProofInput, request))
        with transaction.atomic():
            change_address(proof, caller=self.caller(request))
            mail_previous_address.enqueue(str(proof.pk))
        return HttpResponse(status=204)


class OtpView(AskView):
    """Sign in by mail."""

    purpose = Purpose.SIGN_IN

    @extend_schema(
        operation_id="ask_for_sign_in_code",
        tags=["auth"],
        request=AddressInput,
        responses={202: AcceptedOutput},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Have a code to sign in with mailed."""
        return self.ask(request)


class OtpConfirmView(AnonymousView):
    """Sign in by a code from a mail."""

    @extend_schema(
        operation_id="sign_in_by_code",
        tags=["auth"],
        request=ProofInput,
        responses=SignedInOutput,
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Trade the code for a pair of tokens."""
        proof = proof_of(Purpose.SIGN_IN, validated(ProofInput, request))
        use_up(proof)
        user = account_of(proof)
        if user is None or not user.is_active:
            raise Problem(401, "wrong_credentials", _("This account is not active."))
        return signed_in(self, request, user, method="email")

"""Opening an account, and codes by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, override

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
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
from users.services.step_up import require_password
from users.tasks import mail_previous_address
from users.views.endpoints import (
    EndpointCall,
    FreshMemberView,
    MemberCall,
    Result,
    endpoint,
    member_endpoint,
)
from users.views.sign_in import (
    AcceptedOutput,
    PasswordField,
    SignedInOutput,
    accepted,
    require_good_password,
    signed_in,
)

if TYPE_CHECKING:
    from django.db.models import Field

    from users.callers import Caller


class AddressInput(serializers.Serializer[object]):
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


class ProofInput(serializers.Serializer[object]):
    """The `proof` that was answered with the code from the mail, or the token of its link."""

    proof = serializers.UUIDField(required=False)
    code = serializers.CharField(max_length=16, required=False)
    token = serializers.CharField(max_length=512, required=False)

    @override
    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
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


class PasswordInput(serializers.Serializer[object]):
    """The present password and the new one."""

    current = PasswordField()
    password = PasswordField()


def require_mail_room(address: str, caller: Caller) -> None:
    """Count a mail to a mailbox, asked for from a network; raises Problem 429."""
    consume_quota("mail", blind_index(mailbox_of(address)), caller.network)


def proof_of(purpose: Purpose, call: EndpointCall) -> Proof:
    """Find the proof that was sent, in whichever form; raises Problem 400."""
    sent = call.sent
    if sent.get("token"):
        return proof_by_token(purpose, sent["token"])
    return proof_by_code(purpose, sent["proof"], sent["code"])


@endpoint(RegisterInput, AcceptedOutput, 202)
def register(call: EndpointCall) -> Result:
    """Ask for an account: the code in the mail that follows opens it.

    The answer is the same for an address that has an account, which then hears of it by mail.
    """
    sent = call.sent
    email, password = sent.pop("email"), sent.pop("password")
    require_mail_room(email, call.caller)
    if User.objects.filter(username__iexact=sent["username"]).exists():
        error = FieldError("username", "unique", _("This username is taken."))
        raise Problem(409, "conflict", _("This username is taken."), [error])
    sent["password_hash"] = make_password(password)
    return accepted(ask_for_proof(Purpose.VERIFY, email, payload=sent))


def ask_by_mail(purpose: Purpose, call: EndpointCall) -> Result:
    """Have a code mailed, if the address has an account."""
    email = call.sent["email"]
    require_mail_room(email, call.caller)
    return accepted(ask_for_proof(purpose, email))


@endpoint(AddressInput, AcceptedOutput, 202)
def verify_email(call: EndpointCall) -> Result:
    """Have a code mailed to the address of an account that is not verified yet."""
    return ask_by_mail(Purpose.VERIFY, call)


@endpoint(VerifyInput, SignedInOutput)
def confirm_email(call: EndpointCall) -> Result:
    """Prove an address, which opens the account it was registered for, and sign in."""
    proof = proof_of(Purpose.VERIFY, call)
    user = verify_address(proof, username=call.sent["username"])
    return signed_in(user, caller=call.caller, method="email")


@endpoint(AddressInput, AcceptedOutput, 202, operation_id="reset_password")
def ask_for_reset(call: EndpointCall) -> Result:
    """Have a code for a new password mailed."""
    return ask_by_mail(Purpose.RESET, call)


@endpoint(ResetInput, None, 204)
def confirm_password_reset(call: EndpointCall) -> Result:
    """Set a new password; every session of the account ends."""
    proof, password = proof_of(Purpose.RESET, call), call.sent["password"]
    require_good_password(password, account_of(proof) or User())
    reset_password(proof, password)
    return None


@member_endpoint(PasswordInput, None, 204, operation_id="change_password")
def change_own_password(call: MemberCall) -> Result:
    """Set another password; all other sessions end."""
    sent = call.sent
    require_password(call.user, sent["current"], caller=call.caller, field="current")
    require_good_password(sent["password"], call.user)
    change_password(call.user, sent["password"], but=call.actor.session_id)
    return None


@member_endpoint(AddressInput, AcceptedOutput, 202, view=FreshMemberView)
def change_email(call: MemberCall) -> Result:
    """Have a code mailed to the new address."""
    email = call.sent["email"]
    require_mail_room(email, call.caller)
    return accepted(ask_for_address(call.user, email))


@endpoint(ProofInput, None, 204)
def confirm_email_change(call: EndpointCall) -> Result:
    """Use the proven address; the old one hears of it."""
    proof = proof_of(Purpose.CHANGE, call)
    with transaction.atomic():
        change_address(proof, caller=call.caller)
        mail_previous_address.enqueue(str(proof.pk))
    return None


@endpoint(AddressInput, AcceptedOutput, 202)
def ask_for_sign_in_code(call: EndpointCall) -> Result:
    """Have a code to sign in with mailed."""
    return ask_by_mail(Purpose.SIGN_IN, call)


@endpoint(ProofInput, SignedInOutput)
def sign_in_by_code(call: EndpointCall) -> Result:
    """Trade the code for a pair of tokens."""
    proof = proof_of(Purpose.SIGN_IN, call)
    use_up(proof)
    user = account_of(proof)
    if user is None or not user.is_active:
        raise Problem(401, "wrong_credentials", _("This account is not active."))
    return signed_in(user, caller=call.caller, method="email")

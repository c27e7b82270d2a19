"""The mails that members get, and what triggers them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from users.mailer import MailMessage, send_mail_message
from users.models import AccountEvent, EventKind, Proof, Purpose, Session
from users.services.proofs import account_of, issue_code, payload_of

if TYPE_CHECKING:
    from uuid import UUID

# Mailed even if the member did it: it may have been somebody else.
MAILED_EVENTS = frozenset(
    {
        EventKind.SIGNED_IN,
        EventKind.TOKEN_REUSED,
        EventKind.PASSWORD_CHANGED,
        EventKind.FACTOR_ADDED,
        EventKind.FACTOR_REMOVED,
        EventKind.RECOVERY_USED,
        EventKind.IDENTITY_LINKED,
        EventKind.IDENTITY_UNLINKED,
        EventKind.KEY_CREATED,
        EventKind.SANCTIONED,
        EventKind.SANCTION_LIFTED,
        EventKind.ERASURE_REQUESTED,
        EventKind.ERASURE_CANCELLED,
    }
)


def mail_proof(proof_id: UUID) -> None:
    """Mail the code and link of a proof, or what else its address should hear.

    An address without an account gets nothing but an answer to a registration.
    """
    proof = Proof.objects.filter(pk=proof_id, used_at=None).first()
    if proof is None:
        return
    with translation.override(proof.locale):
        message = _message_for(proof)
    if message:
        send_mail_message(message, to=proof.address, locale=proof.locale)


def _message_for(proof: Proof) -> MailMessage | None:
    account = account_of(proof)
    if proof.purpose == Purpose.VERIFY:
        if account and account.is_verified:
            return _already_registered(proof)
        return _proving(proof) if account or payload_of(proof) else None
    if proof.purpose == Purpose.CHANGE:
        return _address_taken() if account else _proving(proof)
    is_usable = account is not None and account.is_active
    return _proving(proof) if is_usable else None


def _proving(proof: Proof) -> MailMessage:
    code, token = issue_code(proof)
    subject, words, button = {
        Purpose.VERIFY: (
            _("Confirm your address"),
            _("Enter this code to confirm your e-mail address and open your account:"),
            _("Confirm the address"),
        ),
        Purpose.RESET: (
            _("Set a new password"),
            _("Enter this code to set a new password:"),
            _("Set a new password"),
        ),
        Purpose.CHANGE: (
            _("Confirm your new address"),
            _("Enter this code to use this e-mail address for your account:"),
            _("Use this address"),
        ),
        Purpose.SIGN_IN: (
            _("Your sign-in code"),
            _("Enter this code to sign in:"),
            _("Sign in"),
        ),
    }[Purpose(proof.purpose)]
    wanted = payload_of(proof).get("username")
    named = [_("Your username will be “%(name)s”.") % {"name": wanted}] if wanted else []
    ignore = _("If you did not ask for this, ignore this mail: nothing happens without the code.")
    link = _link(proof.purpose, token)
    return MailMessage(subject, (words, *named, ignore), code, link, button if link else "")


def _link(purpose: str, token: str) -> str:
    """Return the address of the card site's page for a link, or of our own.

    To sign in by a link takes a site to sign in to.
    """
    if purpose == Purpose.SIGN_IN and not settings.SITE_URL:
        return ""
    base = settings.SITE_URL or settings.PUBLIC_URL
    return f"{base}/account/{purpose.replace('_', '-')}?{urlencode({'token': token})}"


def _already_registered(proof: Proof) -> MailMessage | None:
    if not proof.payload:
        return None
    lines = (
        _("Somebody, perhaps you, tried to open an account with this address."),
        _("There is one already. Sign in, or set a new password if you have forgotten it."),
    )
    return MailMessage(_("You have an account already"), lines)


def _address_taken() -> MailMessage:
    lines = (
        _("Somebody, perhaps you, tried to use this address for another account."),
        _("It belongs to an account already, so nothing was changed."),
    )
    return MailMessage(_("This address is in use"), lines)


def mail_previous_address(proof_id: UUID) -> None:
    """Tell the address that an account had until now that it has another."""
    proof = Proof.objects.filter(pk=proof_id).first()
    previous = payload_of(proof).get("previous") if proof else None
    if proof is None or not previous:
        return
    with translation.override(proof.locale):
        lines = (
            _("The e-mail address of your account was changed; this one is no longer used."),
            _("If this was not you, write to the moderators at once."),
        )
        message = MailMessage(_("Your address was changed"), lines)
    send_mail_message(message, to=previous, locale=proof.locale)


def mail_event(event_id: UUID) -> None:
    """Tell a member what has happened to the account, if it is worth a mail."""
    event = AccountEvent.objects.select_related("user").filter(pk=event_id).first()
    if event is None or not is_told(event):
        return
    user = event.user
    with translation.override(user.locale):
        message = _notice(event)
    send_mail_message(message, to=user.email, locale=user.locale)


def is_told(event: AccountEvent) -> bool:
    """Return whether an event is mailed; sign-ins are when the device is new to the account."""
    if event.kind == EventKind.SIGNED_IN:
        return event.session is not None and _is_new_device(event.session)
    return event.kind in MAILED_EVENTS


def _is_new_device(session: Session) -> bool:
    earlier = Session.objects.filter(user=session.user_id, created_at__lt=session.created_at)
    known = earlier.filter(device=session.device, address_index=session.address_index)
    return earlier.exists() and not known.exists()


def _notice(event: AccountEvent) -> MailMessage:
    happened = event.get_kind_display()
    details = ", ".join(str(value) for value in event.detail.values() if isinstance(value, str))
    lines = [
        _("Something happened to your account: %(what)s.")
        % {"what": f"{happened} ({details})" if details else happened},
        _("When: %(time)s (UTC)") % {"time": f"{event.created_at:%Y-%m-%d %H:%M}"},
    ]
    if event.device or event.address:
        place = " · ".join(word for word in (event.device, event.address) if word)
        lines.append(_("From: %(place)s") % {"place": place})
    lines.append(_("If this was not you, set a new password and end your other sessions."))
    return MailMessage(_("Account activity: %(what)s") % {"what": happened}, lines)

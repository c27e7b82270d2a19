"""Where a member is signed in, and what happened to the account."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import Record, SealedField


class Session(Record):
    """One device that is signed in: a family of refresh tokens, of which the newest is good.

    `generation` counts the rotations; `rotated_at` is the last. `authenticated_at` is when the
    member last proved who they are, which risky actions look at.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="sessions",
        verbose_name=_("member"),
    )
    method = models.CharField(_("signed in by"), max_length=60)
    device = models.CharField(_("device"), max_length=120, blank=True)
    address = SealedField(_("network address"), blank=True)
    address_index = models.CharField(max_length=64, blank=True, editable=False)
    generation = models.PositiveIntegerField(default=1, editable=False)
    rotated_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now, editable=False)
    authenticated_at = models.DateTimeField(_("proved"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    unlogged = frozenset({"address_index"})

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="session_of_member"),
            models.Index(fields=["created_at"], name="session_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return self.device or str(self.pk)


class EventKind(models.TextChoices):
    """What can happen to an account that its member would want to know."""

    REGISTERED = "registered", _("account opened")
    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    SIGNED_OUT = "signed_out", _("signed out")
    SESSION_ENDED = "session_ended", _("session ended")
    TOKEN_REUSED = "token_reused", _("old refresh token used again")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    EMAIL_VERIFIED = "email_verified", _("e-mail address verified")
    EMAIL_CHANGED = "email_changed", _("e-mail address changed")
    USERNAME_CHANGED = "username_changed", _("username changed")
    FACTOR_ADDED = "factor_added", _("second factor added")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    RECOVERY_USED = "recovery_used", _("recovery code used")
    STEPPED_UP = "stepped_up", _("identity confirmed")
    IDENTITY_LINKED = "identity_linked", _("provider linked")
    IDENTITY_UNLINKED = "identity_unlinked", _("provider unlinked")
    KEY_CREATED = "key_created", _("API key created")
    KEY_REVOKED = "key_revoked", _("API key revoked")
    KEY_TOKEN = "key_token", _("token for a service issued")
    ROLE_GIVEN = "role_given", _("role given")
    ROLE_TAKEN = "role_taken", _("role taken away")
    SANCTIONED = "sanctioned", _("sanctioned")
    SANCTION_LIFTED = "sanction_lifted", _("sanction lifted")
    TRUST_RAISED = "trust_raised", _("trust level raised")
    TRUST_LOWERED = "trust_lowered", _("trust level lowered")
    EXPORT_REQUESTED = "export_requested", _("export of data requested")
    ERASURE_REQUESTED = "erasure_requested", _("erasure of the account requested")
    ERASURE_CANCELLED = "erasure_cancelled", _("erasure of the account cancelled")


class AccountEvent(Record):
    """One line of a member's account activity; `detail` says what the kind leaves open."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="events",
        verbose_name=_("member"),
    )
    kind = models.CharField(_("what"), max_length=20, choices=EventKind)
    session = models.ForeignKey(
        Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    device = models.CharField(_("device"), max_length=120, blank=True)
    address = SealedField(_("network address"), blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("account event")
        verbose_name_plural = _("account events")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="event_of_member"),
            models.Index(fields=["-created_at", "-id"], name="event_newest"),
            models.Index(fields=["kind", "-created_at"], name="event_of_kind"),
        ]

    @override
    def __str__(self) -> str:
        return self.get_kind_display()

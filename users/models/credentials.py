"""Keys, factors and codes: what proves who somebody is, and what the product signs with."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import DocumentField, Record, RecordIdField, SealedField, new_id

SCOPES = {
    "type": "array",
    "minItems": 1,
    "maxItems": 100,
    "uniqueItems": True,
    "items": {"type": "string", "pattern": r"^(\*|[a-z/-]+):(read|write)$"},
}


class SigningKey(models.Model):
    """A key pair that tokens are signed with (ES256, RFC 7518 3.4).

    The newest one that is not retired signs; a retired one verifies until `expires_at`.
    """

    id = models.CharField(_("key id"), max_length=43, primary_key=True)
    private = SealedField(_("private key (PEM)"))
    public = models.JSONField(_("public key (JWK)"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    expires_at = models.DateTimeField(_("verifies until"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")

    @override
    def __str__(self) -> str:
        return self.id


class ApiKey(Record):
    """A key for servers: a bearer token by itself, or client id and secret of OAuth 2.0.

    Only a digest of the secret is kept. A scope is `<resource>:read`, `<resource>:write` or the
    same with `*` for every resource.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_keys",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=80)
    scopes = DocumentField(verbose_name=_("scopes"), schema=SCOPES)
    digest = models.CharField(max_length=64, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    # What the key is, known only while it is being made.
    secret: str = ""

    unlogged = frozenset({"digest", "last_used_at"})

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "-created_at", "-id"], name="api_key_of_owner"),
            models.Index(fields=["created_at"], name="api_key_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class Passkey(Record):
    """A WebAuthn credential (https://www.w3.org/TR/webauthn-3/)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="passkeys",
        verbose_name=_("member"),
    )
    name = models.CharField(_("name"), max_length=80)
    credential_id = models.CharField(max_length=512, unique=True, editable=False)
    public_key = models.TextField(editable=False)
    sign_count = models.PositiveBigIntegerField(default=0, editable=False)
    transports = models.JSONField(default=list, editable=False)
    is_backed_up = models.BooleanField(_("kept in a password manager"), default=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    unlogged = frozenset({"public_key"})

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="passkey_of_member"),
            models.Index(fields=["created_at"], name="passkey_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class Totp(models.Model):
    """A member's authenticator app (RFC 6238); `last_step` keeps a code from working twice."""

    id = RecordIdField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="totp"
    )
    secret = SealedField()
    last_step = models.PositiveBigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    """A code to get in with once when the second factor is lost; only its digest is kept."""

    id = RecordIdField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")
        ]

    @override
    def __str__(self) -> str:
        return str(self.user_id)

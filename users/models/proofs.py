"""Codes and links sent by mail."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import RecordIdField, SealedField, new_id


class Purpose(models.TextChoices):
    """What a proof is good for, and nothing else."""

    VERIFY = "verify", _("verify an e-mail address")
    RESET = "reset", _("set a new password")
    CHANGE = "change", _("change the e-mail address")
    SIGN_IN = "sign_in", _("sign in")


class Proof(models.Model):
    """Somebody says an address is theirs; the code or link mailed there proves it, once.

    A row is written for every request, whether or not the address has an account, so that neither
    the answer nor its time can tell. `payload` is what the purpose needs, as sealed JSON. Only
    digests of the code and of the link's secret are kept, and they are made when the mail is.
    """

    id = RecordIdField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=8, choices=Purpose)
    address = SealedField()
    address_index = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="proofs"
    )
    payload = SealedField(blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    secret_digest = models.CharField(max_length=64, blank=True)
    failure_count = models.PositiveSmallIntegerField(default=0)
    locale = models.CharField(max_length=5, default="en")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["address_index", "purpose", "-created_at"], name="proof_newest")
        ]

    @override
    def __str__(self) -> str:
        return self.get_purpose_display()

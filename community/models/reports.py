"""What members tell the moderators: reports and appeals."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models.moderation import CaseAction, Ground, ModerationCase, target_column
from resources.api import Record, RecordIdField


class Report(Record):
    """That a member finds something wrong with a record.

    `weight` is what the report adds to the score of its case. `outcome` and `answer` tell the
    reporter what came of it, and why.
    """

    class Outcome(models.TextChoices):
        """What came of a report."""

        WAITING = "waiting", _("waiting")
        UPHELD = "upheld", _("action taken")
        DISMISSED = "dismissed", _("no action taken")

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("reporter"),
    )
    case = models.ForeignKey(
        ModerationCase,
        on_delete=models.CASCADE,
        editable=False,
        related_name="reports",
        verbose_name=_("case"),
    )
    target_resource = target_column()
    target_id = RecordIdField(verbose_name=_("record"))
    reason = models.CharField(_("reason"), max_length=13, choices=Ground)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    weight = models.FloatField(_("weight"), default=0, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=9, choices=Outcome, default=Outcome.WAITING, editable=False
    )
    answer = models.TextField(_("answer"), max_length=2000, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "reporter"],
                name="one_report_per_member",
                violation_error_message=_("You have reported this already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="report_newest"),
            models.Index(fields=["reporter", "-created_at", "-id"], name="report_of_member"),
            models.Index(fields=["target_id", "-created_at"], name="report_of_target"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.target_resource}"


class Appeal(Record):
    """A member's objection to what moderators did; one per case, decided by another moderator."""

    class Outcome(models.TextChoices):
        """What came of an appeal."""

        WAITING = "waiting", _("waiting")
        UPHELD = "upheld", _("the decision stands")
        OVERTURNED = "overturned", _("the decision was reversed")

    action = models.ForeignKey(
        CaseAction, on_delete=models.CASCADE, related_name="appeals", verbose_name=_("action")
    )
    case = models.OneToOneField(
        ModerationCase,
        on_delete=models.CASCADE,
        editable=False,
        related_name="appeal",
        verbose_name=_("case"),
    )
    review = models.OneToOneField(
        ModerationCase,
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        verbose_name=_("case in which it is decided"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"), max_length=4000)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING, editable=False
    )
    answer = models.TextField(_("answer"), max_length=2000, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="appeal_newest"),
            models.Index(fields=["author", "-created_at", "-id"], name="appeal_of_member"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60]

"""Screening rules, and the log of what they matched."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.conditions import require_condition
from resources.api import DocumentField, Record, RecordIdField, SortedCharField

LONGEST_EXCERPT = 300
CONDITION_HINT = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "description": "One test (`keywords`, `links`, `rate`, `first`, `trust_below`, "
    "`account_younger_than_hours`) or `all`, `any`, `not` of tests.",
    "example": {"all": [{"first": 3}, {"links": {"at_least": 1}}]},
}


LONGEST_SILENCE = 366 * 24
"""Hours; for longer there are sanctions."""


class ScreeningAction(models.TextChoices):
    """What becomes of a text that meets a rule, from mild to strict."""

    REPORT = "report", _("show it, and tell moderators")
    HOLD = "hold", _("hold it back until a moderator decides")
    HIDE = "hide", _("hide it, without asking moderators")
    REFUSE = "refuse", _("refuse it")
    SILENCE = "silence", _("hold it back and silence the member")


class ScreeningRule(Record):
    """What is to happen to texts of members that meet a condition.

    `resources` names the kinds of texts it looks at; when it is empty, all that are screened.
    `message` is told to a member whose text is refused. While `is_dry_run` is set, matches are
    logged and nothing else happens.
    """

    name = SortedCharField(_("name"), max_length=80, unique=True)
    condition = DocumentField(verbose_name=_("condition"), schema=CONDITION_HINT)
    resources = DocumentField(
        verbose_name=_("kinds of texts"),
        schema={
            "type": "array",
            "maxItems": 20,
            "uniqueItems": True,
            "items": {"type": "string", "maxLength": 40},
        },
        default=list,
        blank=True,
    )
    action = models.CharField(
        _("action"), max_length=7, choices=ScreeningAction, default=ScreeningAction.HOLD
    )
    message = models.CharField(
        _("message to the member"),
        max_length=300,
        blank=True,
        help_text=_("Said when a text is refused."),
    )
    silence_hours = models.PositiveSmallIntegerField(
        _("hours of silence"), default=24, validators=[MaxValueValidator(LONGEST_SILENCE)]
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_dry_run = models.BooleanField(
        _("dry run"), default=False, help_text=_("Matches are logged, and nothing else happens.")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )

    class Meta:
        verbose_name = _("screening rule")
        verbose_name_plural = _("screening rules")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(silence_hours__gte=1, silence_hours__lte=720),
                name="silence_of_hours_to_a_month",
                violation_error_message=_("Silence lasts from 1 to 720 hours."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="screening_rule_newest")
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @override
    def clean(self) -> None:
        try:
            require_condition(self.condition)
        except ValidationError as error:
            raise ValidationError({"condition": error}) from error


class ScreeningMatch(Record):
    """That a text met a rule: which, whose it was, what in it did, and what came of it.

    `record_id` is empty for a text that was refused, of which the excerpt is all that is left.
    """

    rule = models.ForeignKey(
        ScreeningRule,
        on_delete=models.SET_NULL,
        null=True,
        related_name="matches",
        verbose_name=_("screening rule"),
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("member"),
    )
    resource = models.CharField(_("resource"), max_length=40)
    record_id = RecordIdField(verbose_name=_("record"), null=True)
    action = models.CharField(_("action"), max_length=7, choices=ScreeningAction)
    is_dry_run = models.BooleanField(_("dry run"), default=False)
    evidence = models.JSONField(_("what matched"), default=list)
    excerpt = models.CharField(_("excerpt"), max_length=LONGEST_EXCERPT, blank=True)

    class Meta:
        verbose_name = _("screening match")
        verbose_name_plural = _("screening matches")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="screening_match_newest"),
            models.Index(fields=["resource", "-created_at"], name="screening_match_resource"),
        ]

    @override
    def __str__(self) -> str:
        return self.excerpt[:60] or str(self.pk)

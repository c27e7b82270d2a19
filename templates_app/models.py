"""Card templates, their versions and their reviews."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from files.columns import picture
from resources.api import DocumentField, Record, SortedCharField, schema_error
from templates_app.effects import EFFECTS

SLOTS_SCHEMA = {
    "type": "object",
    "properties": {"type": {"const": "object"}, "properties": {"type": "object"}},
    "required": ["type", "properties"],
}


class Template(Record):
    """A design that cards are made from.

    Once it is public, its author's edits are kept in `pending` until moderators approve them:
    `{"title": "New", "preview": "<file id>"}`. `pending_preview` is the file named there.
    """

    class State(models.TextChoices):
        """Where a template stands between its author and the moderators."""

        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        CHANGES_REQUESTED = "changes_requested", _("changes requested")
        APPROVED = "approved", _("approved")
        DEPRECATED = "deprecated", _("deprecated")

    class Category(models.TextChoices):
        """What kind of card it makes."""

        CREATURE = "creature", _("creature")
        LANDSCAPE = "landscape", _("landscape")
        ITEM = "item", _("item")
        CHARACTER = "character", _("character")
        OTHER = "other", _("other")

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="templates",
        verbose_name=_("author"),
    )
    title = SortedCharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    category = models.CharField(
        _("category"), max_length=12, choices=Category, default=Category.OTHER
    )
    slots = DocumentField(
        verbose_name=_("slots"),
        schema=SLOTS_SCHEMA,
        help_text=_("A JSON Schema of the slots that a card fills."),
    )
    default_effects = DocumentField(
        verbose_name=_("default effects"), schema=EFFECTS, default=dict, blank=True
    )
    preview = picture(_("preview"))
    state = models.CharField(_("state"), max_length=17, choices=State, default=State.DRAFT)
    pending = models.JSONField(
        _("changes that wait for approval"), default=dict, blank=True, editable=False
    )
    pending_preview = picture(_("preview that waits for approval"), editable=False)
    pending_state = models.CharField(
        _("state of the waiting changes"),
        max_length=17,
        choices=State,
        blank=True,
        default="",
        editable=False,
    )
    moderator_note = models.TextField(_("moderator's note"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False, editable=False)
    use_count = models.PositiveIntegerField(_("uses"), default=0)
    rating_sum = models.PositiveIntegerField(_("sum of ratings"), default=0)
    rating_count = models.PositiveIntegerField(_("ratings"), default=0)
    rating_average = models.FloatField(_("average rating"), default=0)

    derived = frozenset({"use_count", "rating_sum", "rating_count", "rating_average"})

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(rating_average__gte=0, rating_average__lte=5),
                name="template_rating_in_range",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["category", "-rating_average", "-id"], name="template_by_category_rating"
            ),
            models.Index(fields=["-created_at", "-id"], name="template_newest"),
            models.Index(fields=["-rating_average", "-id"], name="template_best"),
            models.Index(fields=["-use_count", "-id"], name="template_most_used"),
            models.Index(fields=["title", "id"], name="template_by_title"),
            models.Index(fields=["updated_at", "id"], name="template_by_update"),
        ]

    @override
    def __str__(self) -> str:
        return self.title

    @override
    def clean(self) -> None:
        problem = schema_error(self.slots)
        if problem:
            raise ValidationError({"slots": ValidationError(problem, code="not_a_schema")})


class TemplateVersion(Record):
    """What a template was when it was approved; cards pin one."""

    template = models.ForeignKey(
        Template, on_delete=models.CASCADE, related_name="versions", verbose_name=_("template")
    )
    number = models.PositiveIntegerField(_("number"))
    slots = models.JSONField(_("slots"))
    default_effects = models.JSONField(_("default effects"), default=dict)

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="template_version_newest")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class Review(Record):
    """A member's rating of a template."""

    template = models.ForeignKey(
        Template, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("template")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="reviews",
        verbose_name=_("author"),
    )
    stars = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    text = models.TextField(_("text"), max_length=4000, blank=True)
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False, editable=False)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["template", "author"],
                name="one_review_per_member",
                violation_error_message=_("You have reviewed this template already."),
            ),
            models.CheckConstraint(
                condition=models.Q(stars__gte=1, stars__lte=5),
                name="review_stars_in_range",
                violation_error_message=_("Stars go from 1 to 5."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="review_newest"),
            models.Index(fields=["-stars", "-id"], name="review_by_stars"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.template} {'★' * self.stars}"

"""Holographic cards, their versions and who likes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from files.columns import picture
from resources.api import DocumentField, Record, SortedCharField, TagsField, missing_last
from templates_app.effects import EFFECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC = models.Q(status="published", visibility="public")


class Card(Record):
    """A holographic trading card."""

    class Rarity(models.TextChoices):
        """How rare a card claims to be."""

        COMMON = "common", _("common")
        UNCOMMON = "uncommon", _("uncommon")
        RARE = "rare", _("rare")
        EPIC = "epic", _("epic")
        LEGENDARY = "legendary", _("legendary")
        MYTHIC = "mythic", _("mythic")

    class Status(models.TextChoices):
        """Whether a card is finished."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        ARCHIVED = "archived", _("archived")

    class Visibility(models.TextChoices):
        """Who may see a finished card: all, all who know its address, or its creator."""

        PUBLIC = "public", _("public")
        UNLISTED = "unlisted", _("unlisted")
        PRIVATE = "private", _("private")

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="cards",
        db_index=False,
        verbose_name=_("creator"),
    )
    template = models.ForeignKey(
        "card_templates.Template",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cards",
        verbose_name=_("template"),
    )
    template_version = models.ForeignKey(
        "card_templates.TemplateVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("template version"),
    )
    remixed_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="remixes",
        verbose_name=_("remixed from"),
    )
    resembles = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("resembles"),
        help_text=_("A card of somebody else that has nearly the same front."),
    )
    title = SortedCharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    tags = TagsField(verbose_name=_("tags"))
    rarity = models.CharField(_("rarity"), max_length=9, choices=Rarity, default=Rarity.COMMON)
    effects = DocumentField(verbose_name=_("effects"), schema=EFFECTS, default=dict, blank=True)
    slots = DocumentField(
        verbose_name=_("slots"),
        schema={"type": "object"},
        default=dict,
        blank=True,
        help_text=_("What the card fills its template with."),
    )
    front = picture(_("front"))
    back = picture(_("back"))
    foil = picture(_("foil texture"))
    mask = picture(_("mask"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT)
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility, default=Visibility.PUBLIC
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False, editable=False)
    like_count = models.PositiveIntegerField(_("likes"), default=0)
    view_count = models.PositiveIntegerField(_("views"), default=0)
    download_count = models.PositiveIntegerField(_("downloads"), default=0)
    comment_count = models.PositiveIntegerField(_("comments"), default=0)

    derived = frozenset(
        {"like_count", "view_count", "download_count", "comment_count", "resembles"}
    )

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["creator", "-created_at", "-id"], name="card_by_creator"),
            models.Index(fields=["-created_at", "-id"], name="card_newest"),
            models.Index(fields=["-like_count", "-id"], name="card_most_liked"),
            models.Index(fields=["-comment_count", "-id"], name="card_most_discussed"),
            models.Index(fields=["title", "id"], name="card_by_title"),
            models.Index(fields=["updated_at", "id"], name="card_by_update"),
            models.Index(missing_last("published_at"), F("id").desc(), name="card_published"),
            models.Index(fields=["rarity", "-like_count", "-id"], name="card_by_rarity"),
            models.Index(
                fields=["-like_count", "-id"], name="card_public_most_liked", condition=PUBLIC
            ),
            models.Index(
                fields=["-created_at", "-id"], name="card_public_newest", condition=PUBLIC
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.title


class ArtBand(models.Model):
    """A part of the perceptual hash of a card's front, by which alike fronts are found."""

    card = models.ForeignKey(
        Card, on_delete=models.CASCADE, related_name="art_bands", verbose_name=_("card")
    )
    key = models.PositiveIntegerField(_("key"))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "card"], name="art_band_once")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.card_id} {self.key:x}"


class CardVersion(Record):
    """What a card was each time it was published or changed while it was.

    `visibility` is the card's when the version was made, `template_version` that of the template
    which its slots fill.
    """

    card = models.ForeignKey(
        Card, on_delete=models.CASCADE, related_name="versions", verbose_name=_("card")
    )
    number = models.PositiveIntegerField(_("number"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("author"),
    )
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Card.Visibility, default=Card.Visibility.PRIVATE
    )
    content = models.JSONField(_("content"))
    template_version = models.ForeignKey(
        "card_templates.TemplateVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("template version"),
    )
    front = picture(_("front"))
    back = picture(_("back"))
    foil = picture(_("foil texture"))
    mask = picture(_("mask"))

    class Meta:
        verbose_name = _("card version")
        verbose_name_plural = _("card versions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["card", "number"], name="card_version_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="card_version_newest")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.card} v{self.number}"


class CardLike(Record):
    """That a member likes a card."""

    card = models.ForeignKey(
        Card, on_delete=models.CASCADE, related_name="likes", verbose_name=_("card")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="liked_cards",
        db_index=False,
        verbose_name=_("member"),
    )

    counted_in: ClassVar[Mapping[str, str]] = {"card": "like_count"}

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["card", "user"],
                name="one_like_per_member",
                violation_error_message=_("You like this card already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="card_like_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="card_like_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} ♥ {self.card}"

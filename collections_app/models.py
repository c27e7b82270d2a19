"""Members' collections: binders of cards in an order, with sections and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from files.columns import picture
from resources.api import Record, SortedCharField

if TYPE_CHECKING:
    from collections.abc import Mapping


class Collection(Record):
    """A member's binder of cards."""

    class Visibility(models.TextChoices):
        """Who may look into it."""

        PUBLIC = "public", _("public")
        UNLISTED = "unlisted", _("unlisted")
        PRIVATE = "private", _("private")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="collections",
        verbose_name=_("owner"),
    )
    title = SortedCharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    cover = picture(_("cover"))
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility, default=Visibility.PUBLIC
    )
    goal_count = models.PositiveIntegerField(
        _("cards when complete"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100_000)],
        help_text=_("0 for a collection without an end."),
    )
    is_hidden = models.BooleanField(_("hidden by moderators"), default=False, editable=False)
    item_count = models.PositiveIntegerField(_("cards"), default=0, editable=False)

    derived = frozenset({"item_count"})

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="collection_newest"),
            models.Index(fields=["-item_count", "-id"], name="collection_largest"),
            models.Index(fields=["title", "id"], name="collection_by_title"),
            models.Index(fields=["updated_at", "id"], name="collection_by_update"),
            models.Index(fields=["owner", "-created_at", "-id"], name="collection_by_owner"),
        ]

    @override
    def __str__(self) -> str:
        return self.title


class CollectionItem(Record):
    """A card's place in a collection.

    `position` is a text that sorts between its neighbours' (fractional indexing), so moving one
    item never renumbers the others.
    """

    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="items", verbose_name=_("collection")
    )
    card = models.ForeignKey(
        "cards.Card", on_delete=models.CASCADE, related_name="+", verbose_name=_("card")
    )
    section = models.CharField(_("section"), max_length=60, blank=True)
    note = models.TextField(_("note"), max_length=500, blank=True)
    position = SortedCharField(_("position"), max_length=64, editable=False)

    counted_in: ClassVar[Mapping[str, str]] = {"collection": "item_count"}

    class Meta:
        verbose_name = _("collection item")
        verbose_name_plural = _("collection items")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["collection", "card"],
                name="card_once_in_a_collection",
                violation_error_message=_("This card is in the collection already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["collection", "position", "id"], name="item_in_order"),
            models.Index(fields=["position", "id"], name="item_by_position"),
            models.Index(fields=["-created_at", "-id"], name="item_newest"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.card} · {self.collection}"


class CollectionCollaborator(Record):
    """A member who may arrange somebody else's collection."""

    collection = models.ForeignKey(
        Collection,
        on_delete=models.CASCADE,
        related_name="collaborators",
        verbose_name=_("collection"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("member"),
    )

    class Meta:
        verbose_name = _("collaborator")
        verbose_name_plural = _("collaborators")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["collection", "user"],
                name="collaborator_once",
                violation_error_message=_("This member is a collaborator already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="collaborator_newest")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} · {self.collection}"

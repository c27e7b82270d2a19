"""What of cards is offered to clients."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cards.models import Card, CardLike, CardVersion
from cards.services import cards, likes, upgrading
from resources.api import (
    SIGNED_IN,
    UNSILENCED,
    RecordAction,
    Resource,
    actor,
    has_role,
    linked,
    own,
    register,
    visible,
    where,
)
from users.rules import unblocked, unmuted

MINE = own("creator")
MODERATORS = has_role("moderator", "admin")
PUBLISHED = where(status="published", is_hidden=False)
PUBLIC = where(visibility="public")
REACHABLE = where(visibility__in=("public", "unlisted"))
KEEPERS = visible("card", verb="delete")
LIKED = linked("cards.CardLike", row="card", member="user", words=_("whoever likes it"))


class UpgradeInput(serializers.Serializer[object]):
    """The slots that fit the newer version, where those that there are do not."""

    slots = serializers.DictField(required=False)


class VersionInput(serializers.Serializer[object]):
    """Which version to bring back."""

    number = serializers.IntegerField(min_value=1)


@register(Card)
class CardResource(Resource):
    """A holographic trading card designed by a member."""

    fields = (
        "id",
        "title",
        "description",
        "tags",
        "rarity",
        "effects",
        "slots",
        "front",
        "back",
        "foil",
        "mask",
        "status",
        "visibility",
        "is_hidden",
        "creator",
        "template",
        "template_version",
        "remixed_from",
        "resembles",
        "version",
        "like_count",
        "view_count",
        "download_count",
        "comment_count",
        "published_at",
        "created_at",
        "updated_at",
    )
    editable = (
        "title",
        "description",
        "tags",
        "rarity",
        "effects",
        "slots",
        "front",
        "back",
        "foil",
        "mask",
        "status",
        "visibility",
    )
    writable = (*editable, "template")
    presets = {"creator": actor}
    readers = {"resembles": MINE | MODERATORS}
    expand = ("creator", "template", "template_version", "remixed_from", "resembles")
    viewer = {"liked": LIKED}

    view = ((PUBLISHED & REACHABLE) | MINE | MODERATORS) & unblocked("creator")
    list = ((PUBLISHED & PUBLIC) | MINE) & unblocked("creator") & unmuted("creator")
    create = MINE & UNSILENCED
    update = MINE & UNSILENCED
    delete = MINE | MODERATORS

    filters = (
        "creator",
        "template",
        "remixed_from",
        "rarity",
        "tags",
        "title",
        "created_at",
        "updated_at",
        "published_at",
        "like_count",
        "comment_count",
    )
    scans = (
        "description",
        "status",
        "visibility",
        "is_hidden",
        "effects",
        "slots",
        "view_count",
        "download_count",
    )
    search = ("title", "description", "tags")
    screened = ("title", "description", "tags", "slots")
    screened_where = where(status="published") & REACHABLE
    numbered_pages = True
    ordering = (
        "-created_at",
        "-like_count",
        "-comment_count",
        "-published_at",
        "-updated_at",
        "title",
    )
    sorts_scanned = (
        "-view_count",
        "-download_count",
        "creator.username",
        "template.title",
        "@random",
    )
    topics = ("creator",)

    creates = cards.create_card
    updates = cards.edit_card
    deletes = cards.delete_card
    actions = (
        RecordAction(
            "publish", "POST", MINE & UNSILENCED, cards.publish_card, _("Publish the card")
        ),
        RecordAction("hide", "PUT", MODERATORS, cards.hide_card, _("Hide the card")),
        RecordAction("hide", "DELETE", MODERATORS, cards.show_card, _("Show it again")),
        RecordAction("archive", "POST", MINE | MODERATORS, cards.archive_card, _("Archive it")),
        RecordAction(
            "remix", "POST", SIGNED_IN & UNSILENCED, cards.remix_card, _("Start a remix of it")
        ),
        RecordAction(
            "upgrade",
            "POST",
            MINE & UNSILENCED,
            upgrading.upgrade_card,
            _("Move it to the newest version of its template"),
            takes=UpgradeInput,
        ),
        RecordAction(
            "restore",
            "POST",
            MINE & UNSILENCED,
            cards.restore_version,
            _("Bring back a version"),
            takes=VersionInput,
        ),
        RecordAction("like", "PUT", SIGNED_IN & UNSILENCED, likes.like_card, _("Like the card")),
        RecordAction("like", "DELETE", SIGNED_IN, likes.unlike_card, _("Take the like back")),
    )


@register(CardVersion)
class CardVersionResource(Resource):
    """What a card was each time it was published or changed while it was.

    `visibility` is the card's at that time: what it said in private stays its creator's.
    """

    fields = (
        "id",
        "card",
        "number",
        "author",
        "visibility",
        "content",
        "template_version",
        "front",
        "back",
        "foil",
        "mask",
        "created_at",
    )
    expand = ("card", "author", "template_version")

    view = visible("card") & (REACHABLE | KEEPERS)
    list = visible("card") & (REACHABLE | KEEPERS)

    filters = ("card", "created_at")
    ordering = ("-created_at",)


@register(CardLike)
class CardLikeResource(Resource):
    """The cards that you like. Like one with `PUT /api/v1/cards/{id}/like`."""

    fields = ("id", "card", "user", "created_at")
    expand = ("card",)

    view = own("user")
    list = own("user")

    filters = ("card", "created_at")
    ordering = ("-created_at",)

    deletes = likes.delete_like

"""What of collections is offered to clients."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from collections_app import services
from collections_app.models import Collection, CollectionCollaborator, CollectionItem
from resources.api import (
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
from users.rules import on_terms, unblocked, unmuted

MINE = own("owner")
MODERATORS = has_role("moderator", "admin")
COLLABORATORS = linked(
    "collections.CollectionCollaborator",
    row="collection",
    member="user",
    words=_("a collaborator of the collection"),
)
PUBLIC = where(visibility="public", is_hidden=False)
REACHABLE = where(visibility__in=("public", "unlisted"), is_hidden=False)
ARRANGERS = visible("collection", verb="update")
KEEPERS = visible("collection", verb="delete")


class PlaceInput(serializers.Serializer[object]):
    """Where an item goes: behind another, or first when that is null."""

    after = serializers.UUIDField(allow_null=True)


@register(Collection)
class CollectionResource(Resource):
    """A member's binder of cards. Its cards are `collection-items`, in order of `position`."""

    fields = (
        "id",
        "title",
        "description",
        "cover",
        "visibility",
        "is_hidden",
        "goal_count",
        "item_count",
        "owner",
        "created_at",
        "updated_at",
    )
    writable = ("title", "description", "cover", "visibility", "goal_count")
    editable = writable
    presets = {"owner": actor}
    expand = ("owner",)

    view = (REACHABLE | MINE | COLLABORATORS | MODERATORS) & unblocked("owner")
    # Whoever takes part has asked for it.
    list = ((PUBLIC & unmuted("owner")) | MINE | COLLABORATORS) & unblocked("owner")
    create = MINE & UNSILENCED
    update = (MINE | COLLABORATORS) & UNSILENCED
    delete = MINE | MODERATORS

    filters = ("owner", "title", "created_at", "updated_at", "item_count")
    scans = ("visibility", "is_hidden", "goal_count")
    search = ("title", "description")
    screened = ("title", "description")
    screened_where = where(visibility__in=("public", "unlisted"))
    ordering = ("-created_at", "-item_count", "-updated_at", "title")
    sorts_scanned = ("owner.username", "@random")
    topics = ("owner",)

    creates = services.create_collection
    deletes = services.delete_collection
    actions = (
        RecordAction("hide", "PUT", MODERATORS, services.hide_collection, _("Hide the collection")),
        RecordAction("hide", "DELETE", MODERATORS, services.show_collection, _("Show it again")),
    )


@register(CollectionItem)
class CollectionItemResource(Resource):
    """A card's place in a collection; `move` it behind another."""

    fields = ("id", "collection", "card", "section", "note", "position", "created_at")
    writable = ("collection", "card", "section", "note")
    editable = ("section", "note")
    expand = ("collection", "card")

    view = visible("collection")
    list = visible("collection")
    create = ARRANGERS & UNSILENCED
    update = ARRANGERS & UNSILENCED
    delete = ARRANGERS

    filters = ("collection", "card", "created_at")
    scans = ("section",)
    screened = ("section", "note")
    screened_where = visible("collection")
    ordering = ("position", "-created_at")
    sorts_scanned = ("card.title",)
    topics = ("collection",)

    creates = services.add_item
    deletes = services.remove_item
    actions = (
        RecordAction(
            "move", "POST", ARRANGERS, services.move_item, _("Move the item"), takes=PlaceInput
        ),
    )


@register(CollectionCollaborator)
class CollectionCollaboratorResource(Resource):
    """A member who may arrange somebody else's collection."""

    fields = ("id", "collection", "user", "created_at")
    writable = ("collection", "user")
    expand = ("collection", "user")

    view = own("user") | KEEPERS
    list = own("user") | (KEEPERS & visible("collection"))
    create = KEEPERS & UNSILENCED & on_terms("user")
    delete = own("user") | KEEPERS

    filters = ("collection", "user", "created_at")
    ordering = ("-created_at",)

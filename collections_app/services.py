"""Changes to collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from collections_app.models import Collection, CollectionItem
from collections_app.positions import position_between
from resources.api import FieldError, changes, invalid
from users.models import User

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from cards.models import Card
    from resources.api import Actor

LONGEST_POSITION = 64


def create_collection(*, by: Actor, **values: object) -> Collection:
    """Start a collection."""
    with changes.together():
        collection = changes.create(Collection, by=by, **values)
        _count_collections(collection, by=by, difference=1)
    return collection


def delete_collection(collection: Collection, *, by: Actor) -> None:
    """Delete a collection; its cards stay."""
    with changes.together():
        _count_collections(collection, by=by, difference=-1)
        changes.delete(collection, by=by)


def hide_collection(collection: Collection, *, by: Actor) -> Collection:
    """Hide a collection from all but who takes part in it and the moderators."""
    return changes.update(collection, by=by, is_hidden=True)


def show_collection(collection: Collection, *, by: Actor) -> Collection:
    """Show a hidden collection again."""
    return changes.update(collection, by=by, is_hidden=False)


def add_item(*, by: Actor, collection: Collection, card: Card, **values: object) -> CollectionItem:
    """Put a card at the end of a collection."""
    with changes.together():
        current = changes.locked(collection)
        last = current.items.order_by("position").last()
        position = position_between(last.position if last else "", "")
        item = changes.create(
            CollectionItem, by=by, collection=current, card=card, position=position, **values
        )
        changes.update(current, by=by, item_count=current.item_count + 1)
    return item


def remove_item(item: CollectionItem, *, by: Actor) -> None:
    """Take a card out of a collection."""
    with changes.together():
        current = changes.locked(item.collection)
        changes.delete(item, by=by)
        changes.update(current, by=by, item_count=current.item_count - 1)


def move_item(item: CollectionItem, *, by: Actor, after: UUID | None) -> CollectionItem:
    """Put an item right behind another of its collection, or first.

    Raises Problem 400 when the other is not in the collection.
    """
    with changes.together():
        others = changes.locked(item.collection).items.exclude(pk=item.pk).order_by("position")
        if after and not others.filter(pk=after).exists():
            message = _("This item is not in the collection.")
            raise invalid([FieldError("after", "does_not_exist", message)])
        position = _position_behind(others, after)
        if len(position) > LONGEST_POSITION:
            _spread(others, by=by)
            position = _position_behind(others, after)
        return changes.update(item, by=by, position=position)


def _position_behind(items: QuerySet[CollectionItem], after: UUID | None) -> str:
    low = items.get(pk=after).position if after else ""
    following = items.filter(position__gt=low).first()
    return position_between(low, following.position if following else "")


def _spread(items: QuerySet[CollectionItem], *, by: Actor) -> None:
    """Assign new positions to all items: hundreds of moves into one gap have made it too narrow."""
    position = ""
    for item in items:
        position = position_between(position, "")
        changes.update(item, by=by, position=position)


def _count_collections(collection: Collection, *, by: Actor, difference: int) -> None:
    owner = changes.locked(User(pk=collection.owner_id))
    changes.update(owner, by=by, collection_count=owner.collection_count + difference)

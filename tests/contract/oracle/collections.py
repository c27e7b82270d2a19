"""Collections, what is in them and who arranges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.oracle.cards import may_view_card
from tests.contract.oracle.words import Oracle, Who, Writes, speaks

if TYPE_CHECKING:
    from collections_app.models import Collection, CollectionCollaborator, CollectionItem


def takes_part(who: Who, collection: Collection) -> bool:
    helpers = [link.user_id for link in collection.collaborators.all()]
    return who.id is not None and who.id in (collection.owner_id, *helpers)


def may_view(who: Who, collection: Collection) -> bool:
    is_open = collection.visibility != "private" and not collection.is_hidden
    may_see = is_open or takes_part(who, collection) or who.moderates
    return may_see and not who.is_apart_from(collection.owner_id)


def may_list_binders_of(who: Who, collection: Collection) -> bool:
    is_listed = collection.visibility == "public" and not collection.is_hidden
    may_see = is_listed or takes_part(who, collection)
    return may_see and not who.is_apart_from(collection.owner_id)


def may_list(who: Who, collection: Collection) -> bool:
    is_heard = collection.owner_id not in who.muted or takes_part(who, collection)
    return may_list_binders_of(who, collection) and is_heard


def may_view_item(who: Who, item: CollectionItem) -> bool:
    return may_view(who, item.collection)


def may_list_item(who: Who, item: CollectionItem) -> bool:
    return may_list(who, item.collection)


def keeps(who: Who, link: CollectionCollaborator) -> bool:
    return who.id == link.collection.owner_id or who.moderates


def may_view_link(who: Who, link: CollectionCollaborator) -> bool:
    return who.id == link.user_id or keeps(who, link)


def may_list_link(who: Who, link: CollectionCollaborator) -> bool:
    return who.id == link.user_id or (keeps(who, link) and may_list(who, link.collection))


ORACLES = {
    "collections": Oracle(may_view, may_list, {"owner": may_list_binders_of}),
    "collection-items": Oracle(may_view_item, may_list_item, {"collection": may_view_item}),
    "collection-collaborators": Oracle(may_view_link, may_list_link, {"collection": may_view_link}),
}


def may_edit(who: Who, collection: Collection) -> bool:
    return who.speaks and takes_part(who, collection) and may_view(who, collection)


def may_invite(who: Who, link: CollectionCollaborator) -> bool:
    return who.speaks and keeps(who, link) and who.is_on_terms_with(link.user_id)


def may_delete(who: Who, collection: Collection) -> bool:
    return who.id == collection.owner_id or who.moderates


def may_arrange(who: Who, item: CollectionItem) -> bool:
    return may_edit(who, item.collection)


def may_add(who: Who, item: CollectionItem) -> bool:
    return may_arrange(who, item) and may_view_card(who, item.card)


WRITES = {
    "collections": Writes(speaks, may_edit, may_delete),
    "collection-items": Writes(may_add, may_arrange, may_arrange),
    "collection-collaborators": Writes(creates=may_invite, deletes=may_view_link),
}

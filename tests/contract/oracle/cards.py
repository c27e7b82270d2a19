"""Cards, their versions and likes; templates, their versions and reviews."""

from typing import Any

from tests.contract.oracle.words import Oracle, Who, Writes, alike, speaks


def may_view_card(who: Who, card: Any) -> bool:
    is_published = card.status == "published" and not card.is_hidden
    is_open = is_published and card.visibility in ("public", "unlisted")
    return is_open or who.id == card.creator_id or who.moderates


def may_list_card(who: Who, card: Any) -> bool:
    is_published = card.status == "published" and not card.is_hidden
    is_listed = is_published and card.visibility == "public"
    return bool(is_listed or who.id == card.creator_id)


def may_know_version(who: Who, version: Any) -> bool:
    was_private = version.visibility == "private"
    return not was_private or who.id == version.card.creator_id or who.moderates


def may_view_version(who: Who, version: Any) -> bool:
    return may_view_card(who, version.card) and may_know_version(who, version)


def may_list_version(who: Who, version: Any) -> bool:
    return may_list_card(who, version.card) and may_know_version(who, version)


def likes(who: Who, like: Any) -> bool:
    return bool(who.id == like.user_id)


def may_view_template(who: Who, template: Any) -> bool:
    is_usable = template.state in ("approved", "deprecated") and not template.is_hidden
    return is_usable or who.id == template.author_id or who.moderates


def knows_the_template(who: Who, version: Any) -> bool:
    return may_view_template(who, version.template)


def may_view_review(who: Who, review: Any) -> bool:
    is_shown = knows_the_template(who, review) and not review.is_hidden
    return is_shown or who.id == review.author_id or who.moderates


def designs(who: Who, template: Any) -> bool:
    return who.id == template.author_id or who.moderates


ORACLES = {
    "cards": Oracle(may_view_card, may_list_card),
    "card-versions": Oracle(may_view_version, may_list_version, {"card": may_view_version}),
    "card-likes": alike(likes),
    "templates": alike(
        may_view_template,
        moderator_note=designs,
        pending=designs,
        pending_preview=designs,
        pending_state=designs,
    ),
    "template-versions": alike(knows_the_template),
    "reviews": alike(may_view_review),
}


def may_make_card(who: Who, card: Any) -> bool:
    return who.speaks and (card.template is None or may_view_template(who, card.template))


def may_edit_card(who: Who, card: Any) -> bool:
    return who.speaks and who.id == card.creator_id


def may_delete_card(who: Who, card: Any) -> bool:
    return who.id == card.creator_id or who.moderates


def may_edit_template(who: Who, template: Any) -> bool:
    return who.speaks and who.id == template.author_id


def may_delete_template(who: Who, template: Any) -> bool:
    is_unused = template.state in ("draft", "submitted", "changes_requested")
    return (is_unused and who.id == template.author_id) or who.moderates


def may_review(who: Who, review: Any) -> bool:
    is_own = who.id == review.template.author_id
    return who.speaks and not is_own and may_view_template(who, review.template)


def may_edit_review(who: Who, review: Any) -> bool:
    return who.speaks and who.id == review.author_id


def may_delete_review(who: Who, review: Any) -> bool:
    return who.id == review.author_id or who.moderates


WRITES = {
    "cards": Writes(may_make_card, may_edit_card, may_delete_card),
    "templates": Writes(speaks, may_edit_template, may_delete_template),
    "reviews": Writes(may_review, may_edit_review, may_delete_review),
}

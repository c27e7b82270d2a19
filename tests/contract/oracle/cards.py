"""Cards, their versions and likes; templates, their versions and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.oracle.words import Oracle, Says, Who, Writes, alike, speaks

if TYPE_CHECKING:
    from cards.models import Card, CardVersion
    from templates_app.models import Review, Template, TemplateVersion


def may_view_card(who: Who, card: Card) -> bool:
    is_published = card.status == "published" and not card.is_hidden
    is_open = is_published and card.visibility in ("public", "unlisted")
    may_see = is_open or who.id == card.creator_id or who.moderates
    return may_see and not who.is_apart_from(card.creator_id)


def may_list_cards_of(who: Who, card: Card) -> bool:
    is_published = card.status == "published" and not card.is_hidden
    is_listed = is_published and card.visibility == "public"
    may_see = is_listed or who.id == card.creator_id
    return bool(may_see and not who.is_apart_from(card.creator_id))


def may_list_card(who: Who, card: Card) -> bool:
    return may_list_cards_of(who, card) and card.creator_id not in who.muted


def keeps_card(who: Who, card: Card) -> bool:
    return who.id == card.creator_id or who.moderates


def may_know_version(who: Who, version: CardVersion) -> bool:
    was_private = version.visibility == "private"
    return not was_private or who.id == version.card.creator_id or who.moderates


def may_view_version(who: Who, version: CardVersion) -> bool:
    return may_view_card(who, version.card) and may_know_version(who, version)


def may_list_version(who: Who, version: CardVersion) -> bool:
    return may_list_card(who, version.card) and may_know_version(who, version)


def likes(who: Who, like: Any) -> bool:
    return bool(who.id == like.user_id)


def may_view_template(who: Who, template: Template) -> bool:
    is_usable = template.state in ("approved", "deprecated") and not template.is_hidden
    may_see = is_usable or who.id == template.author_id or who.moderates
    return may_see and not who.is_apart_from(template.author_id)


def may_list_template(who: Who, template: Template) -> bool:
    return may_view_template(who, template) and template.author_id not in who.muted


def knows_the_template(who: Who, row: TemplateVersion) -> bool:
    return may_view_template(who, row.template)


def finds_the_template(who: Who, row: TemplateVersion) -> bool:
    return may_list_template(who, row.template)


def may_see_review(who: Who, review: Review, template_says: Says) -> bool:
    is_shown = template_says(who, review) and not review.is_hidden
    may_see = is_shown or who.id == review.author_id or who.moderates
    return may_see and not who.is_apart_from(review.author_id)


def may_view_review(who: Who, review: Review) -> bool:
    return may_see_review(who, review, knows_the_template)


def may_list_reviews_of(who: Who, review: Review) -> bool:
    return may_see_review(who, review, finds_the_template)


def may_list_review(who: Who, review: Review) -> bool:
    return may_list_reviews_of(who, review) and review.author_id not in who.muted


def may_list_reviews_about(who: Who, review: Review) -> bool:
    return may_view_review(who, review) and review.author_id not in who.muted


def designs(who: Who, template: Template) -> bool:
    return who.id == template.author_id or who.moderates


ORACLES = {
    "cards": Oracle(
        may_view_card,
        may_list_card,
        {"creator": may_list_cards_of},
        {"resembles": keeps_card},
    ),
    "card-versions": Oracle(may_view_version, may_list_version, {"card": may_view_version}),
    "card-likes": alike(likes),
    "templates": Oracle(
        may_view_template,
        may_list_template,
        {"author": may_view_template},
        dict.fromkeys(("moderator_note", "pending", "pending_preview", "pending_state"), designs),
    ),
    "template-versions": Oracle(
        knows_the_template, finds_the_template, {"template": knows_the_template}
    ),
    "reviews": Oracle(
        may_view_review,
        may_list_review,
        {"author": may_list_reviews_of, "template": may_list_reviews_about},
    ),
}


def may_make_card(who: Who, card: Card) -> bool:
    return who.speaks and (card.template is None or may_view_template(who, card.template))


def may_edit_card(who: Who, card: Card) -> bool:
    return who.speaks and who.id == card.creator_id


def may_delete_card(who: Who, card: Card) -> bool:
    return who.id == card.creator_id or who.moderates


def may_edit_template(who: Who, template: Template) -> bool:
    return who.speaks and who.id == template.author_id


def may_delete_template(who: Who, template: Template) -> bool:
    is_unused = template.state in ("draft", "submitted", "changes_requested")
    return (is_unused and who.id == template.author_id) or who.moderates


def may_review(who: Who, review: Review) -> bool:
    is_own = who.id == review.template.author_id
    return who.speaks and not is_own and may_view_template(who, review.template)


def may_edit_review(who: Who, review: Review) -> bool:
    return who.speaks and who.id == review.author_id


def may_delete_review(who: Who, review: Review) -> bool:
    return who.id == review.author_id or who.moderates


WRITES = {
    "cards": Writes(may_make_card, may_edit_card, may_delete_card),
    "templates": Writes(speaks, may_edit_template, may_delete_template),
    "reviews": Writes(may_review, may_edit_review, may_delete_review),
}

"""What becomes of cards, and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cards.models import Card, CardVersion
from cards.services.art import index_front, resembled_card
from resources.api import Problem, changes
from templates_app.services import count_use, require_filled_slots, use_template
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from files.models import File
    from resources.api import Actor
    from templates_app.models import Template

CONTENT = ("title", "description", "tags", "rarity", "effects", "slots")
LAYERS = ("front", "back", "foil", "mask")
PINNED = ("template_version",)
PUBLISHED = Card.Status.PUBLISHED
PRIVATE = Card.Visibility.PRIVATE


def create_card(*, by: Actor, template: Template | None = None, **values: Any) -> Card:
    """Make a card; one made from a template pins its version and has, unless told, its effects.

    Raises Problem 409 for a template that is not approved, 400 unless its slots are filled.
    """
    with changes.together():
        version = use_template(template, by=by) if template else None
        require_filled_slots(version, values.get("slots", {}))
        if version:
            values |= {"template": template, "template_version": version}
            values.setdefault("effects", version.default_effects)
        if values.get("status") == PUBLISHED:
            values["version"] = 1
            if values.get("visibility") != PRIVATE:
                values["published_at"] = timezone.now()
        front = values.get("front")
        if front:
            creator_id: Any = values.get("creator_id", by.id)
            values["resembles"] = resembled_card(Card(creator_id=creator_id), front)
        card = changes.create(Card, by=by, **values)
        if front:
            index_front(card, front)
        if card.version:
            _keep_version(card, by=by)
            _count_published(card, by=by, difference=1)
    return card


def edit_card(card: Card, *, by: Actor, **values: object) -> Card:
    """Change a card; a change of what a published card shows, or to whom, makes its next version.

    It counts as published from when somebody else can see it. Raises Problem 400 unless new slots
    match the version of the template that the card pins.
    """
    if "slots" in values:
        require_filled_slots(card.template_version, values["slots"])
    return write_card(card, by=by, **values)


def write_card(card: Card, *, by: Actor, **values: Any) -> Card:
    """Change a card to values that have been checked, as above."""
    with changes.together():
        was_published = card.status == PUBLISHED
        if card.published_at is None and _will_be_shown(card, values):
            values["published_at"] = timezone.now()
        front: File | None = values.get("front")
        if "front" in values and (front.pk if front else None) != card.front_id:
            values["resembles"] = resembled_card(card, front)
            index_front(card, front)
        changes.update(card, by=by, **values)
        if card.status == PUBLISHED and not _is_kept(card):
            changes.update(card, by=by, version=card.version + 1)
            _keep_version(card, by=by)
        _count_published(card, by=by, difference=(card.status == PUBLISHED) - was_published)
    return card


def publish_card(card: Card, *, by: Actor) -> Card:
    """Publish a draft or an archived card."""
    return edit_card(card, by=by, status=PUBLISHED)


def archive_card(card: Card, *, by: Actor) -> Card:
    """Take a card off the lists."""
    return edit_card(card, by=by, status=Card.Status.ARCHIVED)


def hide_card(card: Card, *, by: Actor) -> Card:
    """Hide a card from all but its creator and the moderators."""
    return changes.update(card, by=by, is_hidden=True)


def show_card(card: Card, *, by: Actor) -> Card:
    """Show a hidden card again."""
    return changes.update(card, by=by, is_hidden=False)


def restore_version(card: Card, *, by: Actor, number: int) -> Card:
    """Bring back what a version showed, as a new version; raises Problem 404 for an unknown one."""
    versions = CardVersion.objects.select_related(*LAYERS, *PINNED)
    kept = versions.filter(card=card, number=number).first()
    if kept is None:
        raise Problem(404, "not_found", _("This card has no such version."))
    related = {name: getattr(kept, name) for name in (*LAYERS, *PINNED)}
    return write_card(card, by=by, **kept.content, **related)


def remix_card(card: Card, *, by: Actor) -> Card:
    """Start a draft of one's own from somebody's card, which it names as its origin.

    It fills the same version of the same template.
    """
    values = {name: getattr(card, name) for name in (*CONTENT, *LAYERS, *PINNED, "template")}
    with changes.together():
        if card.template:
            count_use(card.template, by=by)
        return changes.create(Card, by=by, creator_id=by.id, remixed_from=card, **values)


def delete_card(card: Card, *, by: Actor) -> None:
    """Delete a card with its versions and likes."""
    with changes.together():
        _count_published(card, by=by, difference=-(card.status == PUBLISHED))
        changes.delete(card, by=by)


def _will_be_shown(card: Card, values: Mapping[str, object]) -> bool:
    """Return whether others than the creator may see the card once it has these values."""
    status = values.get("status", card.status)
    visibility = values.get("visibility", card.visibility)
    return status == PUBLISHED and visibility != PRIVATE


def _is_kept(card: Card) -> bool:
    """Return whether the last version shows what the card shows, and to the same people."""
    last = CardVersion.objects.filter(card=card, number=card.version).first()
    if last is None or (last.visibility == PRIVATE and card.visibility != PRIVATE):
        return False
    return (last.content, _related(last)) == (_content(card), _related(card))


def _keep_version(card: Card, *, by: Actor) -> None:
    shown = {"visibility": card.visibility, "content": _content(card), **_related(card)}
    changes.create(CardVersion, by=by, card=card, number=card.version, author_id=by.id, **shown)


def _content(card: Card) -> dict[str, object]:
    return {name: getattr(card, name) for name in CONTENT}


def _related(shown: Card | CardVersion) -> dict[str, object]:
    """Return the ids of the layers' files and of the template's version, by column."""
    return {f"{name}_id": getattr(shown, f"{name}_id") for name in (*LAYERS, *PINNED)}


def _count_published(card: Card, *, by: Actor, difference: int) -> None:
    """Keep the number of published cards on their creator's profile."""
    if difference:
        creator = changes.locked(User(pk=card.creator_id))
        changes.update(creator, by=by, card_count=creator.card_count + difference)

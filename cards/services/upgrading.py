"""Moving cards to newer versions of the template that they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cards.services.cards import write_card
from resources.api import Problem, changes, invalid
from templates_app.models import TemplateVersion
from templates_app.services import slot_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cards.models import Card
    from resources.api import Actor, FieldError, JsonObject


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What a version of its template would make of a card.

    `values` are the slots and effects that would be others than now, by column; `errors` say why
    its slots do not fit the version.
    """

    values: Mapping[str, object]
    errors: Sequence[FieldError]


def planned_upgrade(
    card: Card, version: TemplateVersion, slots: Mapping[str, object] | None = None
) -> Upgrade:
    """Return what a card would be with a version of its template, and with other slots if given.

    Slots that are missing get the schema's default. Effects that are the former version's are
    replaced by the new version's; others were chosen, and stay.
    """
    filled = _with_defaults(version.slots, card.slots if slots is None else slots)
    former = card.template_version
    follows = former is not None and card.effects == former.default_effects
    values = {"slots": filled, "effects": version.default_effects if follows else card.effects}
    changed = {name: value for name, value in values.items() if value != getattr(card, name)}
    return Upgrade(changed, slot_errors(version, filled))


def upgrade_card(card: Card, *, by: Actor, slots: Mapping[str, object] | None = None) -> Card:
    """Move a card to the newest version of its template, with other slots if given.

    Raises Problem 409 for a card without a template, 400 unless its slots match the version.
    """
    if card.template is None:
        message = _("This card was not made from a template.")
        raise Problem(409, "no_template", message)
    with changes.together():
        newest = TemplateVersion.objects.get(template=card.template, number=card.template.version)
        upgrade = planned_upgrade(card, newest, slots)
        if upgrade.errors:
            raise invalid(upgrade.errors)
        return write_card(card, by=by, template_version=newest, **upgrade.values)


def _with_defaults(schema: JsonObject, slots: Mapping[str, object]) -> Mapping[str, object]:
    """Return slots with the defaults of those that are missing, as a schema has them."""
    defaults = {
        name: slot["default"]
        for name, slot in schema.get("properties", {}).items()
        if isinstance(slot, dict) and "default" in slot
    }
    return {**defaults, **slots}

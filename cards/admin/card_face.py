"""A card as the surface that it is: pictures in layers, which CSS has shimmer.

Pages that show one load `CARD_FACE_MEDIA`. The effects document was checked when it was written, so
its numbers and colours may stand in a style.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.forms import Media
from django.template.loader import render_to_string

from files.access.signatures import signed_address
from templates_app.effects import PRESETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.safestring import SafeString

    from cards.models import Card
    from files.models import File
    from resources.api import JsonObject

CARD_FACE_MEDIA = Media(css={"all": ["cards/admin/card_face.css"]}, js=["cards/admin/card_face.js"])
NUMBERS = {"intensity": 0.7, "glare": 0.5, "angle": 0}


def card_face(card: Card) -> SafeString:
    """Return a card's face as HTML, shimmering by its effects."""
    effects: JsonObject = card.effects or {}
    preset = effects.get("preset")
    context = {
        "card": card,
        "front": _address(card.front),
        "back": _address(card.back),
        "preset": preset if preset in PRESETS else "none",
        "style": "; ".join(f"{name}: {value}" for name, value in _properties(card).items()),
    }
    return render_to_string("cards/admin/card_face.html", context)


def _properties(card: Card) -> Mapping[str, object]:
    """Return the custom properties that the style sheet reads."""
    effects: JsonObject = card.effects or {}
    properties: dict[str, object] = {
        f"--{name}": float(effects.get(name, default)) for name, default in NUMBERS.items()
    }
    for number, colour in enumerate(effects.get("colours", ()), start=1):
        properties[f"--colour-{number}"] = colour
    for layer in effects.get("layers", ()):
        properties[f"--depth-{layer['layer']}"] = float(layer["depth"])
    for name in ("foil", "mask"):
        address = _address(getattr(card, name))
        if address:
            properties[f"--{name}"] = f"url('{address}')"
    return properties


def _address(file: File | None) -> str:
    return signed_address(file.key) if file else ""

"""The document that says how a card shimmers."""

from django.utils.translation import gettext_lazy as _

from resources.api import explain_pattern

SHARE = {"type": "number", "minimum": 0, "maximum": 1}
PRESETS = ("none", "holo", "reverse", "cosmos", "galaxy", "rainbow", "gold", "radiant")
COLOUR = explain_pattern("^#[0-9a-fA-F]{6}$", _("A colour is written as in #ff8800."))
EFFECTS: dict[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "preset": {"enum": list(PRESETS)},
        "intensity": SHARE,
        "glare": SHARE,
        "angle": {"type": "number", "minimum": 0, "maximum": 360},
        "colours": {
            "type": "array",
            "maxItems": 6,
            "items": {"type": "string", "pattern": COLOUR},
        },
        "layers": {
            "type": "array",
            "maxItems": 4,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["layer", "depth"],
                "properties": {
                    "layer": {"enum": ["front", "foil", "mask"]},
                    "depth": {"type": "number", "minimum": -1, "maximum": 1},
                },
            },
        },
    },
}

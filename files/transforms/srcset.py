"""The variants that a record offers of a picture, ready for `<img srcset>`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Case, TextField, Value, When

from resources.api import Replaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Expression
    from django.db.models.expressions import Combinable

WIDTHS = (220, 440, 660, 880)
"""Pixels. A card at 220 or 440 points, on screens of 1, 2 and 3 pixels a point: browsers take the
narrowest that has as many pixels as they need."""
ADDRESS = "*"


def variants(address: Combinable) -> Expression:
    """Return the JSON of a picture's variants, `{"srcset": "…"}`: those no wider than it is.

    `address` is that of the file, without a query.
    """
    widths = [width for width in WIDTHS if width in settings.PICTURE_SIZES]
    # The widest picture first, as the first condition that is met decides.
    offers = [
        When(width__gte=widths[count - 1], then=_offer(widths[:count]))
        for count in range(len(widths), 0, -1)
    ]
    offer = Case(*offers, default=_offer([]), output_field=TextField())
    return Replaced(offer, Value(ADDRESS), address)


def _offer(widths: Sequence[int]) -> Value:
    srcset = ", ".join(f"{ADDRESS}?w={width} {width}w" for width in widths)
    return Value(json.dumps({"srcset": srcset}, separators=(",", ":")))

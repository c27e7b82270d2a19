"""Texts that show something, and change nothing around them, when they are shown.

Scripts may be mixed: names do so, in Korean and Japanese for instance.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# What is drawn as nothing: white space, Default_Ignorable_Code_Point (Unicode 17, DerivedCore-
# Properties), and the blank Braille pattern. Some are of use within a name (emoji, Persian).
VISIBLE = re.compile(
    "[^\\s\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f"
    "\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0"
    "\\ufff0-\\uffff\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff]"
)
# Embeddings, overrides and isolates (UAX 9): they turn round what stands beside a name.
DIRECTIONS = re.compile("[\\u202a-\\u202e\\u2066-\\u2069]")


def is_visible_text(text: str) -> bool:
    """Return whether a text that is not empty shows anything."""
    return not text or VISIBLE.search(text) is not None


def is_visible_line(text: str) -> bool:
    """Return whether a line, such as a name, shows something and leaves its surroundings alone."""
    return is_visible_text(text) and DIRECTIONS.search(text) is None


def require_visible_text(text: str) -> None:
    """Raise ValidationError for a text of nothing but invisible characters."""
    if not is_visible_text(text):
        raise ValidationError(_("This shows nothing."), code="invisible")


def require_visible_line(text: str) -> None:
    """Raise ValidationError for a line that is invisible, or changes the direction of writing."""
    require_visible_text(text)
    if DIRECTIONS.search(text):
        message = _("Characters that change the direction of writing are not allowed here.")
        raise ValidationError(message, code="direction_changing")

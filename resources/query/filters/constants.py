"""Two literals compared: the answer is known before any row is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from resources.query.filters.conversions import shown
from resources.query.filters.text import like_pattern
from resources.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
PATTERN_PART = re.compile(r"\\.|.", re.DOTALL)
"""A character of a pattern, with the backslash before it."""


def is_true(left: object, operator: str, right: object) -> bool:
    """Return whether a comparison of two literals holds: numbers as such, all else as texts."""
    if operator in ("~", "!~"):
        if right is None:
            return False
        found = left is not None and matches(shown(left), like_pattern(shown(right)))
        return found is (operator == "~")
    if operator in ("=", "!="):
        left, right = (None if value == "" else value for value in (left, right))
    elif left is None or right is None:
        return False
    if isinstance(left, int | float) and isinstance(right, int | float):
        return OPERATORS[operator](left, right)
    return OPERATORS[operator](shown(left), shown(right))


def matches(text: str, pattern: str) -> bool:
    r"""Return whether a text matches a LIKE pattern (with ESCAPE '\'), cases alike.

    Takes as many steps at most as the two lengths multiplied.
    """
    text, parts = folded(text), PATTERN_PART.findall(folded(pattern))
    at = part = 0
    resume: tuple[int, int] | None = None
    while at < len(text):
        if part < len(parts) and parts[part] == "%":
            resume = part, at
            part += 1
        elif part < len(parts) and parts[part] in ("_", text[at], f"\\{text[at]}"):
            at, part = at + 1, part + 1
        elif resume is not None:
            part, at = resume[0] + 1, resume[1] + 1
            resume = resume[0], at
        else:
            return False
    return all(rest == "%" for rest in parts[part:])

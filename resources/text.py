"""Text in the one form in which it is stored and compared."""

from __future__ import annotations

from datetime import UTC, datetime
from unicodedata import is_normalized, normalize
from uuid import UUID

import orjson


def composed(text: str) -> str:
    """Return the text in Unicode's composed form (NFC), as keyboards and most files have it."""
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def composed_value(value: object) -> object:
    """Return a JSON value with every text in it, names of members too, in composed form."""
    if isinstance(value, str):
        return value if value.isascii() else composed(value)
    if isinstance(value, dict):
        return {composed_value(name): composed_value(item) for name, item in value.items()}
    if isinstance(value, list):
        return [composed_value(item) for item in value]
    return value


def id_text(value: UUID) -> str:
    """Return `str(value)`, written by orjson in a sixth of the time."""
    return orjson.dumps(value)[1:-1].decode() if type(value) is UUID else str(value)


def time_text(value: datetime) -> str:
    """Return `value.isoformat()`, of a time in UTC written by orjson in a sixth of the time."""
    is_plain = type(value) is datetime and value.tzinfo is UTC
    return orjson.dumps(value)[1:-1].decode() if is_plain else value.isoformat()


def folded(text: str) -> str:
    """Return the text as it is compared without regard to case (Unicode's full case folding)."""
    return text.casefold()


def number_text(value: float) -> str:
    """Write a number as PostgreSQL writes a `float8`: `10`, `0.5`, `1e+15`."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    shown = repr(float(value))
    if 1e15 <= abs(value) < 1e16:
        digits = shown.removesuffix(".0").lstrip("-").rstrip("0")
        sign = "-" if value < 0 else ""
        return f"{sign}{digits[0]}{'.' if len(digits) > 1 else ''}{digits[1:]}e+15"
    return shown.removesuffix(".0")

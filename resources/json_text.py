"""JSON as clients send it, read in one way wherever a body, a form or a frame holds it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import orjson
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

DEEPEST = 64
"""Levels of arrays and objects; databases, validators and writers of JSON all bear more."""

MOST_VALUES = 100_000
"""Values of all levels together: two bytes can be a list, which takes 64 bytes of memory."""

STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
LONG_NUMBER = re.compile(rb"\d{19}")
SMALLEST, LARGEST = -(2**63), 2**64 - 1
"""The whole numbers that are read and written exactly."""


type JsonObject = dict[str, Any]
"""A JSON object as read: the values are whatever the text says."""


class JsonError(ValueError):
    """Text that is no JSON, or more of it than anything here takes; the message may be shown."""


def read_json(text: bytes | str) -> Any:
    """Parse JSON (RFC 8259) of at most `DEEPEST` levels and `MOST_VALUES` values.

    Whole numbers are exact.

    Raises JsonError for anything else: lone surrogates, NaN and bytes that are not UTF-8, too.
    """
    try:
        raw = text.encode() if isinstance(text, str) else text
        require_few_values(raw)
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise JsonError(error.msg) from None
    except UnicodeEncodeError as error:
        raise JsonError(error.reason) from None
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and is_deep(value):
        raise JsonError(_("It has more than %(most)d levels.") % {"most": DEEPEST})
    if LONG_NUMBER.search(raw):
        # Python's own parser tells whole numbers from others whatever their size.
        json.loads(raw, parse_int=_exact)
    return value


def require_few_values(raw: bytes) -> None:
    """Raise JsonError for text of more than `MOST_VALUES` values, before any of them is made."""
    count = _separators(raw)
    if count > MOST_VALUES:
        # What stands in strings begins no value; looked at only where there is much of it.
        count -= sum(_separators(string[0]) for string in STRING.finditer(raw))
    if count > MOST_VALUES:
        raise JsonError(_("It has more than %(most)d values.") % {"most": MOST_VALUES})


def _separators(raw: bytes) -> int:
    """Count what begins a value: each is the first of a list or object, or follows a comma."""
    return raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def is_deep(value: object) -> bool:
    """Return whether a value has more than `DEEPEST` levels; takes any depth itself."""
    level = [value]
    for _depth in range(DEEPEST + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def has_null_characters(value: object) -> bool:
    """Return whether a text or a name within a value has a NUL, which PostgreSQL can't store."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            if "\x00" in one:
                return True
        elif isinstance(one, dict):
            left += one
            left += one.values()
        elif isinstance(one, list):
            left += one
    return False


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _exact(digits: str) -> int:
    if len(digits) > 20 or not SMALLEST <= int(digits) <= LARGEST:
        raise JsonError(_("Whole numbers have 64 bits at most."))
    return int(digits)

"""Cursors: where a page ends, in terms of the sorted columns, so inserts can't shift pages.

Clients get them encrypted and authenticated, so that they tell no values and can't be made up, by
AES-SIV (RFC 5297): deterministic, as the same page must have the same entity tag.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from resources.errors import bad_parameter
from resources.placeholders import Placeholder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.declaration import Resource
    from resources.query.ordering import SortKey


@dataclass(frozen=True, slots=True)
class PageCursor:
    """A place between two rows: the sort values of the row before it.

    `is_backward` asks for the rows before the place rather than after it.
    """

    sort: str
    is_backward: bool
    values: tuple[object, ...]

    def text(self, resource: Resource) -> str:
        """Write the cursor for a URL; it is good for lists of this resource alone."""
        packed = orjson.dumps([self.sort, self.is_backward, *self.values])
        return _base64(_cipher().encrypt(packed, [resource.name.encode()]))


def read_page_cursor(
    resource: Resource, text: str, keys: Sequence[SortKey], sort: str
) -> PageCursor:
    """Read a cursor given back by a client; raises Problem 400 when it is none of this list's."""
    try:
        packed = _cipher().decrypt(_bytes(text), [resource.name.encode()])
        written_for, is_backward, *values = orjson.loads(packed)
        for key, value in zip(keys, values, strict=True):
            key.check(value)
    except (ValueError, TypeError, OverflowError, InvalidTag):
        raise bad_parameter("cursor", "invalid", _("This is no cursor of this list.")) from None
    if written_for != sort:
        raise bad_parameter("cursor", "other_sort", _("This cursor belongs to another sort order."))
    return PageCursor(sort, is_backward, tuple(values))


def after_cursor(keys: Sequence[SortKey], missing: frozenset[int], *, is_backward: bool) -> Q:
    """Return the condition on rows beyond the cursor; its values are placeholders `("cursor", n)`.

    `missing` are the numbers of the keys whose value at the cursor is missing, which is less than
    all else. Written so that an index on the sort can start at the cursor: the first column is
    bounded on its own, ties are settled behind it.
    """
    beyond: Q | None = None
    for number in reversed(range(len(keys))):
        key = keys[number]
        is_down = key.is_descending is not is_backward
        placeholder = Placeholder(("cursor", number), key.field, key.check)
        if number in missing:
            beyond = _beyond_missing(key, beyond, is_down=is_down)
        elif key.is_nullable and is_down:
            further = Q((f"{key.column}__lt", placeholder)) | Q((f"{key.column}__isnull", True))
            beyond = further | (Q((key.column, placeholder)) & beyond) if beyond else further
        else:
            beyond = _bounded(key, placeholder, beyond, "lt" if is_down else "gt")
    return beyond or Q()


def _bounded(key: SortKey, placeholder: Placeholder, ties: Q | None, strictly: str) -> Q:
    further = Q((f"{key.column}__{strictly}", placeholder))
    if ties is None:
        return further
    return Q((f"{key.column}__{strictly}e", placeholder)) & (
        further | Q((key.column, placeholder)) & ties
    )


def _beyond_missing(key: SortKey, ties: Q | None, *, is_down: bool) -> Q:
    """Return the rows beyond one whose value is missing: downwards only those that tie."""
    tied = Q((f"{key.column}__isnull", True)) & (ties or Q())
    return tied if is_down else tied | Q((f"{key.column}__isnull", False))


def _base64(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Decode base64; raises ValueError for any spelling but the one that was written."""
    sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _base64(sealed) != text:
        raise ValueError(text)
    return sealed


@cache
def _cipher() -> AESSIV:
    return AESSIV(sha256(b"cursors:" + settings.SECRET_KEY.encode()).digest())

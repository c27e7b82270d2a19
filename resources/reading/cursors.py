"""Cursors: where a page ends, in terms of the sorted columns, so inserts can't shift pages.

Clients get them encrypted and authenticated, so that they tell no values and can't be made up, by
AES-SIV (RFC 5297): deterministic, as the same page must have the same entity tag.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from resources.errors import bad_parameter
from resources.slots import Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.declaration import Resource
    from resources.reading.ordering import SortKey


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: the sort values of the row before it.

    `is_backward` asks for the rows before the place rather than after it.
    """

    sort: str
    is_backward: bool
    values: tuple[Any, ...]

    def text(self, resource: Resource) -> str:
        """Write the cursor for a URL; it is good for lists of this resource alone."""
        packed = orjson.dumps([self.sort, self.is_backward, *self.values])
        return _base64(_cipher().encrypt(packed, [resource.name.encode()]))


def read_cursor(resource: Resource, text: str, keys: Sequence[SortKey], sort: str) -> Cursor:
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
    return Cursor(sort, is_backward, tuple(values))


def after_cursor(keys: Sequence[SortKey], *, is_backward: bool) -> Q:
    """Give the condition on rows beyond the cursor, its values being slots `("cursor", n)`.

    Written so that an index on the sort can start at the cursor: the first column is bounded on
    its own, ties are settled behind it.
    """
    beyond = Q()
    for number in reversed(range(len(keys))):
        key = keys[number]
        slot = Slot(("cursor", number), key.field, key.check)
        strictly = "lt" if key.is_descending is not is_backward else "gt"
        further = Q((f"{key.name}__{strictly}", slot))
        if number == len(keys) - 1:
            beyond = further
        else:
            beyond = Q((f"{key.name}__{strictly}e", slot)) & (
                further | Q((key.name, slot)) & beyond
            )
    return beyond


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

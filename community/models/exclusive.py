"""A row that is about one record of several kinds."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q


def exactly_one(*relations: str) -> Q:
    """Return the condition that one of these relations is set and the others are empty."""
    return reduce(
        or_,
        (Q(*((f"{name}__isnull", name != chosen) for name in relations)) for chosen in relations),
    )

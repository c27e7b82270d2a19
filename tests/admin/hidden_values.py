"""What a row holds that a moderator must not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources import changes
from resources.actors import SYSTEM
from resources.sealing import SealedField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.models import Record

SECRET_NAMES = ("digest", "secret", "token", "password", "public_key", "address", "email")


def filled_with_secrets(row: Record) -> Iterator[str]:
    """Put something into every column that nobody else is to read; return what stands there."""
    for column in type(row)._meta.concrete_fields:
        if isinstance(column, SealedField) and column.name != "email":
            changes.update(row, by=SYSTEM, **{column.name: f"sealed-{column.name}"})
        is_secret = isinstance(column, SealedField) or column.name in row.unlogged
        value = getattr(row, column.attname)
        if (is_secret or column.name.endswith(SECRET_NAMES)) and len(str(value)) > 6:
            yield str(value)

"""Whether PostgreSQL takes what a table holds: SQLite keeps values that it refuses."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import orjson
from django.db.models import CharField, IntegerField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backups.tables import KeptTable
    from resources.api import ModelField

MOST_TOLD = 20
NULL_CHARACTER = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
BITS = {"SmallIntegerField": 15, "PositiveSmallIntegerField": 15}
BITS |= {"IntegerField": 31, "PositiveIntegerField": 31, "AutoField": 31}
MOST_BITS = 63


class Weighed(NamedTuple):
    """A table's size, and what is wrong with its rows; sizes in bytes of JSON."""

    rows: int
    size: int
    problems: list[str]


def weigh(table: KeptTable) -> Weighed:
    """Read all of a table."""
    rows = size = 0
    problems: list[str] = []
    for key, line in table.rows():
        rows += 1
        size += len(line)
        if len(problems) < MOST_TOLD:
            found = _problems(table, line)
            told = (f"{table.name} {key}: {problem}" for problem in found)
            problems += islice(told, MOST_TOLD - len(problems))
    return Weighed(rows, size, problems)


def _problems(table: KeptTable, line: bytes) -> Iterator[str]:
    """Yield what PostgreSQL refuses of a row."""
    has_null_character = bool(NULL_CHARACTER.search(line))
    for field, value in zip(table.fields, orjson.loads(line), strict=True):
        if value is None and not field.null and not field.primary_key:
            yield f"{field.column} is empty"
        elif isinstance(field, CharField) and _is_too_long(field, value):
            yield f"{field.column} has {len(value)} characters, {field.max_length} at most"
        elif isinstance(field, IntegerField) and _is_too_large(field, value):
            yield f"{field.column} is {value}, which is too large"
        elif has_null_character and NULL_CHARACTER.search(orjson.dumps(value)):
            yield f"{field.column} has a null character"


def _is_too_long(field: ModelField, value: object) -> bool:
    limit = field.max_length
    return isinstance(value, str) and limit is not None and len(value) > limit


def _is_too_large(field: ModelField, value: object) -> bool:
    bits = BITS.get(field.get_internal_type(), MOST_BITS)
    return isinstance(value, int) and not -(1 << bits) <= value < 1 << bits

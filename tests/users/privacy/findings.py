"""Looking for words in every table, column and stored file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cryptography.fernet import InvalidToken
from django.core.files.storage import default_storage
from django.db import connection

from resources.sealing import unseal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SEALED = re.compile(r"~sealed~[\w=-]+")


def found_in_database(words: Collection[str]) -> set[str]:
    """Return `table.column: word` wherever the database holds a word, sealed ones opened."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names come from the database itself
            columns = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    text = _readable(value)
                    found |= {f"{table}.{column}: {w}" for w in words if w.lower() in text}
    return found


def found_in_storage(words: Collection[str]) -> set[str]:
    """Return `file: word` wherever a stored file or its name holds a word."""
    found = set()
    for name in stored_files():
        with default_storage.open(name) as file:
            text = name.lower() + _readable(file.read())
        found |= {f"{name}: {word}" for word in words if word.lower() in text}
    return found


def stored_files(folder: str = "") -> Iterator[str]:
    """Yield the names of all stored files."""
    folders, names = default_storage.listdir(folder)
    for name in names:
        yield f"{folder}{name}"
    for inner in folders:
        yield from stored_files(f"{folder}{inner}/")


def _readable(value: Any) -> str:
    is_bytes = isinstance(value, bytes | memoryview)
    text = bytes(value).decode("latin-1") if is_bytes else str(value)
    return SEALED.sub(_opened, text).lower()


def _opened(match: re.Match[str]) -> str:
    try:
        return unseal(match[0])
    except InvalidToken:
        return match[0]

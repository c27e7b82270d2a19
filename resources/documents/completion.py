"""Texts that the database can't or shall not know: it leaves marks, which are replaced afterwards.

A mark begins with `~`. It must be something that no member can write into a text of theirs, or what
follows it must prove where it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SIGN = "~"
SIGN_BYTES = SIGN.encode()

_completions: dict[str, Callable[[str], str]] = {}


def complete_by(mark: str, completion: Callable[[str], str]) -> None:
    """Have a function replace in JSON whatever begins with a mark."""
    _completions[mark] = completion


def completed(document: str) -> str:
    """Replace the marks in a JSON document that the database has put together."""
    # One character is found ten times as fast as several, and hardly any document has it.
    if SIGN not in document:
        return document
    for mark, completion in _completions.items():
        if mark in document:
            document = completion(document)
    return document


def completed_list(documents: Iterable[str | bytes]) -> bytes:
    """Return JSON documents with commas between, their marks replaced, in UTF-8.

    Each is encoded by itself: put together first, a letter beyond Latin-1 in one of them would have
    Python widen them all.
    """
    joined = b",".join([each if isinstance(each, bytes) else each.encode() for each in documents])
    return completed(joined.decode()).encode() if SIGN_BYTES in joined else joined

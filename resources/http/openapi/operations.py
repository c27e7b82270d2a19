"""How operations are named: as a client's code would, `cards.create`, `collectionItems.list`."""

from __future__ import annotations

import re

SEPARATORS = re.compile(r"[-_/ ]+")


def operation_id(group: str, name: str) -> str:
    """Return the id of an operation, of the names of its group and its own."""
    return f"{_camel(group)}.{_camel(name)}"


def name_in_group(group: str, name: str) -> str:
    """Return an operation's name without its group's: `explain` for `explain_feed` of `feed`."""
    words = SEPARATORS.sub("_", group)
    for form in (words, words.removesuffix("s")):
        name = f"_{name}_".replace(f"_{form}_", "_").strip("_") or name
    return name


def _camel(words: str) -> str:
    first, *rest = SEPARATORS.split(words)
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def first_sentence(text: str) -> str:
    """Return the first sentence of a description, without the dot, as its summary."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=[^.])\. ", paragraph)[0].rstrip(".")

"""Words of a filter expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from resources.query.filters.nodes import FilterSyntaxError
from resources.text import composed

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = re.compile(
    r"""
    (?P<space>[ \t\n]+|//[^\n]*)
  | (?P<join>&&|\|\|)
  | (?P<sign>\?!=|\?!~|\?>=|\?<=|\?=|\?>|\?<|\?~|!=|!~|>=|<=|=|>|<|~)
  | (?P<not>!)
  | (?P<number>-?\d+(?:\.\d+)?(?![\w.:@#]))
  | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<name>[A-Za-z@_\#][A-Za-z0-9_.:]*)
  | (?P<mark>[(),])
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\([ntr\\'\"])")
DECODED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


class Token(NamedTuple):
    """One word and its place.

    The kinds are `join`, `sign`, `not`, `number`, `text`, `name`, `mark` and `end`.
    """

    kind: str
    text: str
    position: int


def tokens(text: str) -> Iterator[Token]:
    """Split an expression; raises FilterSyntaxError at what is no word of the grammar."""
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise _unreadable(text, place)
        kind = found.lastgroup or ""
        if kind != "space":
            yield Token(kind, found[0], place + 1)
        place = found.end()
    yield Token("end", "", len(text) + 1)


def decoded(token: Token) -> str:
    """Return the text between the quotes; only the escapes of the grammar are decoded."""
    return composed(ESCAPE.sub(lambda found: DECODED[found[1]], token.text[1:-1]))


def _unreadable(text: str, place: int) -> FilterSyntaxError:
    character = text[place]
    if character in "'\"":
        return FilterSyntaxError("open_text", _("This text is never closed."), place + 1)
    if character in "&|":
        message = _("Conditions are joined by && or ||.")
    else:
        message = _("“%s” has no meaning here.") % character
    return FilterSyntaxError("unexpected_character", message, place + 1)
